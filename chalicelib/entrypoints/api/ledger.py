"""The ledger's roots, for whoever wants to keep them."""

from typing import Any

from pydantic import Field

from chalicelib.entrypoints.api.models import AnswerModel, ElectionPath, RequestModel
from chalicelib.entrypoints.api.operation import Request, operation
from chalicelib.services.access.permissions import Permission
from chalicelib.services.ledger.roots import MOST_LISTED, list_roots


class RootsQuery(RequestModel):
    """A page of roots: how many, and before which number."""

    limit: int = Field(default=50, ge=1, le=MOST_LISTED)
    before: int | None = Field(default=None, ge=1, le=999_999, description="`next` of the page before")


class LedgerRoot(AnswerModel):
    """A sealed hour: the header and `published`, its hash.

    `published` is SHA-256 over the byte 2 and the header's canonical JSON: every field but itself.
    """

    election: str
    number: int
    hour: str
    cut: str
    size: int
    root: str
    previous: str
    published: str


class LedgerRoots(AnswerModel):
    """A page of the ledger's roots, the newest first."""

    election: str
    roots: list[LedgerRoot]
    next: int | None


@operation(
    summary="List the ledger's roots, the newest first: hashes alone.",
    may=Permission.READ_BOARD,
    path=ElectionPath,
    query=RootsQuery,
    answer=LedgerRoots,
    conditional=True,
)
def roots(request: Request[ElectionPath, RootsQuery, None]) -> dict[str, Any]:
    """List a page of roots."""
    query = request.query
    listed, following = list_roots(request.loaded.election.id, query.before, query.limit)
    return {"election": request.loaded.election.id, "roots": listed, "next": following}
