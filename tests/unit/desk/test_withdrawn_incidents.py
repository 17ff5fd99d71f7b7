"""Whatever is entered, texted and undone, in any order: an incident is open as long as somebody says what opened it."""

import random
from collections.abc import Callable
from contextlib import suppress

import pytest
from day_in_memory import DayInMemory, small_election

from chalicelib.observation.incidents.lifecycle import OPEN
from chalicelib.services.desk import entries, undo
from chalicelib.services.desk.entries import Entry
from chalicelib.services.desk.refusals import NotDone
from chalicelib.store.desk import tag_of
from chalicelib.store.incidents import incidents_at
from chalicelib.store.reports import get_reports

RUNS, STEPS = 60, 9
CRITICAL, FINE = "OP D2", "OP D1"


class Told:
    """One observer's answer D: by SMS and by entries, some of which are withdrawn."""

    def __init__(self, day: DayInMemory) -> None:
        self.day, self.observer = day, day.election.observers[0]
        self.entries: dict[str, str] = {}
        self.withdrawn: set[str] = set()
        self.critical_sms = 0

    def text(self, text: str) -> None:
        self.day.say(self.observer.phones[0], text)
        self.critical_sms += text == CRITICAL

    def enter(self, text: str) -> None:
        made = entries.enter(self.day.current, self.day.action(), Entry(text, self.observer.number))
        self.entries[made["entered"]] = text

    def undo(self, chance: random.Random) -> None:
        left = [key for key in self.entries if key not in self.withdrawn]
        if left:
            key = chance.choice(left)
            with suppress(NotDone):
                undo.undo(self.day.current, self.day.action(), key, tag_of(self.day.stored(key)))
                self.withdrawn.add(key)

    @property
    def is_critical_now(self) -> bool:
        key = (self.observer.station, "OP", "-")
        stored = get_reports(self.day.election, [key]).get(key)
        given = stored.report.observers.get(self.observer.number) if stored is not None else None
        return given is not None and "D" in given.answers and given.answers["D"].value is False

    @property
    def was_ever_said(self) -> bool:
        """Whether an SMS, or an entry that stands, has said it."""
        return self.critical_sms > 0 or any(
            text == CRITICAL and key not in self.withdrawn for key, text in self.entries.items()
        )


@pytest.mark.parametrize("seed", range(RUNS))
def test_an_incident_is_open_while_somebody_says_it(seed: int, monkeypatch: pytest.MonkeyPatch) -> None:
    chance, story = random.Random(seed), Told(DayInMemory.begun(small_election("withdrawn"), monkeypatch))
    steps: tuple[Callable[[], None], ...] = (
        lambda: story.text(CRITICAL),
        lambda: story.text(FINE),
        lambda: story.enter(CRITICAL),
        lambda: story.enter(CRITICAL),
        lambda: story.enter(FINE),
        lambda: story.undo(chance),
        lambda: story.undo(chance),
    )
    for _ in range(STEPS):
        chance.choice(steps)()
        incidents = incidents_at(story.day.election.id, story.observer.station)
        is_open = [incident.state in OPEN for incident in incidents]
        assert len(incidents) <= 1, "one however often it is said"
        if story.is_critical_now:
            assert is_open == [True]
        if not story.was_ever_said:
            assert True not in is_open
    assert story.day.differences() == ()
