"""Read a form that comes as multipart/form-data.

RFC 7578; its files are passed over.
"""

from email.errors import MessageError
from email.message import Message
from email.parser import BytesParser

from chalicelib.providers.content import is_charset_of_forms, named_charset
from chalicelib.providers.contract import WebhookRequest
from chalicelib.providers.refusals import Malformed

MULTIPART = "multipart/form-data"
_MOST_FIELDS = 1000
_FAULTS = (MessageError, RecursionError, ValueError, LookupError, TypeError, AttributeError)
"""What the standard library's parser raises on input that is none."""


def is_multipart(request: WebhookRequest) -> bool:
    """Whether the request says that its body is such a form."""
    return request.headers.get("content-type", "").partition(";")[0].strip().lower() == MULTIPART


def multipart_fields(request: WebhookRequest, charset: str) -> list[tuple[str, str]]:
    """Read the fields in their order.

    Each is in its own charset or in `charset`.
    """
    kind = request.headers["content-type"].replace("\r", " ").replace("\n", " ")
    try:
        parsed = BytesParser().parsebytes(f"Content-Type: {kind}\r\n\r\n".encode(errors="replace") + request.body)
        parts = parsed.get_payload()
        if isinstance(parts, list) and len(parts) <= _MOST_FIELDS:
            return [field for part in parts if isinstance(part, Message) for field in _field(part, charset)]
    except _FAULTS as fault:
        raise Malformed("not_a_form", "the body is no multipart form that can be read", "body") from fault
    raise Malformed("not_a_form", f"the body is no multipart form of at most {_MOST_FIELDS} fields", "body")


def _field(part: Message, charset: str) -> list[tuple[str, str]]:
    name, content = part.get_param("name", header="content-disposition"), part.get_payload(decode=True)
    if not isinstance(name, str) or part.get_filename() is not None or not isinstance(content, bytes):
        return []
    named = named_charset(str(part.get("content-type", "")))
    return [(name, content.decode(named if named and is_charset_of_forms(named) else charset, "replace"))]
