"""Replies to observers, each in their language.

An SMS of ours takes at most two segments; `layout` decides what goes first.
"""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Final

from chalicelib.observation.elections.election import (
    NO_ROUND,
    Election,
    Form,
    IncidentForm,
)
from chalicelib.observation.reading.model import CATEGORY, OBSERVER, ROUND, STATION, Reason
from chalicelib.observation.replies.examples import example
from chalicelib.observation.replies.layout import SEGMENTS, SLOT, Item, Phrase, Priority, Section, compose
from chalicelib.observation.sms.opt_out_words import word
from chalicelib.observation.sms.phones import OptOutState
from chalicelib.observation.sms.segments import count_segments, fit
from chalicelib.observation.texts.catalogue import MARK, catalogue
from chalicelib.observation.texts.catalogue import text as say

_UNCOUNTED: Final = ("practice", "station_unknown", "observer_unknown", "serial_missing")
"""Flags of a form of which nothing counts; each has a sentence that says so."""


@dataclass(frozen=True, slots=True)
class ReportResult:
    """What came of one form of an SMS.

    `round` is "-" where the form is due once; `accepted` codes of this SMS; `missing` codes that this observer has
    not answered yet, this SMS included; `questions` failed checks' messages to ask about, in the observer's language;
    `outdated` codes of this SMS in whose place another answer of a newer SMS stands, none of which are `accepted`.
    """

    form: str
    station: str | None
    round: str
    accepted: tuple[str, ...]
    missing: tuple[str, ...]
    rejected: Mapping[str, Reason]
    flags: tuple[str, ...] = ()
    questions: tuple[str, ...] = ()
    outdated: tuple[str, ...] = ()

    @property
    def head(self) -> str:
        """Form, station and round as an observer would write them.

        It has no station where two were named.
        """
        station = None if self.is_doubtful(STATION) or "station_unknown" in self.flags else self.station
        round_name = None if self.is_doubtful(ROUND) else self.round
        return " ".join(part for part in (self.form, station, round_name) if part and part != NO_ROUND)

    def is_doubtful(self, code: str) -> bool:
        """Tell whether two stations, or observers, were named.

        Then a form counts for none until an operator decides.
        """
        return self.rejected.get(code) == "ambiguous"


def report_reply(election: Election, language: str, results: Sequence[ReportResult]) -> str:
    """Reply to an SMS with one form or more.

    What was received, is missing, has to be sent again and why.
    """
    speech = _Speech(election, language)
    return compose(speech.say(MARK), [speech.section(result) for result in results])


def unrecognised_reply(election: Election, language: str) -> str:
    """Reply to a text in which no form was found.

    How to begin, with an example.
    """
    forms: list[Form | IncidentForm] = [*election.forms, *filter(None, [election.incidents])]
    items = tuple(Item(form.code, election.text(form.title, language)) for form in forms)
    speech = _Speech(election, language)
    begin = speech.say("reply_unrecognised", forms=SLOT, example=example(election.forms[0]))
    return compose(speech.say(MARK), [Section("", (Phrase(Priority.RESEND, begin, items),))])


def held_reply(election: Election, language: str, *, has_incident: bool = False) -> str:
    """Reply to an SMS that marks itself as no report.

    One that quotes our texts gets the same; an incident in it is on its way.
    """
    speech = _Speech(election, language)
    received = [speech.say("reply_incident")] if has_incident else []
    return fit(" ".join((speech.say(MARK), *received, speech.say("reply_held"))), SEGMENTS)


def unproven_reply(election: Election, language: str, doubt: str, *, has_incident: bool = False) -> str:
    """Reply to an SMS that does not prove its sender.

    Its code is missing, wrong, or not looked at. What to do, and never a code; an incident in it is on its way. `doubt`
    is one of CODE_REASONS.
    """
    speech = _Speech(election, language)
    received = [speech.say("reply_incident")] if has_incident else []
    return fit(" ".join((speech.say(MARK), *received, speech.say(f"reply_{doubt}"))), SEGMENTS)


def opting_reply(election: Election, language: str, wish: OptOutState) -> str:
    """Reply to a wish for no more SMS, or for them again.

    It says what that means, and the word that ends it.
    """
    other: OptOutState = "in" if wish == "out" else "out"
    done = say(election, language, f"reply_opted_{wish}", word=word(other, language))
    return fit(f"{say(election, language, MARK)} {done}", SEGMENTS)


def incomplete_reply(election: Election, language: str, *, has_incident: bool) -> str:
    """Reply to a long SMS of which a part did not arrive.

    It is to be sent again; an incident in it is on its way.
    """
    speech = _Speech(election, language)
    received = [speech.say("reply_incident")] if has_incident else []
    return fit(" ".join((speech.say(MARK), *received, speech.say("reply_incomplete"))), SEGMENTS)


def unknown_sender_reply(election: Election) -> str:
    """Reply to a phone of no observer.

    It is written in as many of the election's languages as fit, the first for certain.
    """
    reply = say(election, election.languages[0], MARK)
    for language in election.languages:
        longer = f"{reply} {say(election, language, 'reply_unknown_sender')}"
        if count_segments(longer).count > SEGMENTS:
            break
        reply = longer
    return reply


