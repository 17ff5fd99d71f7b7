"""The hourly summary as the email's carrier gets it: the curve of turnout is there, in picture and words."""

import datetime as dt
import json
import re
import urllib.request
from collections.abc import Sequence
from email import message_from_bytes, policy
from email.message import EmailMessage
from html import unescape
from typing import Any

import pytest
from aws_faults import Wire
from pipeline import Pipeline, stored

from chalicelib.observation.summaries.turnout_chart import Point, draw
from chalicelib.services.delivery.deliver import deliver
from chalicelib.services.summaries.final_report import final_report
from chalicelib.services.summaries.hourly import queue_summaries
from infra.stack import Stack

HOURS = dt.timedelta(hours=1)
PICTURE = re.compile(r'<img src="([^"]*)" alt="([^"]*)"')


@pytest.fixture
def handed_in(wire: Wire) -> list[bytes]:
    """Whole emails as SES is asked to send them."""
    handed: list[bytes] = []

    def note(operation: str, parameters: dict[str, Any]) -> None:
        if operation == "SendEmail":
            handed.append(parameters["Content"]["Raw"]["Data"])

    wire.prepare = note
    return handed


def day_with_turnout(pipeline: Pipeline) -> str:
    """Two hours' summaries of one station, then of two; returns the key of the coordinator's second."""
    [coordinator] = [
        coordinator for coordinator in pipeline.election.coordinators if coordinator.regions == ("Bishkek",)
    ]
    first, second = pipeline.observers(0)[0], pipeline.observers(1)[0]
    pipeline.now += 3 * HOURS
    pipeline.say(first.phones[0], f"TU {first.station} 10:00 A150")
    pipeline.say(first.phones[0], f"TU {first.station} 12:00 A1500")
    queue_summaries(pipeline.current, pipeline.now)
    pipeline.now += HOURS
    pipeline.say(second.phones[0], f"TU {second.station} 10:00 A350")
    queue_summaries(pipeline.current, pipeline.now)
    [key] = [
        row.key
        for row in pipeline.outgoing()
        if row.channel == "email" and row.recipient == coordinator.email and "T13#" in row.key
    ]
    return key


def mailbox(stack: Stack, address: str | None) -> list[dict[str, Any]]:
    with urllib.request.urlopen(stack.mailbox(), timeout=10) as answer:
        messages = json.load(answer)["messages"].values()
    return [row for many in messages for row in many if address in row["To"]]


def picture_of(points: Sequence[tuple[int, int | None]], before: dict[int, int]) -> bytes:
    return draw([Point(minute, now, before.get(minute)) for minute, now in points])


def test_the_curve_comes_with_the_email_and_the_text_tells_its_numbers(
    pipeline: Pipeline, handed_in: list[bytes], services: Stack
) -> None:
    row = stored(day_with_turnout(pipeline))
    assert deliver(row, pipeline.now) == "sent"
    [raw] = handed_in
    mail = message_from_bytes(raw, policy=policy.default)
    assert isinstance(mail, EmailMessage)
    assert [part.get_content_type() for part in mail.walk()] == [
        *("multipart/alternative", "text/plain", "multipart/related", "text/html", "image/png"),
    ]
    text, page, picture = (part for part in mail.walk() if not part.is_multipart())
    [(source, alt)] = PICTURE.findall(page.get_content())
    assert source == f"cid:{picture['Content-ID'].strip('<>')}"
    minutes = [(hour * 60, {10: 250, 12: 1500}.get(hour)) for hour in (10, 12, 14, 16, 18, 20)]
    assert picture.get_content() == picture_of(minutes, {600: 150, 720: 1500})
    caption = "Явка в среднем на участок: 10:00 250, 12:00 1 500; в 12:00: 10:00 150"
    assert unescape(alt).replace("\N{NO-BREAK SPACE}", " ") == caption
    plain = text.get_content().replace("\N{NO-BREAK SPACE}", " ")
    assert "500 (по данным участков: 2 из 10), в среднем 250; в 12:00: 150 (участков 1), в среднем 150" in plain
    assert "1 500 (по данным участков: 1 из 10), в среднем 1 500" in plain
    arrived = [
        [email["Subject"], *((email[part] or "").splitlines() for part in ("BodyText", "BodyHtml"))]
        for email in mailbox(services, row.recipient)
    ]
    assert [row.subject, (row.text or "").splitlines(), (row.html or "").splitlines()] in arrived


def test_the_row_keeps_numbers_and_no_picture(pipeline: Pipeline) -> None:
    row = stored(day_with_turnout(pipeline))
    assert row.charts["turnout-1@baykoo"][:2] == [[600, 250, 150], [720, 1500, 1500]]
    assert len(json.dumps(row.charts)) < 300


def test_the_final_report_holds_its_pictures_itself(pipeline: Pipeline) -> None:
    day_with_turnout(pipeline)
    pictures = PICTURE.findall(final_report(pipeline.current, pipeline.now, "en"))
    assert [source.partition(",")[0] for source, _ in pictures] == ["data:image/png;base64"] * 2, "nation and region"
    assert {alt for _, alt in pictures} == {"Voters a station so far: 10:00 250, 12:00 1,500"}
