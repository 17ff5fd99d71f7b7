"""An alert always says how to answer, whatever else it has to say; what does not fit is cut and says so."""

import datetime as dt
import itertools
from collections.abc import Iterable, Iterator
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st
from sample_election import sample

from chalicelib.observation.coordinators.commands import VERBS, word
from chalicelib.observation.coordinators.texts import alert_remarks, digest_sms, help_text, incident_line
from chalicelib.observation.incidents.lifecycle import critical_answers
from chalicelib.observation.replies.incident_alerts import incident_alert_sms
from chalicelib.observation.sms.segments import CUT, count_segments
from chalicelib.observation.texts.catalogue import catalogue

ELECTION = sample()
LANGUAGES = ["ky", "ru", "en"]
WAITED = [None, dt.timedelta(minutes=15)]
SAME: list[list[int]] = [[], [116], [*range(100, 117)]]
TEXTS = ["", "кидают пачками", "слово " * 60]


def named(language: str) -> list[str]:
    """What incidents of the sample are called: categories, and questions that may open one."""
    assert ELECTION.incidents is not None
    categories = [ELECTION.text(category.name, language) for category in ELECTION.incidents.categories.values()]
    questions = [
        f"{form.code} {question.code}: {ELECTION.text(question.label, language)}"
        for form in ELECTION.forms
        for question in form.questions
        if question.critical_if is not None and critical_answers(form, {question.code: question.critical_if})
    ]
    assert questions
    return ["", *categories, *questions]


def answered(language: str, numbers: str) -> str:
    return catalogue()[language]["alert_answer"].format(number=numbers) + "."


def alerts(language: str) -> Iterator[tuple[dict[str, Any], str]]:
    """Every alert that the sample's incidents can make, and what it comes to."""
    for category, region, waited, same, text in itertools.product(
        named(language), ELECTION.regions, WAITED, SAME, TEXTS
    ):
        station = next(station for station in ELECTION.stations if station.region == region)
        remarks = alert_remarks(ELECTION, language, same, waited)
        notice = {"severity": "high", "category": category, "station": station, "region": region, "text": text}
        notice |= {"number_or_id": "117", "remarks": remarks}
        yield notice, incident_alert_sms(ELECTION, language, **notice)


@pytest.mark.parametrize("language", LANGUAGES)
def test_every_alert_of_the_sample_says_how_to_answer(language: str) -> None:
    for notice, alert in alerts(language):
        assert answered(language, "117") in alert, alert
        assert count_segments(alert).count <= 2, alert
        assert notice["category"] in alert
        assert f"{notice['station'].number}" in alert
        text = " ".join(notice["text"].split())
        assert alert.endswith((text, CUT)) or count_segments(alert + " слово" + CUT).count > 2, alert


@pytest.mark.parametrize("language", LANGUAGES)
def test_an_escalated_alert_says_that_nobody_answered(language: str) -> None:
    waited = alert_remarks(ELECTION, language, [], dt.timedelta(minutes=15))[0]
    remarks = [waited in alert for notice, alert in alerts(language) if waited in notice["remarks"]]
    assert sum(remarks) > len(remarks) * 0.8


@given(st.sampled_from(LANGUAGES), st.text(max_size=300), st.text(max_size=300), st.sampled_from(SAME))
def test_no_category_and_no_words_cut_it_off(language: str, category: str, text: str, same: Iterable[int]) -> None:
    alert = incident_alert_sms(
        ELECTION,
        language,
        severity="critical",
        category=category,
        station=ELECTION.stations[0],
        region="Jalal-Abad",
        number_or_id="123456",
        text=text,
        remarks=alert_remarks(ELECTION, language, [*same], dt.timedelta(minutes=5)),
    )
    assert answered(language, "123456") in alert
    assert count_segments(alert).count <= 2


@pytest.mark.parametrize("language", LANGUAGES)
@pytest.mark.parametrize("region", ELECTION.regions)
@pytest.mark.parametrize("count", [1, 2, 7, 15, 60])
def test_a_digest_names_the_numbers_first_and_how_to_answer(language: str, region: str, count: int) -> None:
    category = max(named(language), key=len)
    lines = {
        number: incident_line(ELECTION, language, number, "high", "1001", category)
        for number in range(117, 117 + count)
    }
    digest = digest_sms(ELECTION, language, region, lines)
    assert count_segments(digest).count <= 2
    assert answered(language, ", ".join(map(str, [*lines][:2]))) in digest
    if count <= 15:
        assert " ".join(map(str, lines)) in digest, digest
    assert all(line in digest for line in lines.values()) or digest.endswith(CUT) or f"{CUT} " in digest


@pytest.mark.parametrize("language", LANGUAGES)
def test_the_list_of_commands_fits_beside_that_a_text_was_not_understood(language: str) -> None:
    listed = help_text(ELECTION, language)
    reply = f"Baykoo: {catalogue()[language]['command_unclear']} {listed}"
    assert count_segments(reply).count <= 2
    for verb in VERBS:
        assert verb == "help" or word(verb, language) in listed
