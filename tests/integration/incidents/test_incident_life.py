"""An incident's life on the emulator: numbers, alerts, escalation, digests."""

import threading
from concurrent.futures import ThreadPoolExecutor

import pytest
from incident_day import MINUTE, coordinator, day_of_two_regions, incident, person, report, say, told, wait
from pipeline import Load, Pipeline
from sample_election import changed

from chalicelib.observation.elections.clock import REAL_TIME
from chalicelib.services.elections import loading
from chalicelib.services.incidents.escalation import escalate_election
from chalicelib.services.processing.process import process
from chalicelib.store.incident_numbers import numbers_given
from chalicelib.store.incidents import incidents_of

WORKERS = 8


@pytest.fixture
def day(load: Load) -> Pipeline:
    return day_of_two_regions(load)


def test_an_incident_has_a_number_a_history_and_its_own_region_is_told(day: Pipeline) -> None:
    message = report(day)
    stored_incident = incident(day, 1)
    assert (stored_incident.state, stored_incident.severity, stored_incident.category, stored_incident.region) == (
        "new",
        "high",
        2,
        "Bishkek",
    )
    assert (stored_incident.message, stored_incident.text, stored_incident.version) == (message.key, "they stuff", 1)
    assert [entry["step"] for entry in stored_incident.history] == ["open"]
    assert told(day) == {"Asan": ["email", "sms"]}
    alert = next(row for row in day.outgoing() if row.key.startswith("alert#") and row.channel == "sms")
    assert alert.text == (
        f"Baykoo: Incident 1, high: Ballot stuffing. Station {stored_incident.station}, Bishkek. "
        "Answer: OK 1. they stuff"
    )
    assert sorted(stored_incident.alerts) == sorted(row.key for row in day.outgoing() if row.key.startswith("alert#"))
    assert day.differences() == ()


def test_a_critical_one_is_told_to_headquarters_too(day: Pipeline) -> None:
    report(day, text="IN 3 they beat us")
    assert told(day) == {"Asan": ["email", "sms"], "HQ": ["email"]}


def test_settings_decide_by_which_channel_and_from_which_severity(load: Load) -> None:
    day = load(coordinators=(coordinator("Asan", "Bishkek", sms_from="critical"), coordinator("HQ", "*")))
    report(day)
    assert told(day) == {"Asan": ["email"]}
    report(day, 1, "IN 3 a fight")
    assert told(day) == {"Asan": ["email", "email", "sms"], "HQ": ["email", "sms"]}


def test_each_incident_has_one_number_whoever_processes(day: Pipeline) -> None:
    waiting = [day.send(day.observers(place)[0].phones[0], f"IN {2 + place % 3} case") for place in range(8)]
    with ThreadPoolExecutor(WORKERS) as workers:
        list(workers.map(lambda message: process(message, day.now), (*waiting, *waiting)))
    found = list(incidents_of(day.election.id))
    numbers = sorted(row.number for row in found)
    assert len(set(numbers)) == 8
    assert numbers[-1] <= len(waiting) * 2, "one of two at work on the same SMS reserves a number in vain"
    assert {row.number: row.id for row in found} == {number: incident(day, number).id for number in numbers}
    assert [row.number for row in numbers_given(day.election.id)] == numbers[::-1]
    assert day.differences() == ()


def test_an_ordinary_report_reads_nothing_of_incidents(day: Pipeline, wire) -> None:
    waiting = day.send(day.observers(0)[0].phones[0], "OP A1 B0730 C12 D1 E1668")
    loading.elections.current(day.election.id)
    tables: list[str] = []
    wire.prepare = lambda operation, parameters: tables.append(str(parameters))
    process(waiting, day.now)
    assert not [call for call in tables if "baykoo-incidents" in call]


def test_the_same_category_at_the_same_station_is_offered_as_one(day: Pipeline) -> None:
    report(day)
    day.now += 29 * MINUTE
    report(day, text="IN 2 they do it again")
    report(day, text="IN 4 money")
    day.now += 20 * MINUTE
    report(day, text="IN 2 and again")
    report(day, 1, "IN 2 elsewhere")
    assert [list(incident(day, number).may_be_same_as) for number in range(1, 6)] == [[], [1], [], [2], []]
    texts = [row.text or "" for row in day.outgoing() if row.about == incident(day, 2).id and row.channel == "sms"]
    assert "May be the same as 1." in texts[0]


def test_alert_of_a_critical_answer_quotes_the_sms(day: Pipeline) -> None:
    report(day, text="OP A1 B0702 C9 D2")
    alerts = [row for row in day.outgoing() if row.queue == "alert" or row.key.startswith("alert#")]
    assert alerts
    assert all("OP A1 B0702 C9 D2" in str(row.text) for row in alerts)


