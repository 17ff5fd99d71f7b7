"""Whether the API is up."""

from typing import Any

from chalicelib.entrypoints.api.problem import answering


@answering
def health(request: Any) -> dict[str, Any]:
    """Answer that the API is up."""
    return {"status": "ok"}
