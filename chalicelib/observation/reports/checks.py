"""Checks that a station's report fails.

They are judged on all that the station has reported so far. Nothing of this is stored: another form's answer may come
later and change it, and then every reader must see that.
"""

from collections.abc import Mapping
from dataclasses import dataclass

from chalicelib.observation.checks import Rule, failed_checks, parse_rule
from chalicelib.observation.elections.election import Check, Election, Form
from chalicelib.observation.elections.schedule import Place
from chalicelib.observation.reading.model import Value
from chalicelib.observation.reports.decisions import Explanation, basis_of
from chalicelib.observation.reports.report import Report, station_answers


@dataclass(frozen=True, slots=True)
class StationReports:
    """A station's reports by form and round, as rules' answers.

    Rules are evaluated on them. `form`, `round`: the report that is checked.
    """

    election: Election
    reports: Mapping[Place, Report]
    form: Form
    round: str

    def own(self, code: str) -> Value | None:
        """Return the checked report's answer."""
        return self._answer(self.form.code, self.round, code)

    def other(self, form: str, code: str) -> Value | None:
        """Another form's answer, of its newest round that has one."""
        rounds = reversed(self.election.form_by_code[form].round_names)
        return next((value for name in rounds if (value := self._answer(form, name, code)) is not None), None)

    def previous(self, code: str) -> Value | None:
        """Return this form's answer in the nearest earlier round with one."""
        rounds = reversed(_earlier(self.form, self.round))
        return next((value for name in rounds if (value := self._answer(self.form.code, name, code)) is not None), None)

    def _answer(self, form: str, round_name: str, code: str) -> Value | None:
        report = self.reports.get((form, round_name))
        return station_answers(self.election, report).known.get(code) if report else None


def failing(election: Election, reports: Mapping[Place, Report], place: Place) -> tuple[Check, ...]:
    """Return the checks that a station's report fails.

    An answer that is missing or in conflict leaves a check open.
    """
    form_code, round_name = place
    form = election.form_by_code[form_code]
    return failed_checks(election, form_code, StationReports(election, reports, form, round_name))


def check_answers(election: Election, reports: Mapping[Place, Report], place: Place, rule: Rule) -> dict[str, Value]:
    """Return the answers that a rule looks at, by the rule's names.

    Those that are missing are left out.
    """
    answers = StationReports(election, reports, election.form_by_code[place[0]], place[1])
    named: dict[str, Value | None] = {code: answers.own(code) for code in rule.codes.own}
    named |= {f"{form}.{code}": answers.other(form, code) for form, code in rule.codes.other}
    named |= {f"previous({code})": answers.previous(code) for code in rule.codes.previous}
    return {name: value for name, value in named.items() if value is not None}


def explanation_of(
    election: Election, reports: Mapping[Place, Report], place: Place, check: Check
) -> Explanation | None:
    """Return why a report fails a check, as a person explained it.

    It is None where nobody did, or the answers are not those any more that it was explained for.
    """
    explanation = reports[place].decisions.explained.get(check.rule)
    if explanation is None:
        return None
    given = check_answers(election, reports, place, parse_rule(check.rule))
    return explanation if explanation.basis == basis_of(given) else None


def needed_for_checks(election: Election, place: Place) -> set[Place]:
    """Return the station's other reports that a report's checks look at."""
    form_code, round_name = place
    form = election.form_by_code[form_code]
    needed: set[Place] = set()
    for check in form.checks:
        codes = parse_rule(check.rule).codes
        others = {other for other, _ in codes.other}
        needed |= {(other, name) for other in others for name in election.form_by_code[other].round_names}
        if codes.previous:
            needed |= {(form_code, name) for name in _earlier(form, round_name)}
    return needed


def _earlier(form: Form, round_name: str) -> tuple[str, ...]:
    return form.round_names[: form.round_names.index(round_name)]