@dataclass(frozen=True, slots=True)
class _Speech:
    """The phrases of a reply to one observer."""

    election: Election
    language: str

    @property
    def _incident_code(self) -> str | None:
        return self.election.incidents.code if self.election.incidents else None

    def say(self, key: str, **values: str) -> str:
        return say(self.election, self.language, key, **values)

    def section(self, result: ReportResult) -> Section:
        incidents = self.election.incidents
        about = self._form if incidents is None or result.form != incidents.code else self._incident
        return Section(result.head, (*about(result), *self._flags(result)))

    def _list(self, priority: Priority, key: str, items: Iterable[Item]) -> Phrase:
        return Phrase(priority, self.say(key, codes=SLOT), tuple(items))

    def _form(self, result: ReportResult) -> Iterable[Phrase]:
        form = self.election.form_by_code[result.form]
        uncounted = self._why_uncounted(result, form)
        if uncounted:
            yield from (Phrase(Priority.RESEND, reason) for reason in uncounted)
            return
        places = {code: place for place, code in enumerate(form.by_code)}
        accepted, outdated = (
            sorted(codes, key=lambda code: places.get(code, len(places)))
            for codes in (result.accepted, result.outdated)
        )
        missing = [code for code in result.missing if code not in result.rejected]
        if accepted:
            yield self._list(Priority.ACCEPTED, "reply_accepted", map(Item, accepted))
        elif not result.rejected and not outdated:
            yield Phrase(Priority.MISSING, self.say("reply_empty", example=example(form)))
        if result.rejected:
            yield self._list(Priority.RESEND, "reply_rejected", self._rejected(result.rejected))
        if outdated:
            yield self._list(Priority.QUESTION, "reply_outdated", map(Item, outdated))
        if missing:
            yield self._list(Priority.MISSING, "reply_missing", map(Item, missing))
        for question in result.questions:
            yield Phrase(Priority.QUESTION, self.say("reply_check", message=_sentence(question)))
        if accepted and not missing and not result.rejected and not result.questions:
            yield Phrase(Priority.COURTESY, self.say("reply_complete"))

    def _why_uncounted(self, result: ReportResult, form: Form) -> list[str]:
        """Tell why nothing of a form counts, and what to do.

        Empty where it counts.
        """
        doubts = {STATION: "reply_two_stations", OBSERVER: "reply_two_observers"}
        reasons = [self.say(key) for code, key in doubts.items() if result.is_doubtful(code)]
        reasons += [self.say(f"reply_{flag}", code=form.serial or "") for flag in _UNCOUNTED if flag in result.flags]
        if result.is_doubtful(ROUND):
            rounds = " ".join(map(str, form.rounds))
            reasons.append(self.say("reply_which_round", rounds=rounds))
        return reasons

    def _incident(self, result: ReportResult) -> Iterable[Phrase]:
        """Confirm an incident calmly, promising only what happens.

        A category that was not understood is asked for.
        """
        yield Phrase(Priority.RESEND, self.say("reply_incident"))
        if CATEGORY not in result.accepted and self.election.incidents is not None:
            numbers = _ranges(sorted(self.election.incidents.categories))
            question = self.say("reply_category", report=result.head, categories=numbers)
            yield Phrase(Priority.RESEND, question)
        others = {code: reason for code, reason in result.rejected.items() if code != CATEGORY}
        if others:
            yield self._list(Priority.RESEND, "reply_rejected", self._rejected(others))

    def _flags(self, result: ReportResult) -> Iterable[Phrase]:
        """Name what an operator will look at.

        Flags without a text of their own are one sentence together.
        """
        known = catalogue()["en"]
        flags = [flag for flag in result.flags if result.form == self._incident_code or flag not in _UNCOUNTED]
        for key in dict.fromkeys(f"flag_{flag}" if f"flag_{flag}" in known else "flag_other" for flag in flags):
            yield Phrase(Priority.FLAG, self.say(key, station=result.station or "", round=result.round))

    def _rejected(self, rejected: Mapping[str, Reason]) -> list[Item]:
        """Rejected codes, those of one reason together."""
        names = {code: self.say(f"code_{code}") for code in (STATION, OBSERVER, ROUND)}
        reasons = list(dict.fromkeys(rejected.values()))
        codes = sorted(rejected, key=lambda code: reasons.index(rejected[code]))
        return [Item(names.get(code, code), self.say(f"reason_{rejected[code]}")) for code in codes]


def _sentence(written: str) -> str:
    return written if written.endswith((".", "?", "!")) else f"{written}."


def _ranges(numbers: Sequence[int]) -> str:
    """Sorted numbers, neighbours as a range: `1-10 20`."""
    runs: list[list[int]] = []
    for number in numbers:
        if runs and number == runs[-1][-1] + 1:
            runs[-1].append(number)
        else:
            runs.append([number])
    return " ".join(str(run[0]) if len(run) == 1 else f"{run[0]}-{run[-1]}" for run in runs)
