"""The SMS providers, and which are silent."""

from http import HTTPStatus
from typing import Any

from chalicelib.entrypoints.api.access import authorized
from chalicelib.entrypoints.api.problem import Problem, answering, now
from chalicelib.services.intake.silence import described


@answering
def providers(request: Any, election_id: str) -> dict[str, Any]:
    """Show when each provider was last heard.

    And which are silent; for headquarters and operators.
    """
    operator, _ = authorized(request, election_id)
    if operator.role == "viewer":
        raise Problem(HTTPStatus.FORBIDDEN, "A viewer does not see providers; an operator or headquarters does.")
    return described(now())
