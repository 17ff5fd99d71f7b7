"""What a coordinator gets: own regions, own language, both parts alike, and never more than two segments."""

import datetime as dt
import json
import re
from html import unescape
from pathlib import Path

import pytest

import chalicelib
from chalicelib.observation.elections.coordinator import Coordinator
from chalicelib.observation.sms.segments import count_segments
from chalicelib.observation.summaries.hourly import Hour, PublishedRoot
from chalicelib.observation.summaries.summary import summarise
from chalicelib.services.outbox import Email
from chalicelib.services.summaries.summary_email import summary_email as email_of
from chalicelib.services.summaries.summary_sms import summary_sms

NOON = dt.datetime.fromisoformat("2017-10-15T12:00:00+06:00")
CELLS = {
    ("Chuy", "OP", "-"): {"received": 2, "complete": 1, "conflict": 1, "late": 1},
    ("Chuy", "IN", "-"): {"incident.critical": 1, "incident.medium": 4},
    ("Chuy", "TU", "10:00"): {"received": 2, "complete": 2, "A#count": 2, "A#sum": 1700},
    ("Chuy", "*", "-"): {"message.received": 9, "message.unrecognised": 9},
    ("Osh city", "TU", "10:00"): {"received": 1, "complete": 1, "A#count": 1, "A#sum": 20},
}


def coordinator(language="ru", regions=("Chuy",)):
    return Coordinator(
        name="Аида Осмонова",
        email="aida@example.org",
        phone="+996555900001",
        language=language,
        regions=regions,
        alerts=("email", "sms"),
    )


BEFORE = {
    ("Chuy", "OP", "-"): {"received": 1, "complete": 1},
    ("Chuy", "IN", "-"): {"incident.medium": 3},
    ("Chuy", "TU", "10:00"): {"received": 1, "complete": 1, "A#count": 1, "A#sum": 700},
}
OPEN = {"Chuy": {"under_1h": 1, "under_3h": 0, "older": 2}, "Osh city": {"under_1h": 1, "under_3h": 1, "older": 0}}
HELD = {"Chuy": 1}
FAILED = {"Chuy": {"TU": {"A >= previous(A)": 2}}, "Osh city": {"TU": {"A >= previous(A)": 1}}}


def summary_email(election, recipient, summary, before=None, dashboard="") -> Email:
    held_before = HELD if before is summary else {}
    return email_of(election, recipient, Hour(summary, before, OPEN, FAILED, HELD, held_before), dashboard)


@pytest.fixture(scope="module")
def before(election):
    return summarise(election, BEFORE, NOON - dt.timedelta(hours=1))


@pytest.fixture(scope="module")
def summary(election):
    return summarise(election, CELLS, NOON)


def words_of(html: str) -> list[str]:
    """Words of a page but those about its pictures, which the text part has not."""
    body = re.sub(r"<p><img [^>]+></p>\n<p[^>]*>[^<]+</p>", " ", html[html.index("<main>") :])
    return re.findall(r"\w+", unescape(re.sub(r"<[^>]+>", " ", body)))


@pytest.mark.parametrize("later", [False, True])
@pytest.mark.parametrize("language", ["ky", "ru", "en"])
def test_both_parts_say_the_same(election, summary, before, language, later):
    email = summary_email(election, coordinator(language, ("*",)), summary, before if later else None)
    assert sorted(words_of(email.html)) == sorted(re.findall(r"\w+", email.text))


def test_the_email_is_worded_in_the_coordinators_language(election, summary):
    text = summary_email(election, coordinator("ru"), summary).text
    assert "Сводка наблюдения, 15.10.2017 12:00" in text
    assert "- Открытие: 2 из 3 (полных 1, с расхождением 1, с опозданием 1, не поступило 1)" in text
    assert "- Явка 10:00: проголосовало 1\N{NO-BREAK SPACE}700 (по данным участков: 2 из 3)" in text
    assert "Инциденты\nкритических 1, средней важности 4\n" in text
    assert "SMS: получено 9, не распознано 9" in text
    assert "3 ичинен 2 (толук 1, карама-каршы 1" in summary_email(election, coordinator("ky"), summary).text
    assert "2 of 3 (complete 1, observers disagree 1" in summary_email(election, coordinator("en"), summary).text


