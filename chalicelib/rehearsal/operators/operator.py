"""Simulate an operator, who takes a task and does it."""

import datetime as dt
import time
from collections.abc import Callable, Mapping, Sequence, Set
from dataclasses import dataclass
from typing import Any, Final

from chalicelib.observation.elections.election import NO_ROUND
from chalicelib.observation.sms.states import MessageState
from chalicelib.rehearsal.operators.api import NO_ANSWER, ApiAnswer, OperatorsApi

TAKEN: Final = "taken by somebody else, or gone"
WAITS: Final = dt.timedelta(minutes=15)
"""How long, on the election's clock, an operator waits for a report that was promised."""
MOST_REPORTS: Final = 10
NOBODY_SIMULATED: Final[dict[str, Any]] = {"outcome": "unreachable"}
"""What a phone comes to that has nobody to answer: a stranger's, that an operator took for an observer's."""
NOBODY_REACHED: Final = frozenset({"no_answer", "unreachable", "wrong_number"})


@dataclass(frozen=True, slots=True)
class HandledTask:
    """A task that was done, or given up.

    Instants in seconds since 1970; `since`: when it began to wait. `given_back_at`: when the request was sent that
    ended the lease, which is before anybody else can have it.
    """

    kind: str
    key: str
    since: float
    taken_at: float
    given_back_at: float
    done_at: float
    requests: int
    outcome: str


class SimulatedOperator:
    """Works on the queues of one election by the API alone."""

    def __init__(self, api: OperatorsApi, pause_seconds: float = 0, kinds: Sequence[str] = ()) -> None:
        self._api, self._pause, self._kinds = api, pause_seconds, kinds
        self._works: Mapping[str, Callable[[dict[str, Any]], str]] = {
            "incident": self._verify,
            "message": self._read,
            "call": self._ring_through,
            "doubt": self._settle,
        }

    def work(self) -> HandledTask | None:
        """Do the next task; None where nothing waits that nobody has."""
        before = self._api.requests
        handed = self._api.post("tasks", "next", body={"kinds": list(self._kinds)})
        if not handed.is_done:
            return None
        task, taken_at = handed.document, time.time()
        if self._pause:
            time.sleep(self._pause)
        outcome = self._works[task["kind"]](task)
        since = dt.datetime.fromisoformat(task["since"]).timestamp() if task["since"] else taken_at
        requests, given_back_at = self._api.requests - before, self._api.sent_at
        return HandledTask(task["kind"], task["key"], since, taken_at, given_back_at, time.time(), requests, outcome)

    def _verify(self, task: dict[str, Any]) -> str:
        shown = self._api.get("incidents", task["key"])
        if not shown.is_done or shown.document["state"] != "new":
            return TAKEN
        body = {"note": "verified by phone"}
        return _outcome(self._api.post("incidents", task["key"], "verify", body=body, seen=shown.etag), "verified")

    def _read(self, task: dict[str, Any]) -> str:
        key = task["key"]
        shown = self._api.get("messages", key)
        if not shown.is_done:
            return TAKEN
        message = shown.document
        if message["state"] == MessageState.QUARANTINED:
            return self._assign(key, shown)
        suggested = next((fields for fields in message["suggestions"] if fields["answers"]), None)
        if suggested is not None:
            entered = self._api.post("messages", key, "enter", body={"fields": suggested}, seen=shown.etag)
            if entered.is_done:
                return "entered"
        identical = message["state"] == MessageState.UNRECOGNISED
        dismissed = self._api.post("messages", key, "dismiss", body={"identical": identical}, seen=shown.etag)
        return _outcome(dismissed, "dismissed")

    def _assign(self, key: str, shown: ApiAnswer) -> str:
        """Assign an unknown phone by its text's station, or mute it."""
        named = next((fields["station"] for fields in shown.document["suggestions"] if fields["station"]), None)
        station = self._api.get("stations", named) if named else None
        observers = station.document["observers"] if station is not None and station.is_done else []
        if observers:
            body = {"observer": observers[0]["number"]}
            return _outcome(self._api.post("messages", key, "assign", body=body, seen=shown.etag), "assigned")
        muted = self._api.post("messages", key, "spam", body={"note": "nobody's"}, seen=shown.etag)
        return _outcome(muted, "muted")

    def _ring_through(self, task: dict[str, Any]) -> str:
        """Ask a station for what it owes; pass it on if nothing."""
        card = self._api.get("calls", task["key"])
        if not card.is_done:
            return TAKEN
        if not any(card.document[reason] for reason in ("owed", "asked", "incidents")):
            self._api.post("calls", task["key"], "release", body={})
            return "all came meanwhile"
        return self._ask(task["key"], card.document, {place["report"] for place in card.document["owed"]})

    def _complete(self, place: tuple[str, str, str]) -> str:
        """Ask a station for the whole of half a report."""
        station, form, round_name = place
        leased = self._api.post("calls", station, "lease", body={})
        card = self._api.get("calls", station)
        if not leased.is_done or not card.is_done:
            return TAKEN
        return self._ask(station, card.document, {_named(form, round_name)})

    def _ask(self, station: str, card: dict[str, Any], reports: Set[str]) -> str:
        """Ring a station's phones until somebody is reached; end the lease."""
        phones = [phone["phone"] for observer in card["observers"] for phone in observer["phones"]]
        outcome = "nobody to ring"
        for place, phone in enumerate(phones):
            rung = self._api.post("calls", station, "ring", body={"phone": phone})
            heard = rung.document if rung.is_done else NOBODY_SIMULATED
            stays = heard["outcome"] in NOBODY_REACHED and place + 1 < len(phones)
            body = _logged(card, heard, phone, reports) | {"stays": stays}
            logged = self._api.post("calls", station, "outcome", body=body)
            outcome = _outcome(logged, body["outcome"])
            if not logged.is_done or not stays:
                return outcome
        self._api.post("calls", station, "release", body={})
        return outcome

    def _settle(self, task: dict[str, Any]) -> str:
        """Decide a report's doubts: choose, explain, or confirm."""
        number, form, round_name = task["key"].split("#")
        listed = self._api.get("doubts", query="limit=100")
        place = (number, form, round_name)
        doubts = [
            doubt
            for doubt in (listed.document["doubts"] if listed.is_done else ())
            if (doubt["station"], doubt["form"], doubt["round"]) == place
        ]
        outcome = TAKEN
        for doubt in doubts:
            is_half = doubt["kind"] == "partial_count"
            outcome = self._complete(place) if is_half else self._decide(place, doubt)
        if not doubts:
            body = {"kind": task["kind"], "key": task["key"], "region": task["region"]}
            self._api.post("tasks", "release", body=body)
        return outcome

    def _decide(self, place: tuple[str, str, str], doubt: dict[str, Any]) -> str:
        number, form, round_name = place
        station = self._api.get("stations", number)
        report = next(
            (
                report
                for report in station.document["reports"]
                if (report["form"], report["round"]) == (form, round_name)
            ),
            None,
        )
        if report is None:
            return TAKEN
        reporting = sorted({who for question in report["questions"] for who in question["observers"]})
        step, body = _decision(doubt, reporting[0])
        path = ("stations", number, "reports", form, round_name, step)
        return _outcome(self._api.post(*path, body=body, seen=f'"{report["version"]}"'), step)


