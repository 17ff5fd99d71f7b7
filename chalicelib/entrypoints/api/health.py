"""Whether the API is up."""

from typing import Any

from chalicelib.entrypoints.api.models import AnswerModel
from chalicelib.entrypoints.api.operation import operation


class Health(AnswerModel):
    """That the API is up."""

    status: str


@operation(summary="Say whether the API is up.", may=None, answer=Health)
def health(request: Any) -> dict[str, Any]:
    """Answer that the API is up."""
    return {"status": "ok"}
