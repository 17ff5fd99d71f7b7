"""What is held for a person to look at."""

from typing import Any

from chalicelib.entrypoints.api.access import authorized
from chalicelib.entrypoints.api.problem import answering
from chalicelib.services.review.held import held_of


@answering
def held(request: Any, election_id: str) -> dict[str, Any]:
    """List what is held in the operator's regions.

    Each row's key, since when, its state and the reason.
    """
    operator, _ = authorized(request, election_id)
    return held_of(operator)