def test_what_has_changed_since_the_last_summary_comes_first(election, summary, before):
    text = summary_email(election, coordinator("en"), summary, before).text
    section = text[text.index("== Chuy ==") : text.index("Reports\n")]
    assert section.split("\n\n")[1] == (
        "Since 11:00\n- New incidents: critical 1, medium 1\n- Opening: +1 reports\n- Turnout 10:00: +1 reports\n"
        "- Held back because observers disagree: +1"
    )
    turnout = "1,700 voters at 2 of 3 stations, 850 a station; at 11:00: 700 at 1, 700 a station"
    assert f"- Turnout 10:00: {turnout}\n" in text
    again = summary_email(election, coordinator("en"), summary, summary).text
    assert "Since 12:00\n- Nothing new.\n" in again
    assert "Since" not in summary_email(election, coordinator("en"), summary).text


def test_open_incidents_are_told_by_age_the_oldest_first(election, summary):
    assert (
        "Open, by age: over three hours 2, under an hour 1\n"
        in summary_email(election, coordinator("en"), summary).text
    )
    nation = summary_email(election, coordinator("en", ("*",)), summary).text
    assert "Open, by age: over three hours 2, one to three hours 1, under an hour 2\n" in nation


def test_doubts_are_told_with_their_number_of_stations(an_election, summary):
    check = {"rule": "A >= previous(A)", "message": {"en": "Turnout fell"}}
    forms = [{**form.model_dump(), "checks": [check] if form.code == "TU" else []} for form in an_election().forms]
    email = summary_email(an_election(forms=forms), coordinator("en", ("*",)), summary)
    assert "- Stations held back because observers disagree: 1\n- TU: Turnout fell (stations: 3)\n" in email.text


def test_more_stations_held_back_are_told_as_a_change(election, summary, before):
    hour = Hour(summary, before, OPEN, FAILED, {"Chuy": 3, "Osh city": 1}, {"Chuy": 1})
    assert "disagree: +3\n" in email_of(election, coordinator("en", ("*",)), hour).text
    assert "disagree: +2\n" in email_of(election, coordinator("en"), hour).text
    same = Hour(summary, before, OPEN, FAILED, HELD, HELD)
    assert "disagree: +" not in email_of(election, coordinator("en", ("*",)), same).text


def test_links_name_election_and_region_alone_and_only_where_there_is_a_dashboard(election, summary):
    email = summary_email(election, coordinator("en", ("*",)), summary, dashboard="https://baykoo.example/")
    links = re.findall(r'href="([^"]*)"', email.html)
    stations = "stations?election=kg&amp;region="
    assert links == [
        f"https://baykoo.example/#/{to}" for to in ("board?election=kg", f"{stations}Chuy", f"{stations}Osh%20city")
    ]
    assert re.findall(r"https:\S+", email.text) == [link.replace("&amp;", "&") for link in links]


def test_rounds_that_have_not_begun_are_left_out_unless_something_came(election, an_election):
    early = summarise(
        election, {("Chuy", "TU", "10:00"): {"received": 1}}, dt.datetime.fromisoformat("2017-10-15T06:00:00+06:00")
    )
    text = summary_email(election, coordinator("en"), early).text
    assert "- Turnout 10:00: 1 of 3" in text
    assert "Turnout 14:00" not in text
    assert "Opening" not in text
    voting_only = an_election(
        forms=[{"code": "VO", "due": {"from": "10:00", "by": "15:00"}, "questions": [{"code": "A", "type": "yesno"}]}]
    )
    nothing_due = summary_email(voting_only, coordinator("en"), summarise(voting_only, {}, early.as_of))
    assert "No report is due yet." in nothing_due.text
    assert "No report is due yet." in nothing_due.html


@pytest.mark.parametrize(
    ("regions", "regions_told", "subject"),
    [
        (("Chuy",), ["Chuy"], "Chuy, 12:00: observation summary"),
        (("Chuy", "Osh city"), ["Chuy", "Osh city"], "Chuy, Osh city, 12:00: observation summary"),
        (("*",), ["Whole country", "Chuy", "Osh city"], "Whole country, 12:00: observation summary"),
    ],
)
def test_a_coordinator_is_told_of_own_regions_alone(election, summary, regions, regions_told, subject):
    email = summary_email(election, coordinator("en", regions), summary)
    assert re.findall(r"^== (.*) ==$", email.text, re.MULTILINE) == regions_told
    assert re.findall(r"<h2>(.*)</h2>", email.html) == regions_told
    assert email.subject == subject


def test_no_name_phone_or_anything_remote_in_what_is_sent(election, summary):
    email = summary_email(election, coordinator(), summary)
    for part in (email.subject, email.text, email.html, summary_sms(election, coordinator(), summary)):
        assert not re.search(r"Осмонова|996|example|https?:|//|<script|url\(", part)
    assert re.findall(r'src="([^"]*)"', email.html) == ["cid:turnout-1@baykoo"]


