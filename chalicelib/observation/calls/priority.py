"""Whom to call next, and why.

It is the order that NDI's data recovery goes by.

Silent stations first, then a count form that is due in the sample, then an open incident of which nobody was reached,
then who wrote an SMS that asks for a call, then whom a person has put on the list, then the time overdue by the
reports owed. What was tried just now goes to
the end; what was promised for a time comes back then, first of its kind, for nobody has tried since. All instants are
the election's own.
"""

import datetime as dt
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Any, Final, Literal

from chalicelib.observation.elections.election import Election, Form
from chalicelib.observation.elections.schedule import Place
from chalicelib.observation.reports.reminders import overdue_by

TRIED_WITHIN: Final = dt.timedelta(minutes=10)

Reason = Literal["silent", "count_form", "incident", "asked", "by_hand", "promised", "overdue", "tried"]
POINTS: Final[Mapping[Reason, int]] = {
    "silent": 32_000,
    "count_form": 16_000,
    "incident": 8_000,
    "asked": 4_000,
    "by_hand": 2_000,
    "promised": 1_000,
    "tried": -80_000,
}
"""Each outweighs all below it together, so that the order is NDI's whatever is owed."""
MOST_OVERDUE: Final = 999
"""Points at most for what is overdue: a minute and report each."""


@dataclass(frozen=True, slots=True)
class Need:
    """Why a station is to be called, as known each minute.

    `owed`: places overdue, the longest first. `heard`: its last sign of life of the day. `incident`: the number of an
    open one that nobody has verified, `incident_at` when it was opened. `reminded`: SMS that asked for what is owed.
    `asked`: SMS of its observers that an operator has left for a call. `by_hand`: who has put it on the list, which its
    row keeps apart.
    """

    owed: tuple[Place, ...] = ()
    heard: dt.datetime | None = None
    is_silent: bool = False
    incident: int | None = None
    incident_at: dt.datetime | None = None
    reminded: int = 0
    asked: int = 0
    by_hand: str | None = None

    def __bool__(self) -> bool:
        return bool(self.owed) or self.incident is not None or self.asked > 0 or self.by_hand is not None

    def document(self) -> dict[str, Any]:
        """Return it as JSON's values, what is not so left out."""
        written = {
            "owed": [list(place) for place in self.owed],
            "heard": self.heard.isoformat(timespec="seconds") if self.heard else None,
            "silent": self.is_silent,
            "incident": self.incident,
            "incident_at": self.incident_at.isoformat(timespec="seconds") if self.incident_at else None,
            "reminded": self.reminded,
            "asked": self.asked,
        }
        return {name: value for name, value in written.items() if value}

    @classmethod
    def from_document(cls, written: Mapping[str, Any]) -> "Need":
        """Read what `document` wrote."""
        return cls(
            tuple((form, name) for form, name in written.get("owed", ())),
            _instant(written.get("heard")),
            bool(written.get("silent")),
            written.get("incident"),
            _instant(written.get("incident_at")),
            int(written.get("reminded", 0)),
            int(written.get("asked", 0)),
        )


@dataclass(frozen=True, slots=True)
class CallAttempts:
    """What came of calling a station so far.

    When it was last tried and last reached, and until when it is put off.
    """

    at: dt.datetime | None = None
    reached_at: dt.datetime | None = None
    snoozed_until: dt.datetime | None = None


@dataclass(frozen=True, slots=True)
class CallReason:
    """One reason with its points."""

    reason: Reason
    points: int
    says: str

    def document(self) -> dict[str, Any]:
        """Return it as JSON's values."""
        return {"reason": self.reason, "points": self.points, "says": self.says}


def reasons(election: Election, need: Need, tried: CallAttempts, now: dt.datetime) -> tuple[CallReason, ...]:
    """Return why a station is to be called, each with points."""
    return tuple(_reasons(election, need, tried, now))


def points(why: Iterable[CallReason]) -> int:
    """Return the points of all reasons together."""
    return sum(reason.points for reason in why)


def is_snoozed(tried: CallAttempts, now: dt.datetime) -> bool:
    """Whether a station is put off at an instant."""
    return tried.snoozed_until is not None and now < tried.snoozed_until


def overdue(election: Election, need: Need, now: dt.datetime) -> dt.timedelta:
    """Return how long the longest overdue report is overdue."""
    return max((overdue_by(election, place, now) for place in need.owed), default=dt.timedelta())


def _reasons(election: Election, need: Need, tried: CallAttempts, now: dt.datetime) -> Iterable[CallReason]:
    if need.is_silent:
        heard = f"since {need.heard.astimezone(election.zone):%H:%M}" if need.heard else "since the morning"
        yield _why("silent", f"silent {heard}")
    counts = [form for form, _ in need.owed if is_count_form(election, election.form_by_code[form])]
    if counts:
        yield _why("count_form", f"{counts[0]} is due, and the station is in the sample")
    if need.incident is not None and not _was_reached(need, tried):
        yield _why("incident", f"incident {need.incident} is open, and nobody was reached")
    if need.asked:
        yield _why("asked", "an SMS waits for a call")
    if need.by_hand is not None:
        yield _why("by_hand", f"put on the list by {need.by_hand}")
    promised = tried.snoozed_until if tried.snoozed_until and tried.snoozed_until <= now else None
    if promised is not None and need.owed:
        yield _why("promised", f"promised for {promised.astimezone(election.zone):%H:%M}")
    if need.owed:
        minutes = max(int(overdue(election, need, now).total_seconds()) // 60, 0)
        count = len(need.owed)
        says = f"{minutes} min overdue, {count} report{'s' if count > 1 else ''} owed"
        yield CallReason("overdue", min(minutes * count, MOST_OVERDUE), says)
    if promised is None and tried.at is not None and dt.timedelta() <= now - tried.at < TRIED_WITHIN:
        yield _why("tried", f"tried at {tried.at.astimezone(election.zone):%H:%M}")


def _was_reached(need: Need, tried: CallAttempts) -> bool:
    """Whether somebody was reached since the incident was opened."""
    return tried.reached_at is not None and (need.incident_at is None or need.incident_at <= tried.reached_at)


def is_count_form(election: Election, form: Form) -> bool:
    """Whether a quick count is made of a form.

    The roster of an election with a quick count is its sample.
    """
    return election.quick_count is not None and any(question.role == "votes" for question in form.questions)


def _why(reason: Reason, says: str) -> CallReason:
    return CallReason(reason, POINTS[reason], says)


def _instant(written: str | None) -> dt.datetime | None:
    return dt.datetime.fromisoformat(written) if written else None
