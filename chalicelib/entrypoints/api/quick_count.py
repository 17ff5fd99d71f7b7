"""The quick count's API.

Headquarters see it live and decide when others see a snapshot of it.
"""

from http import HTTPStatus
from typing import Any

from chalicelib.entrypoints.api.access import authorized
from chalicelib.entrypoints.api.problem import Problem, Tagged, answering, now
from chalicelib.entrypoints.api.request import note_of, seen_version
from chalicelib.services.access.operators import Operator
from chalicelib.services.quick_count.release import (
    decides,
    release,
    show_quick_count,
    withdraw,
)
from chalicelib.store.elections import LoadedElection


@answering
def quick_count(request: Any, election_id: str) -> Tagged:
    """Show the quick count; the ETag is the version.

    The live quick count and turnout for headquarters, the released ones for others.
    """
    operator, loaded = authorized(request, election_id)
    found = show_quick_count(loaded, operator, now())
    if found is None:
        raise Problem(HTTPStatus.NOT_FOUND, "There is nothing here for your token.")
    return _tagged(found)


@answering
def step(request: Any, election_id: str, step: str) -> Tagged:
    """Release or withdraw the quick count.

    On the version that If-Match names; the body is `{"note": …}`.
    """
    operator, loaded = _deciding(request, election_id)
    steps = {"release": release, "withdraw": withdraw}
    if step not in steps:
        raise Problem(HTTPStatus.NOT_FOUND, f"There is no step {step}; it is one of {', '.join(steps)}.")
    return _tagged(steps[step](loaded, operator, seen_version(request), note_of(request), now()))


def _deciding(request: Any, election_id: str) -> tuple[Operator, LoadedElection]:

    operator, loaded = authorized(request, election_id)
    if not decides(operator):
        raise Problem(HTTPStatus.FORBIDDEN, "Only headquarters of the whole nation decide who sees the quick count.")
    return operator, loaded


def _tagged(document: dict[str, Any]) -> Tagged:
    return Tagged(document, str(document["version"]))
