"""The incidents' API: what operators see, and their steps.

Each step on the version that they have seen.
"""

import re
from http import HTTPStatus
from typing import Any

from chalicelib.entrypoints.api.access import authorized, require_region
from chalicelib.entrypoints.api.problem import Problem, Tagged, answering, now
from chalicelib.entrypoints.api.request import note_of, seen_version
from chalicelib.observation.incidents.lifecycle import STATES, STEPS
from chalicelib.services.incidents.steps import (
    list_incidents,
    show_incident,
    state_named,
    take_step,
)


@answering
def incidents(request: Any, election_id: str) -> dict[str, Any]:
    """List a page of incidents, the newest first.

    That the operator sees (`?region=`, `?state=`, `?before=`).
    """
    operator, loaded = authorized(request, election_id)
    query: dict[str, str] = request.query_params or {}
    region, written = query.get("region"), query.get("state")
    if region is not None:
        require_region(operator, loaded, region)
    state = state_named(written) if written is not None else None
    if written is not None and state is None:
        raise Problem(HTTPStatus.BAD_REQUEST, f"There is no state {written}; it is one of {', '.join(STATES)}.")
    before = _number(query["before"]) if "before" in query else None
    return list_incidents(loaded.election, operator, region, state, before)


@answering
def incident(request: Any, election_id: str, number: str) -> Tagged:
    """One incident with its history; the ETag is its version."""
    operator, loaded = authorized(request, election_id)
    return _found(show_incident(loaded.election, operator, _number(number)))


@answering
def step(request: Any, election_id: str, number: str, step: str) -> Tagged:
    """Take an incident a step further, on the version named.

    By If-Match; the body may hold `{"note": …}`.
    """
    operator, loaded = authorized(request, election_id)
    if operator.role == "viewer":
        raise Problem(HTTPStatus.FORBIDDEN, "A viewer cannot change incidents; an operator or headquarters can.")
    taken = next((one for one in STEPS if one == step), None)
    if taken is None:
        raise Problem(HTTPStatus.NOT_FOUND, f"There is no step {step}; it is one of {', '.join(STEPS)}.")
    seen = seen_version(request)
    return _found(take_step(loaded, operator, _number(number), taken, seen, note_of(request), now()))


def _found(document: dict[str, Any] | None) -> Tagged:
    if document is None:
        raise Problem(HTTPStatus.NOT_FOUND, "There is no such incident in this election, or not in your regions.")
    return Tagged(document, str(document["version"]))


def _number(written: str) -> int:
    if not re.fullmatch(r"[1-9]\d{0,8}", written, re.ASCII):
        raise Problem(HTTPStatus.NOT_FOUND, f"{written} is no incident's number.")
    return int(written)
