"""The phones that have opted out."""

from typing import Any

from chalicelib.entrypoints.api.models import Answering, ElectionPath
from chalicelib.entrypoints.api.operation import Asked, operation
from chalicelib.services.access.permissions import Permission
from chalicelib.services.opt_outs.listing import list_opt_outs


class OptOuts(Answering):
    """Phones that want no bulk SMS and reminders."""

    opt_outs: list[dict[str, Any]]


@operation(
    summary="List the phones that want no bulk SMS and reminders.",
    may=Permission.READ_PEOPLE,
    path=ElectionPath,
    answer=OptOuts,
    conditional=True,
)
def opt_outs(asked: Asked[ElectionPath, None, None]) -> dict[str, Any]:
    """List the opted-out phones of those that the operator sees."""
    listed = list_opt_outs(asked.loaded.election)
    return {"opt_outs": [one.document() for one in listed if one.is_seen_by(asked.operator)]}
