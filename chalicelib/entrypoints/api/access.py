"""Who asks: every request must prove an operator.

For the election, the regions and the permission that it is about.
"""

from dataclasses import dataclass
from http import HTTPStatus
from typing import Any

from chalicelib.entrypoints.api.problem import Problem, now
from chalicelib.services.access.operators import Operator, TokenRefused, authenticate
from chalicelib.services.access.permissions import Permission, roles_with
from chalicelib.store.elections import LoadedElection, current


@dataclass(frozen=True, slots=True)
class Access:
    """Who asks, and the election that it is about."""

    operator: Operator
    loaded: LoadedElection


def authenticated(request: Any, election_id: str | None, permission: Permission) -> Access:
    """Return what a request proves.

    `election_id`: the one that the path names; None: the operator's own. Problem where the proof is missing or for
    another election, or where the role lacks the permission.
    """
    try:
        operator = authenticate(request.headers.get("authorization"), now())
    except TokenRefused as refused:
        raise Problem(HTTPStatus.UNAUTHORIZED, str(refused)) from refused
    if election_id is not None and operator.election != election_id:
        raise Problem(HTTPStatus.FORBIDDEN, f"Your token is for election {operator.election}.")
    if not operator.may(permission):
        allowed = ", ".join(roles_with(permission))
        raise Problem(HTTPStatus.FORBIDDEN, f"The role {operator.role} may not do this; {allowed} may.")
    loaded = current(operator.election)
    if loaded is None:
        raise Problem(HTTPStatus.NOT_FOUND, f"There is no election {operator.election}.")
    return Access(operator, loaded)


def require_region(operator: Operator, loaded: LoadedElection, region: str) -> None:
    """Refuse a region that the operator does not see.

    Or that the election does not have.
    """
    if not operator.sees(region):
        raise Problem(HTTPStatus.FORBIDDEN, f"You see {', '.join(operator.regions)} only.")
    if region not in loaded.election.regions:
        known = ", ".join(loaded.election.regions)
        raise Problem(HTTPStatus.NOT_FOUND, f"There is no region {region}; this election has {known}.")
