"""Plivo Messaging.

    POST, X-Plivo-Signature-V3: …  MessageUUID=db3c…&From=996700123456&To=15557122661&Type=sms&Text=OP+1234+A1&Units=1
    POST (receipt)                 MessageUUID=db3d…&ParentMessageUUID=db3d…&From=…&To=…&Status=delivered
Protocol: https://docs.plivo.com/docs/messaging/concepts/signature-validation, .../messaging/xml/request,
.../messaging/api/message; signature V3 as Plivo's server SDKs compute it; read in 2026.
"""

import datetime as dt
import re
from collections.abc import Mapping
from typing import Any, Final

from chalicelib.observation.sms.phones import OptOutState
from chalicelib.providers.content import form_fields, query_fields, single
from chalicelib.providers.contract import Answer, OutboundRequest, OutboundSms, Provider, SendOutcome, WebhookRequest
from chalicelib.providers.fields import id_field, international_field, text_field, time_field, utc_time
from chalicelib.providers.inbound import Delivery, InboundSms, Receipt
from chalicelib.providers.list_api import list_document, read_entries
from chalicelib.providers.listed_sms import ListPage
from chalicelib.providers.public_url import called_urls, without_query
from chalicelib.providers.refusals import NotAuthentic, Unsigned
from chalicelib.providers.self_test import SELF_TEST, form_call, with_headers
from chalicelib.providers.send_api import (
    base_url,
    get_request,
    json_request,
    outcome,
    required,
    sender_of,
    state_of,
    value_in,
)
from chalicelib.providers.signatures import any_same, base64_mac, header, secret_values

_V3_NONCE, _V2_NONCE = "X-Plivo-Signature-V3-Nonce", "X-Plivo-Signature-V2-Nonce"
_V3 = ("X-Plivo-Signature-V3", "X-Plivo-Signature-Ma-V3")
_V2 = ("X-Plivo-Signature-V2", "X-Plivo-Signature-Ma-V2")
_NONCE = re.compile(r"[!-~]{1,200}")
_DELIVERED = frozenset({"delivered", "read"})
_WISHES: Final[Mapping[str, OptOutState]] = {"optout": "out", "optin": "in"}
"""By MessageIntent, the keyword that Plivo has answered and obeyed; the third, help, is no wish."""
_FAILED = frozenset({"failed", "undelivered", "rejected"})
_PAGE = 20


