"""Agreement of the file's parts with one another.

Roles, candidates, the rules of checks, who is responsible where.
"""

from collections.abc import Sequence

from chalicelib.observation.checks import RuleInvalid, check_rule, parse_rule
from chalicelib.observation.election_file.document import Document, Path
from chalicelib.observation.election_file.forms import PlacedForm
from chalicelib.observation.election_file.repeated_forms import check_own_answers
from chalicelib.observation.elections.election import Election
from chalicelib.observation.incidents.lifecycle import TOLD_TOGETHER_AT_MOST, escalation, told_at_once

_ESTIMATES = frozenset({"turnout", "invalid"})
"""What a quick count estimates beside the candidates, and so no candidate's name."""

_NAMED_AT_MOST = 10


def check_roles(document: Document, forms: Sequence[PlacedForm], *, quick_count: bool) -> None:
    """Require each role once per form, and each candidate once.

    A quick count's votes are all in one form.
    """
    voting = [placed for placed in forms if any(question.role == "votes" for question in placed.form.questions)]
    for placed in forms:
        _check_roles_of(document, placed)
    if quick_count and not voting:
        document.error(("quick_count",), "no question has role: votes; give it to each candidate's question")
    for placed in voting[1:] if quick_count else ():
        message = f"form {voting[0].form.code} asks for votes already; keep all questions with role: votes in one form"
        document.error(placed.path, message)


def _check_roles_of(document: Document, placed: PlacedForm) -> None:
    first: dict[str, Path] = {}
    for path, question in zip(placed.questions, placed.form.questions, strict=True):
        if question.role is None:
            continue
        votes = question.role == "votes"
        name = question.candidate or question.code if votes else question.role
        at = (*path, "candidate" if votes and question.candidate else "role")
        holder = f"votes {name}" if votes else name
        if holder in first:
            line = document.line(first[holder])
            what = f"the candidate {name!r}" if votes else f"the role {name}"
            document.error(at, f"{what} is taken in line {line}; give it to one question of the form")
        elif votes and name in _ESTIMATES:
            document.error(at, f"{name!r} is the name of another estimate; name the candidate otherwise")
        first.setdefault(holder, path)


def check_rules(document: Document, forms: Sequence[PlacedForm], election: Election) -> None:
    """Require that every check's rule can be read and its codes exist.

    Codes are left alone where the forms' own are faulty.
    """
    raw = document.content.get("forms")
    is_whole = isinstance(raw, list) and len(raw) == len(forms) and all(_is_whole(document, placed) for placed in forms)
    is_whole = is_whole and not any(problem.field.endswith(".code") for problem in document.findings.problems)
    for placed in forms:
        for path, check in zip(placed.checks, placed.form.checks, strict=True):
            try:
                rule = parse_rule(check.rule)
            except RuleInvalid as invalid:
                document.error((*path, "rule"), f"column {invalid.column}: {invalid.message}")
                continue
            for fault in check_rule(rule, election, placed.form) if is_whole else ():
                document.error((*path, "rule"), fault)
            check_own_answers(document, path, placed.form, check.rule, election.form_by_code)


def _is_whole(document: Document, placed: PlacedForm) -> bool:
    raw = document.value((*placed.path, "questions"))
    return bool(placed.form.code) and isinstance(raw, list) and len(raw) == len(placed.questions)


def check_responsibility(document: Document, election: Election) -> None:
    """Warn of stations without observers and regions without coordinators.

    More coordinators of a region than can be told at once are an error.
    """
    unobserved = [number for number in election.station_by_number if number not in election.observers_by_station]
    if unobserved and election.observers:
        named = _some(unobserved)
        document.warning(("stations",), f"no observer is at {named}; they will be missing in every summary")
    uncovered = [
        region for region in election.regions if not any(person.covers(region) for person in election.coordinators)
    ]
    if uncovered:
        document.warning(("coordinators",), f"nobody is told of incidents in {_some(uncovered)}; name a coordinator")
    for region in election.regions:
        together = max(map(len, (told_at_once(election, region, "critical"), *escalation(election, region))))
        if together > TOLD_TOGETHER_AT_MOST:
            crowd = f"{together} coordinators are told of an incident in {region} at the same time"
            advice = f"at most {TOLD_TOGETHER_AT_MOST} can be; give the others another level, or fewer regions"
            document.error(("coordinators",), f"{crowd}; {advice}")


def check_typable(document: Document, election: Election) -> None:
    """Warn of stations that cannot be named in an SMS.

    The reader of SMS takes digits alone for a number.
    """
    strange = [
        number for number in election.station_by_number if number and not (number.isascii() and number.isdigit())
    ]
    if strange:
        advice = "a report counts for its observer's own station; use digits alone if observers change places"
        document.warning(("stations",), f"{_some(strange)} cannot be written in an SMS; {advice}")


def _some(words: Sequence[str]) -> str:
    named = ", ".join(words[:_NAMED_AT_MOST])
    return named if len(words) <= _NAMED_AT_MOST else f"{named} and {len(words) - _NAMED_AT_MOST} more"
