"""What a person types for an observer, as an SMS.

Each answer is read alone, by the grammar that reads SMS, and written as the canonical text; so whatever is accepted
here is read as the same once more when it counts.
"""

from collections.abc import Iterator

from chalicelib.observation.elections.election import NO_ROUND, Election, Form
from chalicelib.observation.reading.canonical_text import canonical_text
from chalicelib.observation.reading.model import CATEGORY, Value
from chalicelib.observation.reading.reading import read
from chalicelib.observation.reports.entry_fields import LONGEST_TYPED, EntryFields, FieldFault, FieldsRefused


def entry_text(election: Election, fields: EntryFields) -> str:
    """Return the text that says what was typed; raises FieldsRefused."""
    if election.incidents is not None and fields.form == election.incidents.code:
        return _incident_text(election, fields)
    form = election.form_by_code.get(fields.form)
    if form is None:
        known = ", ".join(election.form_by_code)
        raise FieldsRefused((FieldFault("/form", f"there is no form {fields.form!r}; it is one of {known}"),))
    faults = list(_place_faults(election, form, fields))
    values: dict[str, Value] = {}
    for code, typed in fields.answers.items():
        answer = _answer(election, form, code, typed.strip()) if typed.strip() else None
        if isinstance(answer, str):
            faults.append(FieldFault(f"/answers/{code}", answer))
        elif answer is not None:
            values[code] = answer[0]
    if not values and not faults:
        faults.append(FieldFault("/answers", "no question is answered"))
    if faults:
        raise FieldsRefused(tuple(faults))
    ordered = {question.code: values[question.code] for question in form.questions if question.code in values}
    written = canonical_text(form, fields.station, ordered, _one_line(fields.comment))
    if fields.round is None or fields.round == NO_ROUND:
        return written
    head = f"{form.code} {fields.station}" if fields.station else form.code
    return f"{head} {fields.round}{written[len(head) :]}"


def _place_faults(election: Election, form: Form, fields: EntryFields) -> Iterator[FieldFault]:
    if fields.station is not None and fields.station not in election.station_by_number:
        yield FieldFault("/station", f"there is no station {fields.station}")
    if fields.round is not None and fields.round not in form.round_names:
        rounds = ", ".join(form.round_names)
        yield FieldFault("/round", f"form {form.code} has no round {fields.round!r}; it is one of {rounds}")
    if len(fields.comment) > LONGEST_TYPED:
        yield FieldFault("/comment", f"it is longer than {LONGEST_TYPED} characters")


def _answer(election: Election, form: Form, code: str, typed: str) -> tuple[Value] | str:
    """Return the answer read in what was typed, or why none.

    The reason has the words by which an SMS would be answered.
    """
    if code not in form.by_code:
        return f"form {form.code} has no question {code}; it has {', '.join(form.by_code)}"
    if len(typed) > LONGEST_TYPED:
        return f"it is longer than {LONGEST_TYPED} characters"
    reports = read(f"{form.code} {code}={_one_line(typed)}", election).reports
    rejected = {code: reason for report in reports for code, reason in report.rejected.items()}
    if rejected:
        return rejected.get(code, next(iter(rejected.values()))).replace("_", " ")
    if len(reports) != 1 or set(reports[0].answers) != {code} or reports[0].comment:
        return "wrong type"
    return (reports[0].answers[code],)


def _incident_text(election: Election, fields: EntryFields) -> str:
    if election.incidents is None:
        raise ValueError("the election has no incidents")
    typed = fields.answers.get(CATEGORY, "").strip()
    category = int(typed) if typed.isascii() and typed.isdigit() and len(typed) < 4 else None
    faults: list[FieldFault] = []
    if category not in election.incidents.categories:
        known = ", ".join(map(str, election.incidents.categories))
        faults.append(FieldFault(f"/answers/{CATEGORY}", f"there is no category {typed!r}; it is one of {known}"))
    if fields.station is not None and fields.station not in election.station_by_number:
        faults.append(FieldFault("/station", f"there is no station {fields.station}"))
    if len(fields.comment) > LONGEST_TYPED:
        faults.append(FieldFault("/comment", f"it is longer than {LONGEST_TYPED} characters"))
    if category is None or faults:
        raise FieldsRefused(tuple(faults))
    return canonical_text(election.incidents, fields.station, {CATEGORY: category}, _one_line(fields.comment))


def _one_line(typed: str) -> str:
    return " ".join(typed.split())
