"""One message, with all that was sent about it."""

from http import HTTPStatus
from typing import Any
from urllib.parse import unquote

from chalicelib.entrypoints.api.access import authorized
from chalicelib.entrypoints.api.problem import Problem, answering
from chalicelib.services.quick_count.release import withheld_answers
from chalicelib.services.views.message import describe_message


@answering
def message(request: Any, election_id: str, key: str) -> dict[str, Any]:
    """Show one message with all that was sent about it.

    What came, and how it was read.
    """
    operator, loaded = authorized(request, election_id)
    found = describe_message(operator, unquote(key), withheld_answers(loaded, operator))
    if found is None:
        raise Problem(HTTPStatus.NOT_FOUND, "There is no such message in this election, or not in your regions.")
    return found
