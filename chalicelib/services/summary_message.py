"""The hourly summary as a coordinator reads it: an email, and an SMS of at most two segments.

Both tell the coordinator's regions alone, in the coordinator's language, and carry no name and no phone number.
"""

import json
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from functools import cache
from importlib import resources
from typing import TYPE_CHECKING

from chalicelib.observation.coverage import round_begins
from chalicelib.observation.election import NO_ROUND, SEVERITIES, Coordinator, Election, Form
from chalicelib.observation.segments import count_segments, fit
from chalicelib.observation.summary import MESSAGE_COUNTS, Area, Coverage, Summary, turnout
from chalicelib.observation.tally import Number

if TYPE_CHECKING:
    from jinja2 import Environment

SMS_SEGMENTS = 2
NAMED_AREAS = 3
"""A subject names so many regions; of more it says how many."""


@dataclass(frozen=True, slots=True)
class Email:
    """An email's parts: `text` and `html` say the same."""

    subject: str
    text: str
    html: str


@dataclass(frozen=True, slots=True)
class RoundLine:
    """A round's line: `name` of form and round, `received` of how many, `share` of them in percent, what of them.

    `counts` are worded, by counter; those of nothing are left out.
    """

    name: str
    received: str
    share: int
    counts: Mapping[str, str]


@dataclass(frozen=True, slots=True)
class Section:
    """An area's part of the email, worded."""

    name: str
    deployment: str
    rounds: Sequence[RoundLine]
    turnout: Mapping[str, str]
    incidents: str
    is_urgent: bool
    messages: str


def summary_email(election: Election, coordinator: Coordinator, summary: Summary) -> Email:
    """A coordinator's summary by email; the nation too where it is headquarters' and the summary has it."""
    words = _words(election, coordinator)
    areas = _areas(coordinator, summary, words)
    context = {
        "language": coordinator.language,
        "words": words,
        "election": election.text(election.name, coordinator.language),
        "as_of": summary.as_of.strftime(words["as_of"]),
        "sections": [_section(election, coordinator, summary, words, name, area) for name, area in areas.items()],
    }
    subject = words["subject"].format(area=_area_names(coordinator, areas, words), time=f"{summary.as_of:%H:%M}")
    return Email(
        subject,
        _templates().get_template("summary.txt.j2").render(context),
        _templates().get_template("summary.html.j2").render(context),
    )


def summary_sms(election: Election, coordinator: Coordinator, summary: Summary) -> str:
    """A coordinator's summary by SMS: of each area the rounds last begun, turnout, incidents.

    Headquarters gets the nation. What two segments have no room for stands in the email: of several regions the
    last ones are left out and their number is given instead; of one region it is turnout that is left out.
    """
    words = _words(election, coordinator)
    areas = _areas(coordinator, summary, words)
    if "*" in coordinator.regions and summary.nation:
        areas = {words["nation"]: summary.nation}
    texts = [_sms_text(election, summary, words, areas, shown) for shown in range(len(areas), 0, -1)]
    if areas:
        texts.append(_sms_part(election, summary, words, *next(iter(areas.items())), with_turnout=False))
    fitting = (text for text in texts if count_segments(text).count <= SMS_SEGMENTS)
    return next(fitting, fit(texts[-1], SMS_SEGMENTS) if texts else "")


def _areas(coordinator: Coordinator, summary: Summary, words: Mapping[str, str]) -> dict[str, Area]:
    nation = {words["nation"]: summary.nation} if summary.nation and "*" in coordinator.regions else {}
    return nation | {name: area for name, area in summary.regions.items() if coordinator.covers(name)}


def _area_names(coordinator: Coordinator, areas: Mapping[str, Area], words: Mapping[str, str]) -> str:
    if "*" in coordinator.regions:
        return words["nation"]
    if len(areas) > NAMED_AREAS:
        return words["regions"].format(count=len(areas))
    return ", ".join(areas)


