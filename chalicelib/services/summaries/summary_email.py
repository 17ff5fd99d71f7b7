"""The hourly summary by email, on a phone: changes first.

It tells the coordinator's regions alone, in the coordinator's language, and carries no name and no phone number. Bars
are cells of tables, which every mail program draws; the curve of turnout is a picture that comes with the email. The
numbers that they show stand beside them.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from urllib.parse import quote

from chalicelib.observation.elections.election import Coordinator, Election
from chalicelib.observation.summaries.hourly import Changes, FailedChecks, Hour, changes, total_ages, total_failed
from chalicelib.observation.summaries.summary import MESSAGE_COUNTS, Area, Coverage, Turnout, turnout
from chalicelib.observation.summaries.turnout_chart import Point
from chalicelib.observation.summaries.turnout_curve import turnout_curve
from chalicelib.services.email_templates import grouped, render, round_title, words_of
from chalicelib.services.outbox import Email
from chalicelib.services.summaries.areas import areas_of, rounds_begun, worded_incidents

NAMED_AREAS = 3
"""A subject names so many regions; of more it says how many."""


@dataclass(frozen=True, slots=True)
class RoundLine:
    """A round's line.

    `name` of form and round, `received` of how many, `share` of them in percent. `counts` are worded, by counter; those
    of nothing are left out.
    """

    name: str
    received: str
    share: int
    counts: Mapping[str, str]


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
    said: str
    legend: str


@dataclass(frozen=True, slots=True)
class Section:
    """An area's part of the email, worded.

    `changes` is None in the first summary, `curve` where no round has turnout, `link` empty without a dashboard.
    """

    name: str
    deployment: str
    changes: Sequence[str] | None
    incidents: str
    open_incidents: str
    is_urgent: bool
    rounds: Sequence[RoundLine]
    turnout: Sequence[TurnoutLine]
    curve: Curve | None
    doubts: Sequence[str]
    messages: str
    link: str


def summary_email(election: Election, coordinator: Coordinator, hour: Hour, dashboard: str = "") -> Email:
    """Render a coordinator's summary as an email.

    The nation too where it is headquarters' and the summary has it. `dashboard`: the base URL of the links, which name
    election and region and nothing else; "" for no links.
    """
    return _Writer(election, coordinator.language, hour, dashboard).email(coordinator)


def chart_id(place: int) -> str:
    """Return the content id of the curve in a section.

    By the section's place in its email.
    """
    return f"turnout-{place}@baykoo"


def sections_of(election: Election, language: str, hour: Hour, areas: Mapping[str, Area]) -> list[Section]:
    """Areas as an email tells of them, in a language."""
    writer = _Writer(election, language, hour, "")
    return [writer.section(name, area) for name, area in areas.items()]


@dataclass(frozen=True, slots=True)
class _Writer:
    election: Election
    language: str
    hour: Hour
    dashboard: str

    @property
    def words(self) -> Mapping[str, str]:
        return words_of("summary", self.election, self.language)

    def email(self, coordinator: Coordinator) -> Email:
        words, summary, before = self.words, self.hour.summary, self.hour.before
        areas = areas_of(coordinator, summary, words)
        sections = [self.section(name, area) for name, area in areas.items()]
        context = {
            "language": self.language,
            "words": words,
            "election": self.election.text(self.election.name, self.language),
            "as_of": summary.as_of.strftime(words["as_of"]),
            "since": words["since"].format(time=f"{before.as_of:%H:%M}") if before else "",
            "sections": sections,
            "chart_id": chart_id,
        }
        named = _area_names(coordinator, areas, words)
        subject = words["subject"].format(area=named, time=f"{summary.as_of:%H:%M}")
        charts = {chart_id(place): section.curve.points for place, section in enumerate(sections, 1) if section.curve}
        return Email(subject, render("summary.txt.j2", context), render("summary.html.j2", context), charts)

    def section(self, name: str, area: Area) -> Section:
        words = self.words
        regions = [name] if name in self.hour.summary.regions else list(self.election.regions)
        failed = total_failed(self.hour.failed_checks.get(region, {}) for region in regions)
        earlier = self._before(name)
        return Section(
            name=name,
            deployment=words["deployment"].format(stations=area.stations, observers=area.observers),
            changes=self._changes(changes(earlier, area), regions) if earlier else None,
            incidents=worded_incidents(area.incidents, words),
            open_incidents=self._ages(total_ages(self.hour.open_incidents.get(region, {}) for region in regions)),
            is_urgent=bool(area.incidents["critical"] or area.incidents["high"]),
            rounds=[
                _round_line(round_title(self.election, self.language, form, round_name), covered, words)
                for form, round_name, covered in rounds_begun(self.election, self.hour.summary, area)
            ],
            turnout=self._turnout(area, earlier),
            curve=self._curve(turnout_curve(self.election, area, earlier)),
            doubts=[*self._held_back(regions), *self._failed(failed)],
            messages=", ".join(
                words[f"message.{count}"].format(count=area.messages[count])
                for count in MESSAGE_COUNTS
                if area.messages[count] or count == "received"
            ),
            link=self._link(name),
        )

    def _before(self, name: str) -> Area | None:
        before = self.hour.before
        if before is None:
            return None
        return before.regions.get(name) if name in self.hour.summary.regions else before.nation

    def _changes(self, changed: Changes, regions: Sequence[str]) -> list[str]:
        words = self.words
        lines = [
            words["more_reports"].format(
                name=round_title(self.election, self.language, self.election.form_by_code[form], name),
                count=f"{count:+}",
            )
            for (form, name), count in changed.received.items()
            if form in self.election.form_by_code
        ]
        if changed.incidents:
            lines.insert(0, words["more_incidents"].format(incidents=worded_incidents(changed.incidents, words)))
        more = _of(self.hour.held_back, regions) - _of(self.hour.held_before, regions)
        if more:
            lines.append(words["more_conflicts"].format(count=f"{more:+}"))
        return lines

    def _ages(self, ages: Mapping[str, int]) -> str:
        counted = [self.words[age].format(count=count) for age, count in ages.items() if count]
        return ", ".join(reversed(counted)) or self.words["no_incidents"]

    def _turnout(self, area: Area, earlier: Area | None) -> list[TurnoutLine]:
        rows = turnout(self.election, area)
        before = {(row.form, row.round): row for row in turnout(self.election, earlier)} if earlier else {}
        return [
            TurnoutLine(
                round_title(self.election, self.language, self.election.form_by_code[row.form], row.round),
                self._voters(row, before.get((row.form, row.round))),
            )
            for row in rows
        ]

    def _voters(self, row: Turnout, before: Turnout | None) -> str:
        words = self.words
        line = words["turnout_row"].format(
            voters=grouped(row.voters, words),
            stations=row.stations,
            expected=row.expected,
            mean=grouped(row.mean, words),
        )
        if before is None or before == row or self.hour.before is None:
            return line
        was = words["turnout_before"].format(
            time=f"{self.hour.before.as_of:%H:%M}",
            voters=grouped(before.voters, words),
            stations=before.stations,
            mean=grouped(before.mean, words),
        )
        return line + was

    def _curve(self, points: Mapping[str, Point]) -> Curve | None:
        """Word the curve.

        Of the summary before it, the rounds that were otherwise then.
        """
        if not points:
            return None
        words, before = self.words, self.hour.before
        line = words["curve"].format(points=self._joined({name: point.now for name, point in points.items()}))
        legend = words["curve_legend"]
        was = self._joined({name: point.before for name, point in points.items() if point.before != point.now})
        if was and before:
            line += words["curve_before"].format(time=f"{before.as_of:%H:%M}", points=was)
            legend += words["curve_legend_before"].format(time=f"{before.as_of:%H:%M}")
        return Curve(tuple(points.values()), line, legend)

    def _joined(self, numbers: Mapping[str, int | None]) -> str:
        rounds = [f"{name} {grouped(voters, self.words)}" for name, voters in numbers.items() if voters is not None]
        return ", ".join(rounds)

    def _held_back(self, regions: Sequence[str]) -> list[str]:
        count = _of(self.hour.held_back, regions)
        return [self.words["held_back"].format(count=count)] if count else []

    def _failed(self, failed: FailedChecks) -> list[str]:
        return [
            self.words["failed_check"].format(
                form=form.code,
                message=self.election.text(check.message, self.language) or check.rule,
                count=failed[form.code][check.rule],
            )
            for form in self.election.forms
            for check in form.checks
            if failed.get(form.code, {}).get(check.rule)
        ]

    def _link(self, name: str) -> str:
        if not self.dashboard:
            return ""
        place = f"#/{quote(self.election.id, safe='')}"
        region = f"/{quote(name, safe='')}" if name in self.hour.summary.regions else ""
        return f"{self.dashboard.rstrip('/')}/{place}{region}"


def _area_names(coordinator: Coordinator, areas: Mapping[str, Area], words: Mapping[str, str]) -> str:
    if "*" in coordinator.regions:
        return words["nation"]
    if len(areas) > NAMED_AREAS:
        return words["regions"].format(count=len(areas))
    return ", ".join(areas)


def _round_line(name: str, covered: Coverage, words: Mapping[str, str]) -> RoundLine:
    counts = {count: getattr(covered, count) for count in ("complete", "partial", "conflict", "late", "missing")}
    return RoundLine(
        name=name,
        received=words["received"].format(received=covered.received, expected=covered.expected),
        share=round(100 * covered.received / covered.expected) if covered.expected else 0,
        counts={count: words[count].format(count=amount) for count, amount in counts.items() if amount},
    )


def _of(counts: Mapping[str, int], regions: Sequence[str]) -> int:
    return sum(counts.get(region, 0) for region in regions)
