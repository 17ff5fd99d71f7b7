"""A coordinator's code: commands that change something need it, and wrong ones tell headquarters."""

import pytest
from coded_day import CODE, read_again, say
from day_in_memory import DayInMemory

from chalicelib.services.codes.proof import MOST_WRONG


@pytest.mark.parametrize("command", ["OK 1", "VERIFY 1", "REJECT 1 rumour", "MUTE 2h"])
def test_a_command_that_changes_something_needs_the_code(day: DayInMemory, command: str) -> None:
    day.say(day.phone(1), "IN 3 they beat us")
    message, answered = say(day, "Asan", command)
    assert (message.state, message.reason) == ("command", "code_missing")
    assert message.attention is not None
    assert day.incident(1).state == "new"
    assert CODE not in answered
    assert say(day, "Asan", f"*999888 {command}")[0].reason == "code_wrong"
    assert day.incident(1).state == "new"
    message, _ = say(day, "Asan", f"*{CODE} {command}")
    assert message.reason is None
    assert (day.incident(1).state == "new") == command.startswith("MUTE")


def test_asking_needs_no_code_and_taking_back_does(day: DayInMemory) -> None:
    for command in ("STATUS", "MISSING", "HELP", "?"):
        message, answered = say(day, "Asan", command)
        assert message.reason is None, command
        assert "Baykoo" in answered
    day.say(day.phone(1), "IN 3 they beat us")
    say(day, "Asan", f"REJECT 1 rumour *{CODE}")
    assert say(day, "Asan", "REOPEN 1 again")[0].reason == "code_missing"


def test_a_coordinator_s_wrong_codes_tell_headquarters(day: DayInMemory) -> None:
    for number in range(MOST_WRONG):
        say(day, "Asan", f"*90{number:03} MUTE 2h")
    assert day.told("told") == {"HQ": ["email", "sms"]}
    assert say(day, "Asan", f"*{CODE} MUTE 2h")[0].reason == "code_blocked"
    blocked = next(row for row in day.rows() if row.reason == "code_blocked")
    read_again(day, blocked)
    assert say(day, "Asan", f"*{CODE} MUTE 3h")[0].reason is None


def test_a_coordinator_s_incident_without_the_code_is_heard_and_marked(day: DayInMemory) -> None:
    message, answered = say(day, "Asan", f"IN {day.election.observers[0].station} 3 a fight")
    assert message.reason == "code_missing"
    assert "Incident 1" in answered
    assert day.incident(1).doubt == "code_missing"
    say(day, "Asan", f"*{CODE} IN {day.election.observers[0].station} 3 a fight")
    assert day.incident(2).doubt is None
