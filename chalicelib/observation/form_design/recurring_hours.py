"""Rounds whose hour recurs, and what an SMS must say then."""

import datetime as dt
from collections.abc import Iterator

from chalicelib.observation.elections.election import Election, Form
from chalicelib.observation.elections.moments import Moment
from chalicelib.observation.form_design.confusion import Confusion, Path


def recurring_hours(election: Election, form: Form, path: Path) -> Iterator[Confusion]:
    """Yield one warning for a form whose hours recur.

    It is at the first that does, with the one that it repeats.
    """
    first: dict[tuple[int, int], int] = {}
    for position, moment in enumerate(form.rounds):
        before = first.setdefault((moment.hour, moment.minute), position)
        if before == position:
            continue
        yield Confusion((*path, "rounds", position), (*path, "rounds", before), _advice(election, form, moment))
        return


def day_and_hour(election: Election, form: Form) -> tuple[str, str] | None:
    """Return the day and hour of a form's first round.

    They are as an SMS may write them, `14.10` and `10:00`.

    It is None where no hour recurs.
    """
    hours = {(moment.hour, moment.minute) for moment in form.rounds}
    if len(hours) == len(form.rounds):
        return None
    first = form.rounds[0]
    return _date(election, first), f"{first.hour:02}:{first.minute:02}"


def _advice(election: Election, form: Form, moment: Moment) -> str:
    hour = f"{moment.hour:02}:{moment.minute:02}"
    code = form.questions[0].code if form.questions else "A"
    examples = [f"{form.code} {_date(election, moment)} {hour} {code}…"]
    if moment.day:
        examples.append(f"{form.code} D{moment.day:+} {hour} {code}…")
    return (
        f"{hour} recurs on several days: an SMS that names the hour alone means the one last begun, so one of another "
        f"day has to name its day: {' or '.join(examples)}, or yesterday and today in words"
    )


def _date(election: Election, moment: Moment) -> str:
    return f"{election.date + dt.timedelta(days=moment.day):%d.%m}"
