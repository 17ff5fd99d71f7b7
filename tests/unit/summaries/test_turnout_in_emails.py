"""The curve of turnout in a summary: the picture, its words and the text part tell the same numbers."""

import datetime as dt
import re
from email import message_from_bytes, policy
from html import unescape

import pytest

from chalicelib.observation.elections.coordinator import Coordinator
from chalicelib.observation.summaries.hourly import Hour
from chalicelib.observation.summaries.summary import summarise
from chalicelib.observation.summaries.turnout_chart import Point, draw
from chalicelib.observation.summaries.turnout_curve import turnout_curve
from chalicelib.services import outbox
from chalicelib.services.delivery.mime import mime
from chalicelib.services.outbox import Email
from chalicelib.services.summaries.summary_email import summary_email

NOON = dt.datetime.fromisoformat("2017-10-15T15:00:00+06:00")
ROUNDS = {"10:00": 600, "14:00": 840, "D+1 02:00": 1560}


def answered(region: str, **voters: tuple[int, int]) -> dict:
    """Turnout's cells: how many stations, and how many voters at them."""
    names = {"ten": "10:00", "two": "14:00", "night": "D+1 02:00"}
    return {
        (region, "TU", names[name]): {"received": stations, "complete": stations, "A#count": stations, "A#sum": total}
        for name, (stations, total) in voters.items()
    }


def told(election, cells: dict, before: dict | None = None, language: str = "en", regions=("Chuy",)) -> Email:
    earlier = None if before is None else summarise(election, before, NOON - dt.timedelta(hours=1))
    hour = Hour(summarise(election, cells, NOON), earlier, {}, {}, {}, {})
    person = Coordinator(name="C", email="c@example.org", language=language, regions=regions, alerts=("email",))
    return summary_email(election, person, hour)


def images(email: Email) -> list[tuple[str, str]]:
    """Sources and words of an email's pictures."""
    found = re.findall(r'<img src="([^"]*)" alt="([^"]*)" width="320" height="160">', email.html)
    assert len(found) == email.html.count("<img")
    return [(source, unescape(words)) for source, words in found]


@pytest.mark.parametrize(
    ("now", "before", "points"),
    [
        ({"ten": (2, 361)}, {"ten": (1, 100)}, [(180, 100), (None, None), (None, None)]),
        ({"ten": (2, 360), "night": (1, 900)}, {}, [(180, None), (None, None), (900, None)]),
        ({"two": (3, 0)}, {"ten": (1, 5), "two": (1, 1)}, [(None, None), (0, 1), (None, None)]),
    ],
)
def test_a_curve_has_every_round_and_the_mean_of_the_stations_that_reported(election, now, before, points) -> None:
    area, earlier = (summarise(election, answered("Chuy", **counts), NOON).regions["Chuy"] for counts in (now, before))
    curve = turnout_curve(election, area, earlier)
    assert curve == {name: Point(minute, *point) for (name, minute), point in zip(ROUNDS.items(), points, strict=True)}


def test_without_turnout_or_without_rounds_there_is_no_picture(election, an_election) -> None:
    nothing = told(election, answered("Chuy", ten=(0, 0)))
    question = {"code": "A", "type": "integer", "role": "voted"}
    once = an_election(forms=[{"code": "CL", "due": {"by": "14:00"}, "questions": [question]}])
    counted = told(once, {("Chuy", "CL", "-"): {"received": 1, "A#count": 1, "A#sum": 700}})
    assert "700 voters at 1 of 3 stations" in counted.text
    for email in (nothing, counted):
        assert images(email) == []
        assert email.charts == {}


