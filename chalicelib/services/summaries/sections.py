"""An area's section of the hourly summary's email, worded."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from chalicelib.observation.elections.election import Election, Form
from chalicelib.observation.summaries.hourly import Changes, FailedChecks, Hour, changes, total_ages, total_failed
from chalicelib.observation.summaries.summary import MESSAGE_COUNTS, Area, Coverage
from chalicelib.services.summaries.areas import rounds_begun, worded_incidents, worded_received
from chalicelib.services.summaries.turnout_lines import Curve, TurnoutLine, curve_of, turnout_lines
from chalicelib.services.summaries.wording import Wording


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


def sections_of(
    election: Election, language: str, hour: Hour, areas: Mapping[str, Area], links: Mapping[str, str] | None = None
) -> list[Section]:
    """Word areas as an email tells of them, each with its link.

    If it has one.
    """
    wording = Wording(election, language, hour)
    return [_section(wording, name, area, (links or {}).get(name, "")) for name, area in areas.items()]


def _section(wording: Wording, name: str, area: Area, link: str) -> Section:
    words = wording.words
    regions = [name] if wording.is_region(name) else list(wording.election.regions)
    failed = total_failed(wording.hour.failed_checks.get(region, {}) for region in regions)
    earlier = wording.earlier(name)
    return Section(
        name=name,
        deployment=words["deployment"].format(stations=area.stations, observers=area.observers),
        changes=_changes(wording, changes(earlier, area), regions) if earlier else None,
        incidents=worded_incidents(area.incidents, words),
        open_incidents=_ages(wording, total_ages(wording.hour.open_incidents.get(region, {}) for region in regions)),
        is_urgent=bool(area.incidents["critical"] or area.incidents["high"]),
        rounds=[
            _round_line(wording.round_title(form.code, round_name), form, covered, words)
            for form, round_name, covered in rounds_begun(wording.election, wording.hour.summary, area)
        ],
        turnout=turnout_lines(wording, area, earlier),
        curve=curve_of(wording, area, earlier),
        doubts=[*_held_back(wording, regions), *_failed(wording, failed)],
        messages=", ".join(
            words[f"message.{count}"].format(count=area.messages[count])
            for count in MESSAGE_COUNTS
            if area.messages[count] or count == "received"
        ),
        link=link,
    )


def _changes(wording: Wording, changed: Changes, regions: Sequence[str]) -> list[str]:
    words = wording.words
    lines = [
        words["more_reports"].format(name=wording.round_title(form, name), count=f"{count:+}")
        for (form, name), count in changed.received.items()
        if form in wording.election.form_by_code
    ]
    if changed.incidents:
        lines.insert(0, words["more_incidents"].format(incidents=worded_incidents(changed.incidents, words)))
    more = _sum_of(wording.hour.held_back, regions) - _sum_of(wording.hour.held_before, regions)
    if more:
        lines.append(words["more_conflicts"].format(count=f"{more:+}"))
    return lines


def _ages(wording: Wording, ages: Mapping[str, int]) -> str:
    counted = [wording.words[age].format(count=count) for age, count in ages.items() if count]
    return ", ".join(reversed(counted)) or wording.words["no_incidents"]


def _held_back(wording: Wording, regions: Sequence[str]) -> list[str]:
    count = _sum_of(wording.hour.held_back, regions)
    return [wording.words["held_back"].format(count=count)] if count else []


def _failed(wording: Wording, failed: FailedChecks) -> list[str]:
    return [
        wording.words["failed_check"].format(
            form=form.code,
            message=wording.election.text(check.message, wording.language) or check.rule,
            count=failed[form.code][check.rule],
        )
        for form in wording.election.forms
        for check in form.checks
        if failed.get(form.code, {}).get(check.rule)
    ]


def _round_line(name: str, form: Form, covered: Coverage, words: Mapping[str, str]) -> RoundLine:
    counts = {count: getattr(covered, count) for count in ("complete", "partial", "conflict", "late", "missing")}
    return RoundLine(
        name=name,
        received=worded_received(form, covered, words),
        share=round(100 * covered.received / covered.expected) if covered.expected else 0,
        counts={count: words[count].format(count=amount) for count, amount in counts.items() if amount},
    )


def _sum_of(counts: Mapping[str, int], regions: Sequence[str]) -> int:
    return sum(counts.get(region, 0) for region in regions)
