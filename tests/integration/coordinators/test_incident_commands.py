"""Coordinators answer by SMS: steps, mute, status, what is refused, each once and kindly."""

from concurrent.futures import ThreadPoolExecutor

import pytest
from incident_day import MINUTE, coordinator, day_of_two_regions, incident, person, report, say, told, wait
from pipeline import Load, Pipeline, stored

from chalicelib.observation.sms.segments import count_segments
from chalicelib.services.processing.process import process
from chalicelib.store.operators import AuditRow


@pytest.fixture
def day(load: Load) -> Pipeline:
    return day_of_two_regions(load)


def test_ok_stops_it(day: Pipeline) -> None:
    report(day)
    message, answer = say(day, "Asan", "ok 1")
    assert message.state == "command"
    assert answer == f"Baykoo: Incident 1 is now taken, station {incident(day, 1).station}."
    assert wait(day, 600) == 0
    assert told(day) == {"Asan": ["email", "sms"]}
    last = incident(day, 1).history[-1]
    assert (last["who"], last["step"], last["state"]) == ("Asan", "acknowledge", "acknowledged")
    assert day.differences() == ()


def test_a_whole_life_by_sms_is_audited_and_counted_nowhere(day: Pipeline) -> None:
    report(day)
    before = day.summary()
    for text in ("ОК 1", "ПРОВЕРЕНО №1 видел сам", "resolve 1 seals replaced", "reopen 1 again", "reject 1 a rumour"):
        _, answer = say(day, "Asan", text)
        assert "Incident 1 is now" in answer, text
    stored_incident = incident(day, 1)
    assert [entry["state"] for entry in stored_incident.history] == [
        "new",
        "acknowledged",
        "verified",
        "resolved",
        "acknowledged",
        "rejected",
    ]
    assert [entry.get("note") for entry in stored_incident.history][2:] == [
        "видел сам",
        "seals replaced",
        "again",
        "a rumour",
    ]
    audited = [(row.who, row.action, row.subject) for row in AuditRow.query(day.election.id)]
    assert sorted(audited) == sorted(
        ("Asan", f"incident {step}", "incident 1") for step in ("acknowledge", "verify", "resolve", "reopen", "reject")
    )
    after = day.summary()
    assert after["regions"] == before["regions"]
    assert after["nation"] == before["nation"]
    assert day.differences() == ()


REFUSED = [
    ("Asan", "OK", "Which incident? Send OK 17"),
    ("Asan", "OK 99", "There is no incident 99 in your regions, nothing was changed."),
    ("Cholpon", "OK 1", "Сиздин аймактарда 1-окуя жок, эч нерсе өзгөргөн жок."),
    ("Asan", "REJECT 1", "Please say why: REJECT 1 why"),
    ("Asan", "RESOLVE 1", "Not changed: incident 1 is new, observer"),
    ("Asan", "MUTE", "For how long, 12h at most? Send MUTE 2h"),
    ("Asan", "MUTE 13h", "For how long, 12h at most? Send MUTE 2h"),
    ("Asan", "STATUS Chuy", "Chuy is not one of your regions: Bishkek"),
    ("Asan", "MISSING XX", "There is no form XX: OP TU VO CL"),
    ("Asan", "thank you", "Not understood, nothing was changed. Send: OK 17, VERIFY 17"),
]


@pytest.mark.parametrize(("name", "text", "expected"), REFUSED, ids=[text for _, text, _ in REFUSED])
def test_what_cannot_be_done_is_refused_kindly(day: Pipeline, name: str, text: str, expected: str) -> None:
    report(day)
    message, answer = say(day, name, text)
    assert answer.startswith(f"Baykoo: {expected}")
    assert message.state == "command"
    assert bool(message.reason) == (not text.startswith(("STATUS", "MISSING")))
    assert incident(day, 1).state == "new"
    assert day.differences() == ()


def test_a_second_coordinator_is_told_who_was_first(load: Load) -> None:
    day = load(coordinators=(coordinator("Asan", "Bishkek"), coordinator("Bermet", "Bishkek")))
    report(day)
    first, second = (day.send(str(person(day, name).phone), "OK 1") for name in ("Asan", "Bermet"))
    with ThreadPoolExecutor(2) as workers:
        list(workers.map(lambda message: process(message, day.now), (first, second)))
    answers = sorted(str(reply.text) for message in (first, second) if (reply := day.reply(message)))
    winner = incident(day, 1).history[-1]["who"]
    assert answers[0].startswith("Baykoo: Incident 1 is now taken")
    assert answers[1] == f"Baykoo: Not changed: incident 1 is taken, {winner}, 09:00."
    assert [entry["step"] for entry in incident(day, 1).history] == ["open", "acknowledge"]


def test_a_command_is_obeyed_once_however_often_it_is_processed(day: Pipeline) -> None:
    report(day)
    message = day.send(str(person(day, "Asan").phone), "OK 1")
    for _ in range(3):
        process(message, day.now)
    process(stored(message.key), day.now)
    assert [entry["step"] for entry in incident(day, 1).history] == ["open", "acknowledge"]
    assert str(day.reply(message).text).startswith("Baykoo: Incident 1 is now taken")


def test_mute_is_for_sms_of_what_is_not_critical(day: Pipeline) -> None:
    _, answer = say(day, "Asan", "MUTE 2h")
    assert answer == "Baykoo: No SMS about incidents until 11:00. Emails still come, and SMS about critical ones."
    report(day)
    assert told(day) == {"Asan": ["email"]}
    report(day, 1, "IN 3 a fight")
    assert told(day)["Asan"] == ["email", "email", "sms"] or told(day)["Asan"].count("sms") == 1
    say(day, "Asan", "mute off")
    report(day, 2)
    assert told(day)["Asan"].count("sms") == 2
    say(day, "Asan", "ТИХО 30м")
    day.now += 31 * MINUTE
    report(day, 3)
    assert told(day)["Asan"].count("sms") == 3


def test_status_and_missing_tell_the_coordinators_own_region(day: Pipeline) -> None:
    report(day)
    report(day, 10, "IN 4 money in Chuy")
    say(day, "Asan", "OK 1")
    day.say(day.observers(0)[0].phones[0], "OP A1 B0730 C12 D1 E1668")
    day.now += 90 * MINUTE
    _, answer = say(day, "Asan", "СТАТУС")
    assert answer == "Baykoo: Bishkek 10:30: OP 1/10, TU 10:00 0/10, VO 0/10. Open incidents: 1."
    assert say(day, "Asan", "status бишкек")[1] == answer
    _, missing = say(day, "Asan", "MISSING OP")
    owing = [station.number for station in day.election.stations if station.region == "Bishkek"][1:]
    assert missing == f"Baykoo: OP, missing 9: {' '.join(owing)}."
    assert "Жок" not in say(day, "Cholpon", "КАЛГАНЫ ЯВКА")[1]


def test_every_answer_takes_two_sms_at_most(day: Pipeline) -> None:
    report(day)
    for name in ("Asan", "Bermet", "Cholpon"):
        for text in ("HELP", "?", "STATUS", "MISSING", "OK 5", "MUTE 3h", "nonsense", "RESOLVE 1", "REJECT 1"):
            _, answer = say(day, name, text)
            assert answer, text
            assert count_segments(answer).count <= 2


def test_two_machines_do_not_talk_for_ever(day: Pipeline) -> None:
    answers = [say(day, "Asan", f"I am driving {mile}")[1] for mile in range(8)]
    assert [bool(answer) for answer in answers] == [True] * 5 + [False] * 3
