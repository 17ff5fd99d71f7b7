"""Who asks: every request must prove an operator.

The operator needs its election, its regions and its permission.
"""

from dataclasses import dataclass, replace
from http import HTTPStatus
from typing import Any, Final

from chalicelib.entrypoints.api.cookies import SESSION, cookie
from chalicelib.entrypoints.api.problem import Problem, now
from chalicelib.observation.elections.organisations import without_others_people
from chalicelib.services.access.operators import Operator, TokenRefused, authenticate
from chalicelib.services.access.permissions import Permission, may, roles_with
from chalicelib.services.access.sessions import SessionRefused, resume
from chalicelib.store.elections import LoadedElection, current

_READING: Final = frozenset(("GET", "HEAD"))


@dataclass(frozen=True, slots=True)
class Access:
    """Who asks, and the election that it is about."""

    operator: Operator
    loaded: LoadedElection


def authenticated(http: Any, election_id: str | None, permission: Permission) -> Access:
    """Return what a request proves.

    `election_id`: the one that the path names; None: the operator's own. Problem where the proof is missing or for
    another election, where the role lacks the permission, or where a retired election would be changed.
    """
    operator = _proven(http)
    if election_id is not None and operator.election != election_id:
        raise Problem(HTTPStatus.FORBIDDEN, f"Your access is for election {operator.election}.")
    if not operator.may(permission):
        if may(operator.role, permission, operator.organisation):
            raise Problem(HTTPStatus.FORBIDDEN, "You may not do this for some regions: it is the whole nation's.")
        if may(operator.role, permission):
            raise Problem(HTTPStatus.FORBIDDEN, "You may not do this for one organisation: it is the coalition's.")
        allowed = ", ".join(roles_with(permission))
        raise Problem(HTTPStatus.FORBIDDEN, f"The role {operator.role} may not do this; {allowed} may.")
    loaded = current(operator.election)
    if loaded is None:
        raise Problem(HTTPStatus.NOT_FOUND, f"There is no election {operator.election}.")
    operator = operator.looking_at(loaded.election)
    if http.method in _READING:
        return Access(operator, _as_seen(operator, loaded))
    if loaded.is_retired and election_id is not None:
        raise Problem(HTTPStatus.CONFLICT, f"Election {election_id} is retired: it can be read, not changed.")
    return Access(operator, loaded)


def _as_seen(operator: Operator, loaded: LoadedElection) -> LoadedElection:
    """Return an election to read from.

    It lacks the people of other organisations whom the operator may not see.
    """
    if operator.sight is None:
        return loaded
    return replace(loaded, election=without_others_people(loaded.election, operator.sight))


def _proven(http: Any) -> Operator:
    """Return whom a request proves.

    It proves them by its bearer token or its session's cookie.
    """
    authorization = http.headers.get("authorization")
    session = cookie(http, SESSION)
    try:
        if authorization is None and session is not None:
            require_own_page(http)
            return resume(session, now()).operator
        return authenticate(authorization, now())
    except (TokenRefused, SessionRefused) as refused:
        raise Problem(HTTPStatus.UNAUTHORIZED, str(refused)) from refused


def require_own_page(http: Any) -> None:
    """Refuse a change that another site's page asks for.

    Such a page would act in the name of this browser's operator.

    Browsers say who asks (Fetch Metadata, https://www.w3.org/TR/fetch-metadata/); SameSite=Strict holds besides.
    """
    if http.method not in _READING and http.headers.get("sec-fetch-site") != "same-origin":
        raise Problem(HTTPStatus.FORBIDDEN, "Only this stack's own page may change anything by a session's cookie.")


def require_region(operator: Operator, loaded: LoadedElection, region: str) -> None:
    """Refuse a region that the operator or the election lacks."""
    if not operator.sees(region):
        raise Problem(HTTPStatus.FORBIDDEN, f"You see {', '.join(operator.regions)} only.")
    if region not in loaded.election.regions:
        regions = ", ".join(loaded.election.regions)
        raise Problem(HTTPStatus.NOT_FOUND, f"There is no region {region}; this election has {regions}.")