def _section(
    election: Election,
    coordinator: Coordinator,
    summary: Summary,
    words: Mapping[str, str],
    name: str,
    area: Area,
) -> Section:
    return Section(
        name=name,
        deployment=words["deployment"].format(stations=area.stations, observers=area.observers),
        rounds=[
            _round_line(_round_name(election, coordinator, form, round_name), covered, words)
            for form, round_name, covered in _begun(election, summary, area)
        ],
        turnout={
            _round_name(election, coordinator, election.form_by_code[row.form], row.round): words["turnout_row"].format(
                voters=_grouped(row.voters, words), stations=row.stations, expected=row.expected
            )
            for row in turnout(election, area)
        },
        incidents=_incidents(area, words),
        is_urgent=bool(area.incidents["critical"] or area.incidents["high"]),
        messages=", ".join(
            words[f"message.{count}"].format(count=area.messages[count])
            for count in MESSAGE_COUNTS
            if area.messages[count] or count == "received"
        ),
    )


def _begun(election: Election, summary: Summary, area: Area) -> Iterator[tuple[Form, str, Coverage]]:
    for form in election.forms:
        for name, covered in area.forms[form.code].items():
            begins = round_begins(election, form, name)
            if covered.received or begins is None or begins <= summary.as_of:
                yield form, name, covered


def _round_name(election: Election, coordinator: Coordinator, form: Form, round_name: str) -> str:
    title = election.text(form.title, coordinator.language) or form.code
    return title if round_name == NO_ROUND else f"{title} {round_name}"


def _round_line(name: str, covered: Coverage, words: Mapping[str, str]) -> RoundLine:
    counts = {count: getattr(covered, count) for count in ("complete", "partial", "conflict", "late", "missing")}
    return RoundLine(
        name=name,
        received=words["received"].format(received=covered.received, expected=covered.expected),
        share=round(100 * covered.received / covered.expected) if covered.expected else 0,
        counts={count: words[count].format(count=amount) for count, amount in counts.items() if amount},
    )


def _incidents(area: Area, words: Mapping[str, str], kind: str = "") -> str:
    found = [
        words[kind + severity].format(count=area.incidents[severity])
        for severity in reversed(SEVERITIES)
        if area.incidents[severity]
    ]
    return ", ".join(found) or words["no_incidents"]


def _sms_text(
    election: Election, summary: Summary, words: Mapping[str, str], areas: Mapping[str, Area], shown: int
) -> str:
    parts = [_sms_part(election, summary, words, name, area) for name, area in list(areas.items())[:shown]]
    more = [words["sms_more"].format(count=len(areas) - shown)] if shown < len(areas) else []
    return " ".join([*parts, *more])


def _sms_part(
    election: Election, summary: Summary, words: Mapping[str, str], name: str, area: Area, *, with_turnout: bool = True
) -> str:
    latest = {form.code: (round_name, covered) for form, round_name, covered in _begun(election, summary, area)}
    rounds = [
        f"{code}{'' if round_name == NO_ROUND else f' {round_name}'} {covered.received}/{covered.expected}"
        for code, (round_name, covered) in latest.items()
    ]
    rows = turnout(election, area)[-1:] if with_turnout else ()
    return words["sms"].format(
        area=name,
        time=f"{summary.as_of:%H:%M}",
        rounds=", ".join(rounds) or words["sms_nothing"],
        turnout="".join(words["sms_turnout"].format(voters=row.voters, stations=row.stations) for row in rows),
        incidents=_incidents(area, words, "sms_"),
    )


def _grouped(number: Number, words: Mapping[str, str]) -> str:
    return f"{number:,}".replace(",", words["thousands"])


def _words(election: Election, coordinator: Coordinator) -> Mapping[str, str]:
    for language in (coordinator.language, *election.languages, "en"):
        words = _catalogue(language)
        if words is not None:
            return words
    raise LookupError("the summary's English texts are not in this bundle")


@cache
def _catalogue(language: str) -> Mapping[str, str] | None:
    file = resources.files("chalicelib") / "templates" / f"summary.{language}.json"
    if not file.is_file():
        return None
    words: Mapping[str, str] = json.loads(file.read_text(encoding="utf-8"))
    return words


@cache
def _templates() -> "Environment":
    from jinja2 import Environment, PackageLoader, StrictUndefined, select_autoescape  # noqa: PLC0415 (only this service needs it)

    return Environment(
        loader=PackageLoader("chalicelib", "templates"),
        autoescape=select_autoescape(enabled_extensions=("html.j2",)),
        undefined=StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
        keep_trailing_newline=True,
    )
