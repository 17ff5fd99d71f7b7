"""The API's own documents: OpenAPI, and a page that reads it."""

from typing import Any

from chalice.app import Response

from chalicelib.entrypoints.api.models import AnswerModel
from chalicelib.entrypoints.api.openapi import openapi_document
from chalicelib.entrypoints.api.openapi_page import openapi_page
from chalicelib.entrypoints.api.operation import operation
from chalicelib.entrypoints.api.routes import ROUTES


class OpenApi(AnswerModel, extra="allow"):
    """This document."""

    openapi: str


@operation(summary="Show the API as OpenAPI 3.1.", may=None, answer=OpenApi, conditional=True)
def openapi(request: Any) -> dict[str, Any]:
    """Show every operation as OpenAPI 3.1 has it."""
    return openapi_document(ROUTES)


@operation(summary="Show the API as a page to read and print.", may=None)
def docs(request: Any) -> Response:
    """Show the same document as a page.

    It has no script and nothing from elsewhere.
    """
    page, policy = openapi_page(openapi_document(ROUTES))
    headers = {"Content-Type": "text/html; charset=utf-8", "Content-Security-Policy": policy}
    return Response(page, headers={**headers, "Cache-Control": "no-cache", "X-Content-Type-Options": "nosniff"})
