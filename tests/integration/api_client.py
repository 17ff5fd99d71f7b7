"""The API in this process: requests as API Gateway hands them to Lambda, answers as it takes them."""

import base64
import json
from dataclasses import dataclass
from typing import Any
from urllib.parse import quote

from app import app
from chalicelib.entrypoints.api.models import AnswerModel
from chalicelib.entrypoints.api.openapi import declared
from chalicelib.entrypoints.api.routes import ROUTES, UNVERSIONED

MODELS = {(method, route): operation.answer for method, route, _, operation in declared({**ROUTES, **UNVERSIONED})}
"""What the document says that each route answers."""


@dataclass(frozen=True)
class ApiAnswer:
    """An answer: its status, headers in lower case, and body."""

    status: int
    headers: dict[str, str]
    text: str

    def json(self) -> Any:
        return json.loads(self.text)


@dataclass(frozen=True)
class Api:
    """A caller with a token, or with none."""

    token: str | None = None

    def get(self, route: str, query: dict[str, str] | None = None, **path: str) -> ApiAnswer:
        return self.ask("GET", route, None, query=query, **path)

    def post(
        self, route: str, body: Any = None, *, seen: str | None = None, key: str | None = None, **path: str
    ) -> ApiAnswer:
        headers = {"if-match": f'"{seen}"'} if seen is not None else {}
        return self.ask("POST", route, body, headers=headers | ({"idempotency-key": key} if key else {}), **path)

    def ask(
        self,
        method: str,
        route: str,
        body: Any,
        *,
        headers: dict[str, str] | None = None,
        query: dict[str, str] | None = None,
        **path: str,
    ) -> ApiAnswer:
        """Ask a route as the table has it (`/v1/elections/{election_id}/…`), its path's parameters by name."""
        assert (method, route) in {**ROUTES, **UNVERSIONED}, (method, route)
        written = {name: quote(value, safe="") for name, value in path.items()}
        proof = {"authorization": f"Bearer {self.token}"} if self.token else {}
        event = {
            "requestContext": {"resourcePath": route, "httpMethod": method, "path": route.format(**written)},
            "headers": {"content-type": "application/json", **proof, **(headers or {})},
            "multiValueQueryStringParameters": {name: [value] for name, value in (query or {}).items()} or None,
            "pathParameters": written or None,
            "stageVariables": None,
            "body": base64.b64encode(json.dumps(body).encode()).decode() if body is not None else None,
            "isBase64Encoded": body is not None,
        }
        answer = app(event, None)
        given = {name.lower(): value for name, value in answer["headers"].items()}
        text = answer["body"]
        text = base64.b64decode(text).decode() if answer.get("isBase64Encoded") else text
        _require_documented(MODELS[method, route], answer["statusCode"], text)
        return ApiAnswer(answer["statusCode"], given, text)


def _require_documented(model: Any, status: int, text: str) -> None:
    """Fail where an answer has a field that its document has not, or lacks one."""
    if text and 200 <= status < 300 and isinstance(model, type) and issubclass(model, AnswerModel):
        model.model_validate_json(text)