def test_names_from_the_election_file_are_escaped_in_html_alone(an_election):
    election = an_election(name={"en": "<b>Vote</b> & count"})
    email = summary_email(election, coordinator("en"), summarise(election, {}, NOON))
    assert "&lt;b&gt;Vote&lt;/b&gt; &amp; count" in email.html
    assert "<b>Vote</b> & count" in email.text


def test_a_language_without_texts_falls_back_to_the_elections_first(an_election):
    election = an_election(languages=("de", "ru"))
    assert "Сводка" in summary_email(election, coordinator("de"), summarise(election, {}, NOON)).text


def test_the_sms_tells_the_rounds_last_begun(election, summary):
    assert summary_sms(election, coordinator("ru"), summary) == (
        "Chuy 12:00: OP 2/3, TU 10:00 2/3, LT D-1 10:00 0/3. Явка 1700 (участков 2). Инциденты: крит. 1, сред. 4."
    )
    assert summary_sms(election, coordinator("en", ("*",)), summary).startswith(
        "Whole country 12:00: OP 2/4, TU 10:00 3/4,"
    )


def many_regions(an_election, count):
    names = [f"Region number {number:02}" for number in range(count)]
    stations = [{"number": str(1000 + place), "region": name} for place, name in enumerate(names)]
    election = an_election(stations=stations, observers=[])
    cells = {
        (name, "TU", "10:00"): {"received": 1, "A#count": 1, "A#sum": 10**9, "incident.high": 77777} for name in names
    }
    return election, summarise(election, cells, NOON), tuple(names)


@pytest.mark.parametrize("language", ["ky", "ru", "en"])
@pytest.mark.parametrize("count", [1, 2, 5, 40])
def test_the_sms_never_takes_more_than_two_segments(an_election, language, count):
    election, summary, regions = many_regions(an_election, count)
    text = summary_sms(election, coordinator(language, regions), summary)
    assert count_segments(text).count <= 2
    assert text.startswith("Region number 00 12:00")


def test_regions_that_do_not_fit_are_counted(an_election):
    election, summary, regions = many_regions(an_election, 40)
    assert summary_sms(election, coordinator("ru", regions), summary).endswith("и ещё 39")


def test_a_very_long_region_alone_gives_up_turnout_first(an_election):
    stations = [{"number": "1", "region": "Region " + "x" * 40}]
    election = an_election(stations=stations, observers=[])
    cells = {(stations[0]["region"], "TU", "10:00"): {"received": 1, "A#count": 1, "A#sum": 10**9, "incident.high": 7}}
    text = summary_sms(election, coordinator("ru", (stations[0]["region"],)), summarise(election, cells, NOON))
    assert "Явка" not in text
    assert text.endswith("Инциденты: выс. 7.")


def test_every_language_has_the_same_texts_with_the_same_places_to_fill():
    folder = Path(chalicelib.__file__).parent / "templates"
    catalogues = [
        json.loads((folder / f"summary.{language}.json").read_text("utf-8")) for language in ("en", "ru", "ky")
    ]
    for catalogue in catalogues[1:]:
        assert catalogue.keys() == catalogues[0].keys()
        for key, text in catalogue.items():
            assert sorted(re.findall(r"\{(\w+)\}", text)) == sorted(re.findall(r"\{(\w+)\}", catalogues[0][key])), key


@pytest.mark.parametrize("language", ["ky", "ru", "en"])
def test_headquarters_alone_gets_the_ledger_s_root_to_publish(election, summary, language):
    root = PublishedRoot("2017-10-15T12", "0123456789abcdef" * 4)
    hour = Hour(summary, None, OPEN, FAILED, HELD, {}, root)
    email = email_of(election, coordinator(language, ("*",)), hour)
    assert root.root in email.text
    assert root.root in email.html
    assert root.hour in email.text
    assert root.root not in email_of(election, coordinator(language), hour).text
    written = summary_sms(election, coordinator(language, ("*",)), summary)
    with_root = summary_sms(election, coordinator(language, ("*",)), summary, root)
    assert with_root.startswith(written)
    assert count_segments(with_root).count == count_segments(written).count, "it costs no further segment"
    assert summary_sms(election, coordinator(language), summary, root) == summary_sms(
        election, coordinator(language), summary
    )


def test_the_sms_has_the_root_s_beginning_where_there_is_room(election, summary):
    root = PublishedRoot("2017-10-15T12", "0123456789abcdef" * 4)
    assert summary_sms(election, coordinator("en", ("*",)), summary, root).endswith(" Root 0123456789ab.")
