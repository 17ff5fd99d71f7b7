"""The phones that have opted out."""

from http import HTTPStatus
from typing import Any

from chalicelib.entrypoints.api.access import authorized
from chalicelib.entrypoints.api.problem import Problem, answering
from chalicelib.services.opt_outs.listing import list_opt_outs


@answering
def opt_outs(request: Any, election_id: str) -> dict[str, Any]:
    """List the phones that want no bulk SMS and reminders.

    Of those that the operator sees.
    """
    operator, loaded = authorized(request, election_id)
    if not operator.sees_phones():
        raise Problem(HTTPStatus.FORBIDDEN, "A viewer sees no phones; an operator or headquarters does.")
    return {"opt_outs": [one.document() for one in list_opt_outs(loaded.election) if one.is_seen_by(operator)]}
