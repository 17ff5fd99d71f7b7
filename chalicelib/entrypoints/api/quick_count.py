"""The quick count's API: headquarters see it live and decide when others see a snapshot of it."""

from http import HTTPStatus
from typing import Any

from chalicelib.entrypoints.api.access import authorized
from chalicelib.entrypoints.api.problem import Problem, Tagged, answering, now
from chalicelib.entrypoints.api.request import note_of, seen_version
from chalicelib.observation.quick_count.estimate import QuickCountError
from chalicelib.services.access.operators import Operator
from chalicelib.services.quick_count.release import (
    NothingReleased,
    ReleaseNoteMissing,
    ReleasePassed,
    decides,
    release,
    show_quick_count,
    withdraw,
)
from chalicelib.store.elections import LoadedElection


@answering
def quick_count(request: Any, election_id: str) -> Tagged:
    """The live quick count and turnout for headquarters, the released ones for others; the ETag is the version."""
    operator, loaded = authorized(request, election_id)
    try:
        found = show_quick_count(loaded, operator, now())
    except QuickCountError as undeclared:
        raise Problem(HTTPStatus.NOT_FOUND, f"There is no quick count: {undeclared}.") from undeclared
    if found is None:
        raise Problem(HTTPStatus.NOT_FOUND, "There is nothing here for your token.")
    return _tagged(found)


@answering
def step(request: Any, election_id: str, step: str) -> Tagged:
    """`release` or `withdraw` the quick count, on the version that If-Match names; the body is `{"note": …}`."""
    operator, loaded = _deciding(request, election_id)
    steps = {"release": release, "withdraw": withdraw}
    if step not in steps:
        raise Problem(HTTPStatus.NOT_FOUND, f"There is no step {step}; it is one of {', '.join(steps)}.")
    try:
        return _tagged(steps[step](loaded, operator, seen_version(request), note_of(request), now()))
    except QuickCountError as undeclared:
        raise Problem(HTTPStatus.NOT_FOUND, f"There is no quick count: {undeclared}.") from undeclared
    except ReleasePassed as passed:
        raise Problem(HTTPStatus.PRECONDITION_FAILED, f"Read it again: {passed}.") from passed
    except NothingReleased as nothing:
        raise Problem(HTTPStatus.CONFLICT, f"Not changed: {nothing}.") from nothing
    except ReleaseNoteMissing as missing:
        raise Problem(HTTPStatus.BAD_REQUEST, f'Send {{"note": "…"}}: {missing}.') from missing


def _deciding(request: Any, election_id: str) -> tuple[Operator, LoadedElection]:

    operator, loaded = authorized(request, election_id)
    if not decides(operator):
        raise Problem(HTTPStatus.FORBIDDEN, "Only headquarters of the whole nation decide who sees the quick count.")
    return operator, loaded


def _tagged(document: dict[str, Any]) -> Tagged:
    return Tagged(document, str(document["version"]))
