"""A machine that answers each of our SMS is left without a reply in the end; a person never is who reports all day."""

import datetime as dt
import random

import pytest
from day_in_memory import DayInMemory, small_election
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from sample_election import changed

from chalicelib.observation.elections.election import Election
from chalicelib.observation.sms.codes import hashed
from chalicelib.services.replies.loops import IN_A_ROW

ROUNDS = ("10:00", "12:00", "14:00", "16:00", "18:00", "20:00")
MACHINES = (
    lambda n: "Сейчас не могу говорить, перезвоню позже",
    lambda n: f"Your message was received, ticket {1000 + n}",
    lambda n: "I'm driving. Sent automatically.",
    lambda n: "Ваше сообщение доставлено абоненту" if n % 2 else "Абонент временно недоступен",
    lambda n: "IN a meeting until tomorrow, will call you back",
    lambda n: f"IN a meeting, this is automatic answer number {n}",
    lambda n: "тест тест тест",
)
TO_COORDINATORS = (*MACHINES[:4], lambda n: "OK, I will call you back later", lambda n: "Verify this number please")


class Day(DayInMemory):
    """A day on which the replies matter."""

    def is_answered(self, phone: str, text: str) -> bool:
        """Whether an SMS that comes now is answered."""
        return self.reply(self.say(phone, text)) is not None

    def pass_minutes(self, minutes: float) -> None:
        self.now += dt.timedelta(minutes=minutes)


@pytest.fixture(scope="module")
def election() -> Election:
    return small_election("loops")


@pytest.fixture
def day(election: Election, monkeypatch: pytest.MonkeyPatch) -> Day:
    return Day.begun(election, monkeypatch)


def replies_to_machine(day: Day, phone: str, machine: int, chance: random.Random, *, coordinator: bool = False) -> int:
    """Replies that a machine got which answers each of ours, minutes later, for as long as there is one."""
    says = (TO_COORDINATORS if coordinator else MACHINES)[machine]
    for number in range(60):
        if not day.is_answered(phone, says(number)):
            return number
        day.pass_minutes(chance.uniform(5, 20))
    return 60


@given(machine=st.integers(0, len(MACHINES) - 1), seed=st.integers(0, 2**32))
@settings(max_examples=14, deadline=None, suppress_health_check=list(HealthCheck))
def test_a_machine_that_answers_slowly_ends(election: Election, machine: int, seed: int) -> None:
    with pytest.MonkeyPatch.context() as patch:
        day = Day.begun(election, patch)
        phone = election.observers[0].phones[0]
        assert replies_to_machine(day, phone, machine, random.Random(seed)) <= IN_A_ROW


@given(machine=st.integers(0, len(TO_COORDINATORS) - 1), seed=st.integers(0, 2**32))
@settings(max_examples=14, deadline=None, suppress_health_check=list(HealthCheck))
def test_a_coordinator_s_machine_ends_too(election: Election, machine: int, seed: int) -> None:
    with pytest.MonkeyPatch.context() as patch:
        day = Day.begun(election, patch)
        phone = str(election.coordinators[0].phone)
        assert replies_to_machine(day, phone, machine, random.Random(seed), coordinator=True) <= IN_A_ROW


def test_it_stays_ended_whatever_reminds_it(day: Day) -> None:
    phone = day.election.observers[0].phones[0]
    replies_to_machine(day, phone, 0, random.Random(1))
    for _ in range(5):
        day.pass_minutes(45)
        assert not day.is_answered(phone, "Сейчас не могу говорить, перезвоню позже")


def test_one_report_ends_the_silence(day: Day) -> None:
    phone = day.election.observers[0].phones[0]
    replies_to_machine(day, phone, 0, random.Random(2))
    assert day.is_answered(phone, "OP A1")
    assert day.is_answered(phone, "спасибо")


@given(seed=st.integers(0, 2**32))
@settings(max_examples=6, deadline=None, suppress_health_check=list(HealthCheck))
def test_a_person_who_reports_all_day_is_always_answered(election: Election, seed: int) -> None:
    """Reports, corrections, incidents, the same situation each hour, and now and then words that are no report."""
    chance = random.Random(seed)
    with pytest.MonkeyPatch.context() as patch:
        day = Day.begun(election, patch)
        phone, chatter = election.observers[0].phones[0], 0
        for number in range(45):
            day.pass_minutes(chance.uniform(10, 25))
            kind = chance.random()
            if kind < 0.25 and chatter < IN_A_ROW - 1:
                chatter += 1
                text = chance.choice(("спасибо", "связь плохая", "кто это?", "понял вас", "ок хорошо"))
            else:
                chatter = 0
                turnout = f"ЯВКА {chance.choice(ROUNDS)} A{number}"
                text = chance.choice(("OP A1 B0730 C12", turnout, "VO A1 B1", f"IN {1 + number % 5} шум {number}"))
            assert day.is_answered(phone, text), (number, text)


def test_whoever_forgets_the_code_is_told_each_time(election: Election, monkeypatch: pytest.MonkeyPatch) -> None:
    first, *others = election.observers
    coded = first.model_copy(update={"code": hashed("482193", "first")})
    day = Day.begun(changed(election, observers=(coded, *others)), monkeypatch)
    for number in range(3 * IN_A_ROW):
        assert day.is_answered(first.phones[0], f"TU 10:00 A{number}")
        day.pass_minutes(15)


def test_a_fast_loop_ends_as_before(day: Day) -> None:
    phone = day.election.observers[0].phones[0]
    answered = []
    for number in range(10):
        answered.append(day.is_answered(phone, f"what {number}?"))
        day.pass_minutes(0.5)
    assert answered == [True] * 5 + [False] * 5