def test_nobody_answers_and_the_next_are_told_until_headquarters(day: Pipeline) -> None:
    report(day)
    assert wait(day, 14) == 0
    assert wait(day, 1) == 2
    assert told(day) == {"Asan": ["email", "sms"], "Bermet": ["email", "sms"]}
    late = [row.text or "" for row in day.outgoing() if row.recipient == person(day, "Bermet").phone]
    assert late[0].startswith("Baykoo: Инцидент 1, высокая важность: Вброс бюллетеней.")
    assert "Не взят уже 15 мин!" in late[0]
    assert wait(day, 14) == 0
    assert wait(day, 1) == 1
    assert told(day)["HQ"] == ["email"]
    assert wait(day, 600) == 0
    assert [entry["step"] for entry in incident(day, 1).history] == ["open", "escalate", "escalate"]
    assert day.differences() == ()


def test_after_an_outage_the_next_still_have_their_time(day: Pipeline) -> None:
    report(day)
    assert wait(day, 300) == 2
    assert wait(day, 1) == 0
    assert wait(day, 14) == 1


def test_two_sweeps_at_once_escalate_once(day: Pipeline) -> None:
    report(day)
    day.now += 15 * MINUTE
    barrier = threading.Barrier(4)

    def sweep() -> None:
        barrier.wait()
        escalate_election(day.current, day.now)

    with ThreadPoolExecutor(4) as workers:
        for run in [workers.submit(sweep) for _ in range(4)]:
            run.result()
    wait(day, 0)
    assert told(day) == {"Asan": ["email", "sms"], "Bermet": ["email", "sms"]}
    assert int(incident(day, 1).stage) == 1


def test_a_burst_becomes_a_digest_and_critical_ones_never_wait(day: Pipeline) -> None:
    for station in range(5):
        report(day, station)
    report(day, 5, "IN 3 a fight")
    report(day, 10)  # Chuy has its own burst
    assert told(day)["Asan"] == ["email", "sms"] * 4
    assert told(day)["Cholpon"] == ["email", "sms"]
    assert told(day, "digest") == {}
    say(day, "Asan", "REJECT 5 the same people")
    say(day, "Asan", "RESOLVE 5")
    assert wait(day, 4.9) == 0
    assert wait(day, 0.1) == 2 + 2  # the digest, and the critical one escalated to Bermet
    assert told(day, "digest") == {"Asan": ["email", "sms"]}
    digest = next(row for row in day.outgoing() if row.key.startswith("digest#") and row.channel == "sms")
    assert digest.text == (
        "Baykoo: Bishkek, 1 more incidents: 4. Answer: OK 4. "
        f"4 high, station {incident(day, 4).station}, Ballot stuffing"
    )
    assert wait(day, 0) == 0
    report(day, 6)
    assert told(day)["Asan"] == ["email", "sms"] * 5


def test_what_was_digested_escalates_in_a_digest(day: Pipeline) -> None:
    for station in range(5):
        report(day, station)
    wait(day, 5)
    say(day, "Asan", "OK 5")
    assert wait(day, 10) == 2 * 3
    assert told(day, "digest") == {"Asan": ["email", "sms"]}
    assert wait(day, 5) == 2
    assert told(day, "digest") == {"Asan": ["email", "sms"], "Bermet": ["email", "sms"]}


def test_of_several_incidents_in_an_sms_that_many_are_told_of_the_gravest_is_told_at_once(load: Load) -> None:
    day = load(coordinators=tuple(coordinator(f"B{number}", "Bishkek") for number in range(30)))
    message = report(day, text="IN 2 they stuff\nIN 3 they beat us\nIN 4 money")
    assert message.state == "accepted"
    assert [incident(day, number).digested for number in (1, 2, 3)] == [True, False, True]
    assert told(day) == {f"B{number}": ["email", "sms"] for number in range(30)}
    assert {row.subject.split(":")[0] for row in day.outgoing() if row.subject} == {"Incident 2, CRITICAL"}
    assert wait(day, 0) == 60
    assert told(day, "digest") == told(day)
    assert day.differences() == ()


def test_an_observer_who_coordinates_is_asked_where_both_are_possible(load: Load) -> None:
    day = load()
    both = coordinator("Asan", "Bishkek", phone=day.observers(0)[0].phones[0])
    loading.load(changed(day.election, coordinators=(both,)), REAL_TIME)
    day.election = day.current.election
    report(day)
    for text, state in {
        "OP A1 B0730 C12 D1 E1668": "accepted",
        "OK 1": "command",
        "ok OP A1": "accepted",
        "VERIFY 1 TU A300": "command",
        "ВСЕ ХОРОШО": "unrecognised",
    }.items():
        message, answer = say(day, "Asan", text)
        assert message.state == state, text
        if text.startswith("VERIFY"):
            assert answer.startswith("Baykoo: A command or a report?")
    assert incident(day, 1).state == "acknowledged"
    assert day.differences() == ()
