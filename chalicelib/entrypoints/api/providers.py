"""The SMS providers, and which are silent."""

from typing import Any

from pydantic import ConfigDict

from chalicelib.entrypoints.api.models import AnswerModel, ElectionPath
from chalicelib.entrypoints.api.operation import Request, operation
from chalicelib.entrypoints.api.problem import now
from chalicelib.services.access.permissions import Permission
from chalicelib.services.intake.silence import describe


class Providers(AnswerModel):
    """When each provider was last heard, and which are silent."""

    model_config = ConfigDict(extra="allow", frozen=True)


@operation(
    summary="Show when each SMS provider was last heard, and which are silent.",
    may=Permission.READ_PROVIDERS,
    path=ElectionPath,
    answer=Providers,
    conditional=True,
)
def providers(request: Request[ElectionPath, None, None]) -> dict[str, Any]:
    """Show when each provider was last heard."""
    return describe(now())
