"""One report of a station: its observers' answers, and what counts."""

import datetime as dt
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Any, Final

from chalicelib.observation.checks import parse_rule
from chalicelib.observation.elections.clock import local_time
from chalicelib.observation.elections.election import Check, Election, Form, Question
from chalicelib.observation.elections.schedule import Place, is_late, round_due
from chalicelib.observation.reports.answer_json import value_json
from chalicelib.observation.reports.checks import check_answers, explanation_of, failing
from chalicelib.observation.reports.decisions import Attribution
from chalicelib.observation.reports.doubts import check_sentence, doubts_of
from chalicelib.observation.reports.report import (
    Answer,
    ObserverAnswers,
    Report,
    StationAnswers,
    observer_answers,
    standing_choice,
    station_answers,
)
from chalicelib.services.views.closed_stations import unsent_state
from chalicelib.services.views.reader import Reader
from chalicelib.store.messages import Message

ENTERED: Final = "entered#"
"""How the keys of entries begin."""


@dataclass(frozen=True, slots=True)
class ReportView:
    """What a report is described with.

    `reports`: all of the station, by form and round. `entries`: the entries that answers came from, by key. `at`: the
    instant on the election's clock.
    """

    election: Election
    reader: Reader
    reports: Mapping[Place, Report]
    entries: Mapping[str, Message]
    at: dt.datetime

    def described(self, place: Place, version: int) -> dict[str, Any]:
        """Return a report as JSON's values.

        `version` is the one that a change must name.
        """
        form, report = self.election.form_by_code[place[0]], self.reports[place]
        answers = station_answers(self.election, report)
        due = round_due(self.election, form, place[1])
        left_out = report.decisions.left_out
        return {
            "form": form.code,
            "round": place[1],
            "version": version,
            "due": local_time(due, self.election.zone),
            "state": self._state(form, report, answers),
            "late": answers.first_at is not None and is_late(self.election, form, place[1], answers.first_at),
            "observers": {
                number: {
                    "state": self._of_observer(form, report.observers.get(number)),
                    "first_at": local_time(given.first_at, self.election.zone)
                    if (given := report.observers.get(number))
                    else None,
                    "left_out": self._made(left_out[number]) if number in left_out else None,
                }
                for number in self._numbers(report)
            },
            "questions": [self._question(form, question, report, answers) for question in form.questions],
            "failed_checks": self._checks(place),
            "doubts": self._doubts(place),
        }

    def _numbers(self, report: Report) -> tuple[str, ...]:
        numbers = [observer.number for observer in self.election.observers_by_station.get(report.station, ())]
        return tuple(dict.fromkeys((*numbers, *sorted(report.given))))

    def _state(self, form: Form, report: Report, answers: StationAnswers) -> str:
        if form.expect == "observer":
            numbers = [observer.number for observer in self.election.observers_by_station.get(report.station, ())]
            states = [self._of_observer(form, report.counting.get(number)) for number in numbers]
            if any(states):
                return states[0] if states[0] and len(set(states)) == 1 else "partial"
        elif answers.first_at is not None:
            return answers.state(form)
        return unsent_state(self.election, form, report, self.at)

    def _of_observer(self, form: Form, given: ObserverAnswers | None) -> str | None:
        return observer_answers(given).state(form) if given is not None else None

    def _question(self, form: Form, question: Question, report: Report, answers: StationAnswers) -> dict[str, Any]:
        code = question.code
        is_withheld = code in self.reader.withheld_of(form.code)
        counts = answers.values.get(code) if form.expect != "observer" and not is_withheld else None
        return {
            "code": code,
            "label": question.label,
            "type": question.type,
            "is_withheld": is_withheld,
            "counts": value_json(counts) if counts is not None else None,
            "how": self._how(form, code, report, answers),
            "chosen": self._chosen(code, report),
            "observers": {}
            if is_withheld
            else {
                number: self._answer_of(number, code, report)
                for number in self._numbers(report)
                if number in report.given and report.given[number].history(code)
            },
        }

    def _how(self, form: Form, code: str, report: Report, answers: StationAnswers) -> str | None:
        """Say why an answer counts or none does.

        It is None where there is none, or each observer's counts.
        """
        if form.expect == "observer":
            return None
        if code in answers.conflicts:
            return "conflict"
        if code in answers.withheld:
            return "neither"
        if code not in answers.values:
            return None
        given = _values(report, code)
        if standing_choice(report.decisions, code, given) is not None:
            return "chosen"
        return "agreed" if len(given) > 1 else "only"

    def _chosen(self, code: str, report: Report) -> dict[str, Any] | None:
        choice = report.decisions.chosen.get(code)
        if choice is None:
            return None
        stands = standing_choice(report.decisions, code, _values(report, code)) is not None
        return {"observer": choice.observer, "stands": stands, **self._made(choice.made)}

    def _answer_of(self, number: str, code: str, report: Report) -> dict[str, Any]:
        observer_answers = report.observers.get(number)
        answer = observer_answers.answers.get(code) if observer_answers is not None else None
        confirmed = report.decisions.confirmed.get((number, code))
        return {
            "value": value_json(answer.value) if answer is not None else None,
            **(
                self._source(answer)
                if answer is not None
                else {"source": None, "by": None, "at": None, "message": None}
            ),
            "confirmed": {"value": confirmed.value, **self._made(confirmed.made)} if confirmed else None,
            "history": [self._past(answer, report) for answer in report.given[number].history(code)],
        }

    def _past(self, answer: Answer, report: Report) -> dict[str, Any]:
        withdrawn = report.decisions.withdrawn.get(answer.source.message)
        return {
            "value": value_json(answer.value),
            **self._source(answer),
            "withdrawn": self._made(withdrawn) if withdrawn is not None else None,
        }

    def _source(self, answer: Answer) -> dict[str, Any]:
        """Say whether an answer came by SMS, or by phone and whom."""
        key = answer.source.message
        entry = self.entries.get(key)
        return {
            "source": "phone" if key.startswith(ENTERED) else "sms",
            "by": getattr(entry, "author", None) if self.reader.sees_people else None,
            "at": local_time(answer.source.received_at, self.election.zone),
            "message": key,
        }

    def _checks(self, place: Place) -> list[dict[str, Any]]:
        return [self._check(place, check) for check in failing(self.election, self.reports, place)]

    def _check(self, place: Place, check: Check) -> dict[str, Any]:
        codes = parse_rule(check.rule).codes
        explanation = explanation_of(self.election, self.reports, place, check)
        is_shown = not self._is_withheld(place, check)
        given = check_answers(self.election, self.reports, place, parse_rule(check.rule)) if is_shown else {}
        return {
            "rule": check.rule,
            "severity": check.severity,
            "message": check.message,
            "sentence": check_sentence(self.election, self.reports, place, check) if is_shown else None,
            "values": {name: value_json(value) for name, value in given.items()},
            "codes": sorted(codes.own),
            "explained": {"counts": explanation.counts, **self._made(explanation.made)} if explanation else None,
        }

    def _is_withheld(self, place: Place, check: Check) -> bool:
        codes = parse_rule(check.rule).codes
        withheld = self.reader.withheld_of(place[0])
        others = any(code in self.reader.withheld_of(form) for form, code in codes.other)
        return others or not withheld.isdisjoint(codes.own | codes.previous)

    def _doubts(self, place: Place) -> list[dict[str, Any]]:
        """Describe doubts; to whom answers are withheld, of which kind they are."""
        doubts = [doubt.document() for doubt in doubts_of(self.election, self.reports, place)]
        if not self.reader.withheld:
            return doubts
        return [{**doubt, "sentence": None, "values": {}, "votes": 0} for doubt in doubts]

    def _made(self, made: Attribution) -> dict[str, Any]:
        is_told = self.reader.sees_people
        return {
            "who": made.who if is_told else None,
            "at": local_time(made.at, self.election.zone),
            "note": made.note if is_told else None,
        }


def entry_keys(reports: Iterable[Report]) -> list[str]:
    """Return keys of the entries that answers came from, newest first."""
    answers = [
        answer
        for report in reports
        for given in report.given.values()
        for code in given.answers
        for answer in given.history(code)
    ]
    ordered = sorted(answers, key=lambda answer: answer.source.age, reverse=True)
    return list(dict.fromkeys(answer.source.message for answer in ordered if answer.source.message.startswith(ENTERED)))


def _values(report: Report, code: str) -> dict[str, Any]:
    return {number: given.answers[code].value for number, given in report.counting.items() if code in given.answers}