def _decision(doubt: dict[str, Any], observer: str) -> tuple[str, dict[str, Any]]:
    match doubt["kind"]:
        case "conflict":
            return "choose", {"observer": observer, "codes": [doubt["about"]], "note": "both were called"}
        case "failed_check":
            return "explain", {"rule": doubt["about"], "counts": True, "note": "as on the protocol"}
        case _:
            return "confirm", {"observer": observer, "codes": [doubt["about"]], "note": "read back"}


def _logged(card: dict[str, Any], heard: dict[str, Any], phone: str, reports: Set[str]) -> dict[str, Any]:
    """Return what a call came to, as the call desk logs it.

    `reports`: the names of those that it asked for.
    """
    outcome = heard["outcome"]
    if outcome == "will_send":
        until = dt.datetime.fromisoformat(card["as_of"]) + WAITS
        return {"outcome": outcome, "phone": phone, "will_send_at": until.isoformat()}
    if outcome != "answered":
        return {"outcome": outcome, "phone": phone}
    entries = [_entry(report) for report in heard["reports"] if _named(report["form"], report["round"]) in reports]
    if not entries:
        return {"outcome": "other", "phone": phone}
    answers = {"observer": heard["observer"], "reports": entries[:MOST_REPORTS]}
    return {"outcome": outcome, "phone": phone, "answers": answers, "note": "read back"}


def _entry(report: dict[str, Any]) -> dict[str, Any]:
    round_name = None if report["round"] == NO_ROUND else report["round"]
    return {"form": report["form"], "round": round_name, "answers": report["answers"]}


def _named(form: str, round_name: str) -> str:
    """Return a report's name as a card has it: `TU 12:00`, `CL`."""
    return form if round_name == NO_ROUND else f"{form} {round_name}"


def _outcome(answered: ApiAnswer, done: str) -> str:
    if answered.status == NO_ANSWER:
        return "unanswered"
    return done if answered.is_done else f"refused {answered.status}"
