"""The final report: what it tells, whom it does not name, and that a browser prints it from itself alone."""

import re
from html import unescape

import pytest
from browser import Browser
from final_day import ELECTION, PHONE, a_day

from chalicelib.services.summaries.final_report import report_page
from chalicelib.services.summaries.final_report_email import LARGEST_PAGE, report_email

LANGUAGES = ["ky", "ru", "en"]
A4 = (210 / 25.4, 297 / 25.4)
A4_WIDTH = round((210 - 2 * 14) / 25.4 * 96)
"""What the page's own margins leave, in CSS pixels."""


def page(language: str = "en", *, incidents: int = 1) -> str:
    return report_page(ELECTION, a_day(incidents=incidents), language)


def lines(html: str) -> list[str]:
    """A page's rows of tables and other blocks as a reader sees them."""
    body = html[html.index("<main>") :]
    blocks = re.split(r"</(?:tr|p|h\d|li|div)>|<br>", body)
    return [" ".join(unescape(re.sub(r"<[^>]*>", " ", block)).split()) for block in blocks]


def test_an_incident_has_its_number_and_what_was_done_about_it_by_whom_when_and_why() -> None:
    page_lines = lines(page())
    first = page_lines.index("No. Time Severity What Station State")
    assert page_lines[first + 1 : first + 8] == [
        "1 11:00 high Ballot <stuffing> 1007, Chuy resolved",
        "11:05 nobody had it in hand, told to the next, Baykoo",
        "11:20 taken, Aida Osmonova",
        "11:40 verified, Bakyt (headquarters): called •••, true",
        "12:00 reopened, Aida Osmonova: again",
        "13:00 resolved, Aida Osmonova: seals <replaced>",
        "2 12:00 high category not named 1007, Chuy new",
    ]


@pytest.mark.parametrize("language", LANGUAGES)
def test_what_an_observer_wrote_and_any_phone_stay_out(language: str) -> None:
    written = page(language)
    assert "Gulnara" not in written
    assert PHONE not in written
    assert "700 00 00 14" not in written


@pytest.mark.parametrize(
    "row",
    [
        "A sum 7,000 (answers: 39) Chuy sum 5,600 (answers: 30); Osh sum 1,400 (answers: 9)",
        "A: Sealed? yes 20 (80 %), no 5 (20 %) Chuy yes 19 (95 %), no 1 (5 %); Osh yes 1 (20 %), no 4 (80 %)",
        "B: Closed at answers: 20 Chuy answers: 20",
        "C 1 always 15 (75 %), 2 never 5 (25 %) Chuy 1 always 15 (75 %), 2 never 5 (25 %)",
        "D 1 media 20, 2 police 4 Chuy 1 media 20, 2 police 4",
        "E sum 3 (answers: 2) Chuy sum 3 (answers: 2)",
    ],
)
def test_every_question_has_its_shares_or_sum_in_the_nation_and_by_region(row: str) -> None:
    assert row in lines(page())


def test_a_form_that_nobody_answered_has_no_answers() -> None:
    answers = page()[page().index("What was answered") :]
    assert re.findall(r"<h3>([^<]*)</h3>", answers)[:2] == ["Turnout 10:00", "Closing"]


@pytest.mark.parametrize("language", LANGUAGES)
def test_it_prints_on_a4_with_nothing_cut(chromium: Browser, language: str) -> None:
    chromium.show(page(language, incidents=30), A4_WIDTH, dark=True)
    cut, pdf = chromium.print()
    assert cut == []
    assert pdf.startswith(b"%PDF-")
    assert len(re.findall(rb"/Type\s*/Page\b", pdf)) > 2
    sizes = {tuple(map(float, box.split())) for box in re.findall(rb"/MediaBox\s*\[([^\]]*)\]", pdf)}
    [(_, _, width, height)] = sizes
    assert (width / 72, height / 72) == pytest.approx(A4, abs=0.02)


@pytest.mark.parametrize("language", LANGUAGES)
def test_it_holds_no_script_and_nothing_remote(language: str) -> None:
    pictures = re.compile(r'<img src="data:image/png;base64,[\w+/=]+" alt="[^"]+"')
    assert pictures.search(page(language))
    rest = pictures.sub("", page(language))
    assert not re.search(r"<script|<img|<link|<iframe|url\(|@import|src=|href=|https?:|\bon\w+=", rest)


@pytest.mark.parametrize("language", LANGUAGES)
def test_every_word_is_there_in_every_language(language: str) -> None:
    email = report_email(ELECTION, a_day(), language)
    assert email.html == page(language)
    for part in (email.subject, email.text, email.html):
        assert not re.search(r"\{\w+\}", part)
    assert f"./baykoo report kg --output report.html --language {language}" in email.text
    assert ELECTION.text(ELECTION.name, language) in email.subject


def test_a_page_that_no_email_carries_is_not_in_it_and_the_email_says_how_to_get_it() -> None:
    large = a_day(incidents=600)
    assert len(report_page(ELECTION, large, "en").encode()) > LARGEST_PAGE
    email = report_email(ELECTION, large, "en")
    assert email.html is None
    assert "too large for an email" in email.text
    assert "./baykoo report kg" in email.text
    assert "the other part of this email" in report_email(ELECTION, a_day(), "en").text
