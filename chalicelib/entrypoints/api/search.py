"""Search an election by what somebody types."""

from typing import Any

from chalicelib.entrypoints.api.models import AnswerModel, ElectionPath, RequestModel
from chalicelib.entrypoints.api.operation import Request, operation
from chalicelib.entrypoints.api.search_headers import searched
from chalicelib.services.access.permissions import Permission
from chalicelib.services.views.reader import Reader
from chalicelib.services.views.search import search as search_election


class SearchQuery(RequestModel):
    """A number, a name, or digits of a phone."""

    text: str | None = searched()


class FoundStation(AnswerModel):
    """A station."""

    number: str
    name: str
    region: str
    district: str


class FoundObserver(AnswerModel):
    """An observer, for those who see people."""

    number: str
    name: str
    station: str
    region: str
    phones: list[str]


class FoundIncident(AnswerModel):
    """The incident of the number."""

    number: int
    state: str
    severity: str
    category: int | str | None
    what: str
    region: str
    station: str


class SearchAnswer(AnswerModel):
    """What a text names; `is_cut`: there are more."""

    election: str
    stations: list[FoundStation]
    observers: list[FoundObserver]
    incident: FoundIncident | None
    is_cut: bool


@operation(
    summary="Find stations by number or name, observers by number, name or phone, an incident by its number.",
    may=Permission.READ_BOARD,
    path=ElectionPath,
    query=SearchQuery,
    answer=SearchAnswer,
    conditional=True,
)
def search(request: Request[ElectionPath, SearchQuery, None]) -> dict[str, Any]:
    """Find what a text names."""
    return search_election(request.loaded, Reader(request.operator), request.query.text or "")
