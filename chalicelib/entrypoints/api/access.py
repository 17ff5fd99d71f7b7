"""Who asks: every request must prove an operator.

For the election and the regions that it is about.
"""

from http import HTTPStatus
from typing import Any
from urllib.parse import unquote

from chalicelib.entrypoints.api.problem import Problem, now
from chalicelib.services.access.operators import Operator, TokenRefused, authenticate
from chalicelib.store.elections import LoadedElection, current


def authorized(request: Any, election_id: str) -> tuple[Operator, LoadedElection]:
    """Return the operator that a request proves, and the election.

    That both are about; Problem where there is none.
    """
    try:
        operator = authenticate(request.headers.get("authorization"), now())
    except TokenRefused as refused:
        raise Problem(HTTPStatus.UNAUTHORIZED, str(refused)) from refused
    if operator.election != unquote(election_id):
        raise Problem(HTTPStatus.FORBIDDEN, f"Your token is for election {operator.election}.")
    loaded = current(operator.election)
    if loaded is None:
        raise Problem(HTTPStatus.NOT_FOUND, f"There is no election {operator.election}.")
    return operator, loaded


def require_region(operator: Operator, loaded: LoadedElection, region: str) -> None:
    """Refuse a region that the operator does not see.

    Or that the election does not have.
    """
    if not operator.sees(region):
        raise Problem(HTTPStatus.FORBIDDEN, f"Your token sees {', '.join(operator.regions)} only.")
    if region not in loaded.election.regions:
        known = ", ".join(loaded.election.regions)
        raise Problem(HTTPStatus.NOT_FOUND, f"There is no region {region}; this election has {known}.")
