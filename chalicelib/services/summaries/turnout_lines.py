"""Turnout in the hourly summary's email: lines and the curve."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from chalicelib.observation.summaries.summary import Area, Turnout, turnout
from chalicelib.observation.summaries.turnout_chart import Point
from chalicelib.observation.summaries.turnout_curve import turnout_curve
from chalicelib.services.email_templates import grouped
from chalicelib.services.summaries.wording import Wording


@dataclass(frozen=True, slots=True)
class TurnoutLine:
    """A round's turnout in words."""

    name: str
    voters: str


@dataclass(frozen=True, slots=True)
class Curve:
    """The curve of turnout: points, words and legend.

    The words are for those who do not see it.
    """

    points: Sequence[Point]
    text: str
    legend: str


def turnout_lines(wording: Wording, area: Area, earlier: Area | None) -> list[TurnoutLine]:
    """Word an area's turnout by round, beside that of the summary before."""
    rows = turnout(wording.election, area)
    before = {(row.form, row.round): row for row in turnout(wording.election, earlier)} if earlier else {}
    return [
        TurnoutLine(
            wording.round_title(row.form, row.round),
            _voters(wording, row, before.get((row.form, row.round))),
        )
        for row in rows
    ]


def curve_of(wording: Wording, area: Area, earlier: Area | None) -> Curve | None:
    """Word an area's curve; None where no round has turnout.

    Of the summary before it, it tells the rounds that were otherwise then.
    """
    points = turnout_curve(wording.election, area, earlier)
    if not points:
        return None
    words, before = wording.words, wording.hour.before
    line = words["curve"].format(points=_joined(wording, {name: point.now for name, point in points.items()}))
    legend = words["curve_legend"]
    was = _joined(wording, {name: point.before for name, point in points.items() if point.before != point.now})
    if was and before:
        line += words["curve_before"].format(time=f"{before.as_of:%H:%M}", points=was)
        legend += words["curve_legend_before"].format(time=f"{before.as_of:%H:%M}")
    return Curve(tuple(points.values()), line, legend)


def _voters(wording: Wording, row: Turnout, before: Turnout | None) -> str:
    words = wording.words
    line = words["turnout_row"].format(
        voters=grouped(row.voters, words),
        stations=row.stations,
        expected=row.expected,
        mean=grouped(row.mean, words),
    )
    if before is None or before == row or wording.hour.before is None:
        return line
    was = words["turnout_before"].format(
        time=f"{wording.hour.before.as_of:%H:%M}",
        voters=grouped(before.voters, words),
        stations=before.stations,
        mean=grouped(before.mean, words),
    )
    return line + was


def _joined(wording: Wording, numbers: Mapping[str, int | None]) -> str:
    rounds = [f"{name} {grouped(voters, wording.words)}" for name, voters in numbers.items() if voters is not None]
    return ", ".join(rounds)