class Plivo(Provider):
    """Plivo's SMS.

    Settings: `auth_token` (of the account, and of the subaccount that owns the number); to send `auth_id`,
    `auth_token`, `sender` or `powerpack_uuid`. `require_v3: true` refuses V2, which does not sign the message.
    """

    # An XML without <Message> sends nothing back.
    accepted = Answer(200, "application/xml", "<Response/>")
    proven_by = ("auth_token",)

    def verify(self, request: WebhookRequest) -> None:
        """Check the signature V3, else V2.

        V3, over URL, fields and nonce, where it is there; else V2, over URL without query and nonce.
        """
        if self.secrets.get("require_v3") is True and not _is_v3(request):
            raise Unsigned("unsigned", f"the header {_V3[0]} is missing, and the settings require it")
        self._signed(request)

    def signed_alone(self, request: WebhookRequest) -> str | None:
        """V2 signs neither fields nor query."""
        return None if _is_v3(request) else self._signed(request)

    def parse(self, request: WebhookRequest) -> Delivery:
        """Read one SMS, or the status of one we sent.

        The SMS is already joined from its parts, without a time. It must have a text, though an empty one: V3 joins
        names and values with nothing between, so that whoever has read a request could move its text into a name.
        """
        fields = single(_fields(request))
        if "Status" in fields:
            state = state_of(fields["Status"], _DELIVERED, _FAILED)
            detail = f"{fields['Status']} {fields.get('ErrorCode', '')}".strip()
            # A later part of a long SMS has a UUID of its own, and the first one's as its parent.
            name = "ParentMessageUUID" if fields.get("ParentMessageUUID") else "MessageUUID"
            return Delivery(receipts=(Receipt(id_field(fields, name), state, detail),))
        sms = InboundSms(
            id=id_field(fields, "MessageUUID"),
            sender=international_field(fields, "From"),
            recipient=international_field(fields, "To"),
            text=text_field(fields, "Text", fields.get("Body")),
            wish=_WISHES.get(fields.get("MessageIntent", "")),
        )
        return Delivery((sms,))

    def send_request(self, message: OutboundSms) -> OutboundRequest:
        """POST .../Message/; Plivo has no idempotency key."""
        account = required(self.secrets, "auth_id")
        sender = sender_of(self.secrets, message)
        origin = {"src": sender} if sender else {"powerpack_uuid": required(self.secrets, "powerpack_uuid")}
        receipts = {"url": message.receipt_url, "method": "POST"} if message.receipt_url else {}
        return json_request(
            f"{self._base()}/v1/Account/{account}/Message/",
            {**origin, "dst": message.recipient, "text": message.text, **receipts},
            basic=(account, required(self.secrets, "auth_token")),
        )

    def read_send_answer(self, status: int, headers: Mapping[str, str], body: bytes) -> SendOutcome:
        """202 with `message_uuid`, a list."""
        return outcome(status, headers, body, "message_uuid", 0)

    def list_request(self, since: dt.datetime, until: dt.datetime, page: str | None) -> OutboundRequest:
        """Make GET .../Message/ of the window.

        20 at a time, which is all that Plivo gives; a page is an offset.
        """
        account = required(self.secrets, "auth_id")
        window = {"message_time__gte": _written(since), "message_time__lt": _written(until)}
        query = {"message_direction": "inbound", **window, "limit": str(_PAGE), "offset": page or "0"}
        basic = account, required(self.secrets, "auth_token")
        return get_request(f"{self._base()}/v1/Account/{account}/Message/", query, basic)

    def read_list(self, status: int, headers: Mapping[str, str], body: bytes) -> ListPage:
        """Read `objects`, which have no texts.

        Plivo does not keep them; `meta` tells whether there are more.
        """
        document = list_document(status, headers, body)
        offset, more = value_in(document, "meta", "offset"), value_in(document, "meta", "next")
        following = str(int(offset or 0) + _PAGE) if more else None
        return read_entries(document.get("objects"), _listed, next_page=following)

    def self_test(self, url: str, at: dt.datetime) -> WebhookRequest:
        """Make the status of an SMS that nobody sent.

        Signed as V3.
        """
        request = form_call(url, {"MessageUUID": SELF_TEST, "Status": "queued"}, at)
        signed = f"{_v3_text(request, called_urls(request, self.secrets)[0])}.{SELF_TEST}"
        signature = base64_mac("sha256", secret_values(self.secrets, "auth_token")[0], signed.encode())
        return with_headers(request, {_V3[0]: signature, _V3_NONCE: SELF_TEST})

    def account_request(self) -> OutboundRequest:
        """GET .../Account/ID/."""
        account = required(self.secrets, "auth_id")
        basic = account, required(self.secrets, "auth_token")
        return get_request(f"{self._base()}/v1/Account/{account}/", basic=basic)

    def _base(self) -> str:
        return base_url(self.secrets, "https://api.plivo.com")

    def _signed(self, request: WebhookRequest) -> str:
        """Return the text that a signature of the request is of.

        Plivo may have called any of several URLs. Of V2 it is the URL and the nonce with nothing between: only
        the two together are what nobody can make again.
        """
        is_v3, urls = _is_v3(request), called_urls(request, self.secrets)
        presented = _signatures(request, _V3 if is_v3 else _V2)
        nonce = _nonce(request, _V3_NONCE if is_v3 else _V2_NONCE)
        texts = [f"{_v3_text(request, url)}.{nonce}" if is_v3 else without_query(url) + nonce for url in urls]
        tokens = secret_values(self.secrets, "auth_token")
        signed = [text for text in texts if _is_signed(text, presented, tokens)]
        if not signed:
            hint = f"check auth_token, and that the message URL is {without_query(urls[0])}"
            raise NotAuthentic("bad_signature", "the signature does not match", hint=hint)
        return signed[0]


def _is_v3(request: WebhookRequest) -> bool:
    return any(name.lower() in request.headers for name in _V3)


def _signatures(request: WebhookRequest, names: tuple[str, str]) -> list[str]:
    """Return the signatures of one version.

    A header may hold several, separated by commas.
    """
    written = ",".join(request.headers.get(name.lower(), "") for name in names)
    presented = [signature.strip() for signature in written.split(",") if signature.strip()]
    if not presented:
        raise Unsigned("unsigned", f"the header {names[0]} is missing")
    return presented


def _nonce(request: WebhookRequest, name: str) -> str:
    nonce = header(request, name)
    if not _NONCE.fullmatch(nonce):
        raise NotAuthentic("bad_nonce", f"the header {name} must be 1 to 200 printable ASCII characters")
    return nonce


def _is_signed(text: str, presented: list[str], tokens: tuple[str, ...]) -> bool:
    expected = [base64_mac("sha256", token, text.encode(errors="surrogatepass")) for token in tokens]
    return sum(any_same(signature, expected) for signature in presented) > 0


def _v3_text(request: WebhookRequest, url: str) -> str:
    """Return what V3 signs before the nonce.

    `?` stands there for a POST's fields even where the URL has no query.
    """
    query = "&".join(f"{name}={value}" for name, value in sorted(query_fields(url)))
    body = "" if request.method == "GET" else "".join(name + value for name, value in sorted(form_fields(request)))
    return without_query(url) + ("?" if query or body else "") + query + ("." if query and body else "") + body


def _fields(request: WebhookRequest) -> list[tuple[str, str]]:
    return query_fields(request.url) if request.method == "GET" else form_fields(request)


def _listed(entry: Mapping[str, Any]) -> InboundSms | None:
    if entry.get("message_direction") != "inbound":
        return None
    return InboundSms(
        id=id_field(entry, "message_uuid"),
        sender=international_field(entry, "from_number"),
        recipient=international_field(entry, "to_number"),
        text="",
        sent_at=time_field(entry, "message_time", utc_time),
    )


def _written(moment: dt.datetime) -> str:
    return f"{moment.astimezone(dt.UTC):%Y-%m-%d %H:%M:%S}"
