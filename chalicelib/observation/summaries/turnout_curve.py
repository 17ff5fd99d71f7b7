"""Turnout as a curve: what stations report, by round.

Against what they had reported a summary before.
"""

from collections.abc import Mapping

from chalicelib.observation.elections.election import Election
from chalicelib.observation.elections.moments import Moment
from chalicelib.observation.summaries.summary import Area, turnout
from chalicelib.observation.summaries.turnout_chart import Point


def turnout_curve(election: Election, area: Area, earlier: Area | None) -> Mapping[str, Point]:
    """Return the rounds of the first form that asks for turnout.

    All rounds, in order of time and by name, of the first form that asks every station for turnout in rounds. Empty
    where no station has reported any of them: there is no curve then. Of a round that has no report any more, nothing
    is told of before either.
    """
    rows = turnout(election, area)
    form = next((form for row in rows if (form := election.form_by_code[row.form]).rounds), None)
    if form is None:
        return {}
    now = {row.round: row.mean for row in rows if row.form == form.code}
    rows_before = turnout(election, earlier) if earlier else ()
    before = {row.round: row.mean for row in rows_before if row.form == form.code and row.round in now}
    return {
        name: Point(_minute(moment), now.get(name), before.get(name))
        for name, moment in zip(form.round_names, form.rounds, strict=True)
    }


def _minute(moment: Moment) -> int:
    return (moment.day * 24 + moment.hour) * 60 + moment.minute
