"""Which incidents a command is about: several at once, one, or one that has to be asked about."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from chalicelib.observation.coordinators.commands import command_in
from chalicelib.observation.coordinators.incident_numbers import MOST_AT_ONCE

SEVERAL = {
    "OK 17 18": (17, 18),
    "OK 17,18": (17, 18),
    "OK 17, 18 и 19": (17, 18, 19),
    "ok 17 and 18": (17, 18),
    "кабыл 17 жана 18": (17, 18),
    "OK 17\nOK 18": (17, 18),
    "OK 17. OK 18.": (17, 18),
    "OK №17 №18": (17, 18),
    "OK #17, #18": (17, 18),
    "OK 17 & 18": (17, 18),
    "OK 17/18": (17, 18),
    "(OK 17, 18)": (17, 18),
    "OK 1, 7": (1, 7),
    "OK 3\n4": (3, 4),
    "OK 17 18 17": (17, 18),
}


@pytest.mark.parametrize(("text", "numbers"), SEVERAL.items())
def test_several_may_be_taken_over_at_once(text: str, numbers: tuple[int, ...]) -> None:
    command = command_in(text)
    assert command is not None
    assert (command.verb, command.numbers, command.is_doubtful) == ("acknowledge", numbers, False)


@pytest.mark.parametrize(
    "text",
    [
        "OK 1 7",
        "OK 17 5",
        "OK 17-20",
        "OK 17 - 20",
        "OK 17.18",
        "OK 17 18 спасибо",
        "OK 17 VERIFY 17",
        "OK 17 спасибо, VERIFY 18",
        "OK 17 проверено",
        "OK 17 MUTE 2",
        "OK 5 минут",
        "ОК 5 мүнөттө барам",
        "OK " + " ".join(map(str, range(11, 12 + MOST_AT_ONCE))),
        "VERIFY 17 18",
        "VERIFY 17, 18 saw it",
        "VERIFY 17. 18",
        "VERIFY 17 и 18",
        "REJECT 17 18 a rumour",
        "RESOLVE 17 OK 18",
        "RESOLVE 17 18",
        "REOPEN 17 18 again",
        "REOPEN 3 people are fighting",
        "КАЙРА 3 киши урушуп жатат",
        "Решено 5 вопросов",
        "REJECT 17 verified",
    ],
)
def test_what_may_mean_another_incident_or_another_step_is_asked_about(text: str) -> None:
    command = command_in(text)
    assert command is not None
    assert command.is_doubtful
    assert command.is_whole


@given(st.lists(st.integers(10, 999_999), min_size=2, max_size=MOST_AT_ONCE, unique=True), st.data())
def test_no_number_of_a_list_is_lost(numbers: list[int], data: st.DataObject) -> None:
    joints = st.sampled_from([" ", ",", ", ", " и ", " and ", " жана ", "\n", "\nOK ", "; ", " + "])
    text = "OK " + str(numbers[0]) + "".join(data.draw(joints) + str(number) for number in numbers[1:])
    command = command_in(text)
    assert command is not None
    assert (command.numbers, command.is_doubtful) == (tuple(numbers), False)
