"""Rules of a form that an observer sends many times (`expect: many`)."""

from collections.abc import Mapping

from chalicelib.observation.checks import RuleInvalid, parse_rule
from chalicelib.observation.election_file.document import Document, Path
from chalicelib.observation.elections.election import Form, Question


def check_many(document: Document, path: Path, form: Form, questions: Mapping[Path, Question]) -> None:
    """Require that a form's many reports can be told apart.

    Its rules have to judge each by itself.
    """
    if form.is_owed:
        if form.serial is not None:
            advice = "only a form with expect: many has a serial; add that, or delete the key"
            document.error((*path, "serial"), advice)
        return
    _check_serial(document, path, form)
    for at, question in questions.items():
        if question.role is not None:
            advice = "a role belongs to a form that each station sends once; delete the role"
            document.error((*at, "role"), f"{form.code} is sent many times: {advice}")
        if question.tolerance is not None:
            document.error((*at, "tolerance"), f"nobody's answers of {form.code} are compared; delete the key")


def check_own_answers(document: Document, path: Path, form: Form, rule: str, others: Mapping[str, Form]) -> None:
    """Require that rules look at one of many reports alone.

    No other form's rule may look at them, nor theirs at another form.
    """
    try:
        codes = parse_rule(rule).codes
    except RuleInvalid:
        return
    many = sorted(code for code, _ in codes.other if code in others and not others[code].is_owed)
    if not form.is_owed and codes.other:
        document.error((*path, "rule"), f"{form.code} is sent many times: compare its own answers only")
    elif many:
        document.error((*path, "rule"), f"{many[0]} is sent many times, so it has no one answer; compare another form")


def _check_serial(document: Document, path: Path, form: Form) -> None:
    at = (*path, "serial")
    if form.serial is None:
        advice = (
            "each SMS is a report of its own, which no later one corrects; name a whole number's question as serial"
        )
        document.warning(path, f"nothing tells the reports on {form.code} of one observer apart: {advice}")
        return
    question = form.by_code.get(form.serial)
    if question is None:
        codes = ", ".join(form.by_code)
        document.error(at, f"{form.serial!r} is none of the form's questions; use one of {codes}")
    elif question.type != "integer" or question.unknown or question.critical_if is not None:
        advice = "a serial is a question of type integer without unknown and critical_if"
        document.error(at, f"{form.serial} cannot tell reports apart; {advice}")
