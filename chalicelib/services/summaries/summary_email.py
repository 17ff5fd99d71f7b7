"""The hourly summary by email, on a phone: changes first.

It tells the coordinator's regions alone, in the coordinator's language, and carries no name and no phone number. Bars
are cells of tables, which every mail program draws; the curve of turnout is a picture that comes with the email. The
numbers that they show stand beside them.
"""

from collections.abc import Mapping
from urllib.parse import quote, urlencode

from chalicelib.observation.elections.coordinator import Coordinator
from chalicelib.observation.elections.election import Election
from chalicelib.observation.summaries.hourly import Hour
from chalicelib.observation.summaries.summary import Area
from chalicelib.services.email_templates import render, words_of
from chalicelib.services.outbox import Email
from chalicelib.services.summaries.areas import areas_of
from chalicelib.services.summaries.sections import sections_of

NAMED_AREAS = 3
"""A subject names so many regions; of more it says how many."""


def summary_email(election: Election, coordinator: Coordinator, hour: Hour, dashboard: str = "") -> Email:
    """Render a coordinator's summary as an email.

    It has the nation and the ledger's root too where it is headquarters' and the summary has them. `dashboard`: the
    base URL of the links, which name election and region and nothing else; "" for no links.
    """
    language, summary, before = coordinator.language, hour.summary, hour.before
    words = words_of("summary", election, language)
    areas = areas_of(coordinator, summary, words)
    links = {name: _link(election, name if name in summary.regions else None, dashboard) for name in areas}
    sections = sections_of(election, language, hour, areas, links if dashboard else None)
    context = {
        "language": language,
        "words": words,
        "election": election.text(election.name, language),
        "as_of": summary.as_of.strftime(words["as_of"]),
        "since": words["since"].format(time=f"{before.as_of:%H:%M}") if before else "",
        "sections": sections,
        "published": hour.published if "*" in coordinator.regions else None,
        "chart_id": chart_id,
    }
    named = _area_names(coordinator, areas, words)
    subject = words["subject"].format(area=named, time=f"{summary.as_of:%H:%M}")
    charts = {chart_id(place): section.curve.points for place, section in enumerate(sections, 1) if section.curve}
    return Email(subject, render("summary.txt.j2", context), render("summary.html.j2", context), charts)


def chart_id(place: int) -> str:
    """Return the content id of the curve in a section.

    It is made of the section's place in its email.
    """
    return f"turnout-{place}@baykoo"


def _link(election: Election, region: str | None, dashboard: str) -> str:
    """Return the dashboard's address of an election or a region."""
    named = {"election": election.id} | ({"region": region} if region is not None else {})
    screen = "board" if region is None else "stations"
    return f"{dashboard.rstrip('/')}/#/{screen}?{urlencode(named, quote_via=quote)}"


def _area_names(coordinator: Coordinator, areas: Mapping[str, Area], words: Mapping[str, str]) -> str:
    if "*" in coordinator.regions:
        return words["nation"]
    if len(areas) > NAMED_AREAS:
        return words["regions"].format(count=len(areas))
    return ", ".join(areas)
