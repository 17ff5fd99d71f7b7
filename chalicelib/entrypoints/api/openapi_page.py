"""The API's document as a page.

Printable, without a script, with nothing from elsewhere.
"""

import base64
import hashlib
import json
import re
from typing import Any, Final

from chalicelib.services.email_templates import render

_STYLE: Final = re.compile(r"<style>(.*?)</style>", re.DOTALL)


def openapi_page(document: dict[str, Any]) -> tuple[str, str]:
    """Return the page of an OpenAPI document, and its Content-Security-Policy.

    The policy names the page's own style by its hash (https://www.w3.org/TR/CSP3/#match-element-to-source-list).
    """
    schemas = {name: json.dumps(schema, ensure_ascii=False, indent=1) for name, schema in _schemas(document).items()}
    page = render("openapi.html.j2", {"document": document, "schemas": schemas})
    styles = " ".join(f"'sha256-{_digest(style)}'" for style in _STYLE.findall(page))
    policy = f"default-src 'none'; style-src {styles}; base-uri 'none'; form-action 'none'; frame-ancestors 'none'"
    return page, policy


def _schemas(document: dict[str, Any]) -> dict[str, Any]:
    schemas: dict[str, Any] = document["components"]["schemas"]
    return schemas


def _digest(style: str) -> str:
    return base64.b64encode(hashlib.sha256(style.encode()).digest()).decode()
