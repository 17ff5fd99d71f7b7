"""The hourly summary by SMS, at most two segments.

No name and no phone number.
"""

from collections.abc import Mapping

from chalicelib.observation.elections.coordinator import Coordinator
from chalicelib.observation.elections.election import Election
from chalicelib.observation.sms.segments import count_segments, fit
from chalicelib.observation.summaries.hourly import PublishedRoot
from chalicelib.observation.summaries.summary import Area, Summary, turnout
from chalicelib.services.email_templates import round_code, words_of
from chalicelib.services.summaries.areas import areas_of, counted, rounds_begun, worded_incidents

SMS_SEGMENTS = 2
ROOT_DIGITS = 12
"""Of the ledger's root, where they cost no further segment."""


def summary_sms(
    election: Election, coordinator: Coordinator, summary: Summary, published: PublishedRoot | None = None
) -> str:
    """Write a coordinator's summary as an SMS.

    Of each area the rounds last begun, turnout, incidents. Headquarters gets the nation, and the beginning of the
    ledger's root where it costs no further segment. What two segments have no room
    for stands in the email: of several regions the last ones are left out and their number is given instead; of one
    region it is turnout that is left out.
    """
    words = words_of("summary", election, coordinator.language)
    areas = areas_of(coordinator, summary, words)
    if "*" in coordinator.regions and summary.nation:
        areas = {words["nation"]: summary.nation}
    texts = [_text(election, summary, words, areas, shown) for shown in range(len(areas), 0, -1)]
    if areas:
        texts.append(_part(election, summary, words, *next(iter(areas.items())), with_turnout=False))
    fitting = (text for text in texts if count_segments(text).count <= SMS_SEGMENTS)
    written = next(fitting, fit(texts[-1], SMS_SEGMENTS) if texts else "")
    if published is None or "*" not in coordinator.regions:
        return written
    with_root = written + words["sms_root"].format(root=published.root[:ROOT_DIGITS])
    return with_root if count_segments(with_root).count == count_segments(written).count else written


def _text(election: Election, summary: Summary, words: Mapping[str, str], areas: Mapping[str, Area], shown: int) -> str:
    parts = [_part(election, summary, words, name, area) for name, area in list(areas.items())[:shown]]
    more = [words["sms_more"].format(count=len(areas) - shown)] if shown < len(areas) else []
    return " ".join([*parts, *more])


def _part(
    election: Election, summary: Summary, words: Mapping[str, str], name: str, area: Area, *, with_turnout: bool = True
) -> str:
    latest = {
        form.code: f"{round_code(form.code, round_name)} {counted(form, covered)}"
        for form, round_name, covered in rounds_begun(election, summary, area)
    }
    rows = turnout(election, area)[-1:] if with_turnout else ()
    return words["sms"].format(
        area=name,
        time=f"{summary.as_of:%H:%M}",
        rounds=", ".join(latest.values()) or words["sms_nothing"],
        turnout="".join(words["sms_turnout"].format(voters=row.voters, stations=row.stations) for row in rows),
        incidents=worded_incidents(area.incidents, words, "sms_"),
    )