@pytest.mark.parametrize(
    ("language", "words"),
    [
        ("en", "Voters a station so far: 10:00 1,850, 14:00 2,000; at 14:00: 10:00 1,700"),
        ("ru", "Явка в среднем на участок: 10:00 1 850, 14:00 2 000; в 14:00: 10:00 1 700"),
        ("ky", "Бир участкада орточо добуш бергендер: 10:00 1 850, 14:00 2 000; саат 14:00: 10:00 1 700"),
    ],
)
def test_its_words_are_in_the_coordinators_language_and_its_numbers_in_the_text_part(election, language, words) -> None:
    email = told(election, answered("Chuy", ten=(2, 3700), two=(1, 2000)), answered("Chuy", ten=(1, 1700)), language)
    [(source, caption)] = images(email)
    assert caption.replace("\N{NO-BREAK SPACE}", " ") == words
    assert email.charts[source.removeprefix("cid:")] == (
        Point(600, 1850, 1700),
        Point(840, 2000, None),
        Point(1560, None, None),
    )
    for number in re.findall(r"\d\D?\d{3}", caption):
        assert re.search(rf"(a station|в среднем|орточо).* {number}|{number} a station", email.text), number


def test_what_was_the_same_an_hour_before_is_not_told_again(election) -> None:
    cells = answered("Chuy", ten=(2, 360))
    email = told(election, cells, cells)
    assert images(email)[0][1] == "Voters a station so far: 10:00 180"
    assert "thin line" not in email.html
    assert "; thin line: at\N{NO-BREAK SPACE}14:00" in told(election, cells, answered("Chuy", ten=(1, 100))).html


def test_every_section_has_its_own_picture(election) -> None:
    email = told(election, answered("Chuy", ten=(2, 360)) | answered("Osh city", ten=(1, 20)), regions=("*",))
    sources = [source for source, _ in images(email)]
    assert sources == [f"cid:{name}" for name in email.charts]
    assert [points[0].now for points in email.charts.values()] == [127, 180, 20]


def row(email: Email):
    origin = outbox.Origin("kg", "summary", NOON)
    return outbox.email_row("key", "c@example.org", email, origin)


def test_mime_has_the_text_and_beside_it_the_page_with_its_pictures(election) -> None:
    cells = answered("Chuy", ten=(2, 360)) | answered("Osh city", ten=(1, 20))
    email = told(election, cells, language="ru", regions=("*",))
    raw = mime(row(email), "Baykoo <observers@example.org>")
    assert raw.isascii()
    assert max(map(len, raw.split(b"\r\n"))) < 100
    mail = message_from_bytes(raw, policy=policy.default)
    assert (mail["From"], mail["To"], mail["Subject"]) == (
        "Baykoo <observers@example.org>",
        "c@example.org",
        email.subject,
    )
    assert mail.get_content_type() == "multipart/alternative"
    text, related = mail.iter_parts()
    assert text.get_content_type() == "text/plain"
    assert related.get_content_type() == "multipart/related"
    assert related["Content-Type"].params["type"] == "text/html"
    page, *pictures = related.iter_parts()
    assert text.get_content().splitlines() == email.text.splitlines()
    assert page.get_content().splitlines() == email.html.splitlines()
    assert [picture.get_content_type() for picture in pictures] == ["image/png"] * 3
    assert [picture.get_content_disposition() for picture in pictures] == ["inline"] * 3
    by_name = {picture["Content-ID"].strip("<>"): picture.get_content() for picture in pictures}
    assert by_name == {name: draw(points) for name, points in email.charts.items()}
    assert [f"cid:{name}" for name in by_name] == [source for source, _ in images(email)]


def test_an_email_without_pictures_or_without_html_has_no_more_parts_than_it_needs(election) -> None:
    plain = outbox.email_row("key", "c@example.org", Email("Incident\n 17  ", "Text"), outbox.Origin("kg", "a", NOON))
    mail = message_from_bytes(mime(plain, "o@example.org"), policy=policy.default)
    assert (mail.get_content_type(), mail.get_content(), mail["Subject"]) == ("text/plain", "Text\r\n", "Incident 17")
    email = told(election, {})
    mail = message_from_bytes(mime(row(email), "o@example.org"), policy=policy.default)
    assert [part.get_content_type() for part in mail.walk()] == ["multipart/alternative", "text/plain", "text/html"]
