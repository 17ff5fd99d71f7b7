"""The hourly summaries as they were sent."""

from collections.abc import Mapping
from typing import Any

from chalicelib.observation.summaries.summary import Summary, without_answers
from chalicelib.services.access.operators import Operator
from chalicelib.services.quick_count.visibility import withheld_sums
from chalicelib.store.elections import LoadedElection
from chalicelib.store.summaries import get, hours_before

_BESIDE = ("open_incidents", "failed_checks", "held_back")


def list_summaries(loaded: LoadedElection, before: str | None, limit: int) -> tuple[list[dict[str, Any]], str | None]:
    """Return a page of the hours that have a summary.

    The newest comes first, and the cursor says where the next page continues.

    Raises StoreUnavailable.
    """
    rows = hours_before(loaded.election.id, before, limit + 1)
    page = rows[:limit]
    hours = [{"hour": hour, "made_at": made_at.isoformat(timespec="seconds")} for hour, made_at in page]
    return hours, page[-1][0] if len(rows) > limit else None


def show_summary(loaded: LoadedElection, operator: Operator, hour: str) -> dict[str, Any] | None:
    """Return an hour's summary, of the regions that the operator sees.

    Without the count's sums until they are released, and without single stations for an organisation that sees its own
    reports alone. None if there is none. Raises StoreUnavailable.
    """
    document = get(loaded.election.id, hour)
    if document is None:
        return None
    summary = without_answers(Summary.from_document(document), withheld_sums(loaded, operator)).document()
    if not operator.sees_all():
        summary["nation"] = None
    sees_reports = operator.sees_reports_of(None)
    beside = {name: _of_seen_regions(operator, document.get(name, {})) if sees_reports else {} for name in _BESIDE}
    return {
        "hour": hour,
        "since": document.get("since"),
        **summary,
        "regions": _of_seen_regions(operator, summary["regions"]),
        **beside,
    }


def _of_seen_regions(operator: Operator, by_region: Mapping[str, Any]) -> dict[str, Any]:
    return {region: value for region, value in by_region.items() if operator.sees(region)}
