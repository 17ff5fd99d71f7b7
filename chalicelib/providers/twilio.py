"""Twilio Programmable Messaging.

    POST, X-Twilio-Signature: 0/KC…=  MessageSid=SM1f…&From=%2B996700123456&To=%2B15557122661&Body=OP+1234+A1
    POST (receipt)                    MessageSid=SM2c…&MessageStatus=delivered&ErrorCode=
Protocol: https://www.twilio.com/docs/messaging/guides/webhook-request, .../docs/usage/webhooks/webhooks-security,
.../docs/usage/webhooks/webhook-shared-keys, .../docs/messaging/api/message-resource; read in September 2026.
"""

import datetime as dt
from collections.abc import Mapping
from dataclasses import replace
from typing import Any, Final

from chalicelib.observation.sms.phones import OptOutState
from chalicelib.providers.content import form_fields, is_form, query_fields, single
from chalicelib.providers.contract import Answer, OutboundRequest, OutboundSms, Provider, SendOutcome, WebhookRequest
from chalicelib.providers.fields import id_field, international_field, text_field
from chalicelib.providers.inbound import Delivery, InboundSms, Receipt
from chalicelib.providers.list_api import list_document, read_entries
from chalicelib.providers.listed_sms import ListPage
from chalicelib.providers.public_url import called_urls, without_query
from chalicelib.providers.refusals import Malformed, NotAuthentic
from chalicelib.providers.self_test import SELF_TEST, form_call, with_headers
from chalicelib.providers.send_api import (
    answer_json,
    base_url,
    form_request,
    get_request,
    outcome,
    required,
    sender_of,
    state_of,
    value_in,
)
from chalicelib.providers.signatures import base64_mac, header, plain_hash, require_same, same, secret_values

_ALGORITHMS = {"HMAC_SHA1": "sha1", "HMAC_SHA256": "sha256"}
_SETTINGS_HEADER = "x-twilio-webhooks-signature-settings"
_DELIVERED = frozenset({"delivered", "read"})
_WISHES: Final[Mapping[str, OptOutState]] = {"STOP": "out", "START": "in"}
"""By OptOutType, which a messaging service with Advanced Opt-Out sends along; the third, HELP, is no wish."""
_OPTED_OUT = "21610"
_FAILED = frozenset({"failed", "undelivered", "canceled"})


class Twilio(Provider):
    """Settings: `auth_token`, `shared_key_secret`; to send `account_sid`, `auth_token`, `sender` or `service_sid`."""

    # An empty TwiML: a text/plain body would be texted to the observer.
    accepted = Answer(200, "text/xml", "<Response/>")
    proven_by = ("auth_token", "shared_key_secret")

    def verify(self, request: WebhookRequest) -> None:
        """Check X-Twilio-Signature.

        HMAC over the URL and, sorted by name, each form field's name and value. A JSON request's URL carries the body's
        hash in bodySHA256. Twilio adds a port to the URL or not, so both are tried. With a shared key, the settings
        header names the algorithm.
        """
        presented = header(request, "X-Twilio-Signature")
        algorithm, secrets = self._key(request)
        fields = _signed_fields(request)
        urls = called_urls(request, self.secrets)
        signed = [(url + fields).encode(errors="surrogatepass") for url in urls]
        expected = (base64_mac(algorithm, key, signed_text) for signed_text in signed for key in secrets)
        require_same(presented, expected, f"check the token, and that the webhook's URL is {without_query(urls[0])}")

    def parse(self, request: WebhookRequest) -> Delivery:
        """Read one SMS, or the status of one we sent.

        The SMS is already joined from its parts, without a time. It must have a text, though an empty one: the
        signature joins names and values with nothing between, so that whoever has read a request could move its text
        into a name.
        """
        fields = single(query_fields(request.url) if request.method == "GET" else form_fields(request))
        status = fields.get("MessageStatus") or fields.get("SmsStatus") or "received"
        if status not in {"received", "receiving"}:
            state = state_of(status, _DELIVERED, _FAILED)
            return Delivery(receipts=(Receipt(id_field(fields, "MessageSid"), state, _detail(fields, status)),))
        sms = InboundSms(
            id=id_field(fields, "MessageSid"),
            sender=international_field(fields, "From"),
            recipient=international_field(fields, "To"),
            text=text_field(fields, "Body"),
            wish=_WISHES.get(fields.get("OptOutType", "")),
        )
        return Delivery((sms,))

    def send_request(self, message: OutboundSms) -> OutboundRequest:
        """POST .../Messages.json; Twilio has no idempotency key."""
        account = required(self.secrets, "account_sid")
        sender = sender_of(self.secrets, message)
        origin = {"From": sender} if sender else {"MessagingServiceSid": required(self.secrets, "service_sid")}
        receipts = {"StatusCallback": message.receipt_url} if message.receipt_url else {}
        return form_request(
            f"{self._base()}/2010-04-01/Accounts/{account}/Messages.json",
            {"To": message.recipient, **origin, "Body": message.text, **receipts},
            basic=(account, required(self.secrets, "auth_token")),
        )

    def read_send_answer(self, status: int, headers: Mapping[str, str], body: bytes) -> SendOutcome:
        """Read 201 with `sid`, or 400 with a code.

        The code of one who has sent STOP is 21610.
        """
        answered = outcome(status, headers, body, "sid")
        has_opted_out = answered.verdict == "refused" and value_in(answer_json(body), "code") == _OPTED_OUT
        return replace(answered, opted_out=has_opted_out)

    def list_request(self, since: dt.datetime, until: dt.datetime, page: str | None) -> OutboundRequest:
        """Make GET .../Messages.json of the window.

        It goes by the time when Twilio took them; a page names the path of the next.
        """
        account = required(self.secrets, "account_sid")
        basic = account, required(self.secrets, "auth_token")
        if page is not None:
            return get_request(self._base() + page, basic=basic)
        window = {"DateSent>": _written(since), "DateSent<": _written(until), "PageSize": "200"}
        return get_request(f"{self._base()}/2010-04-01/Accounts/{account}/Messages.json", window, basic)

    def read_list(self, status: int, headers: Mapping[str, str], body: bytes) -> ListPage:
        """`messages` of both directions, and `next_page_uri`, a path on the same host."""
        document = list_document(status, headers, body)
        following = document.get("next_page_uri")
        is_path = isinstance(following, str) and following.startswith("/2010-04-01/")
        return read_entries(document.get("messages"), _listed, next_page=following if is_path else None)

    def self_test(self, url: str, at: dt.datetime) -> WebhookRequest:
        """Make the status of an SMS that nobody sent.

        Signed by the auth token, or by the shared key where that is all.
        """
        request = form_call(url, {"MessageSid": SELF_TEST, "MessageStatus": "accepted"}, at)
        if self.secrets.get("shared_key_secret") and not self.secrets.get("auth_token"):
            request = with_headers(request, {_SETTINGS_HEADER: "algorithm=HMAC_SHA256"})
        algorithm, secrets = self._key(request)
        signed = called_urls(request, self.secrets)[0] + _signed_fields(request)
        return with_headers(request, {"X-Twilio-Signature": base64_mac(algorithm, secrets[0], signed.encode())})

    def account_request(self) -> OutboundRequest:
        """GET .../Accounts/SID.json."""
        account = required(self.secrets, "account_sid")
        basic = account, required(self.secrets, "auth_token")
        return get_request(f"{self._base()}/2010-04-01/Accounts/{account}.json", basic=basic)

    def _base(self) -> str:
        return base_url(self.secrets, "https://api.twilio.com")

    def _key(self, request: WebhookRequest) -> tuple[str, tuple[str, ...]]:
        written = request.headers.get(_SETTINGS_HEADER, "").strip()
        if not written:
            return "sha1", secret_values(self.secrets, "auth_token")
        settings = dict(part.strip().partition("=")[::2] for part in written.split(","))
        named = settings.get("algorithm", "").strip().upper() or "HMAC_SHA1"
        if named not in _ALGORITHMS:
            raise NotAuthentic("unknown_algorithm", f"the signature's algorithm {named[:40]} is not known")
        return _ALGORITHMS[named], secret_values(self.secrets, "shared_key_secret")


def _signed_fields(request: WebhookRequest) -> str:
    if request.method == "GET":
        return ""
    hashes = [value for name, value in query_fields(request.url) if name == "bodySHA256"]
    if is_form(request) or not hashes:
        return "".join(name + value for name, value in sorted(set(form_fields(request))))
    if not same(hashes[0].lower(), plain_hash("sha256", request.body)):
        raise NotAuthentic("bad_body_hash", "the body is not the one whose hash is in bodySHA256")
    return ""


def _detail(fields: Mapping[str, str], status: str) -> str:
    return f"{status} {fields.get('ErrorCode', '')}".strip()


def _listed(entry: Mapping[str, Any]) -> InboundSms | None:
    if entry.get("direction") != "inbound":
        return None
    return InboundSms(
        id=id_field(entry, "sid"),
        sender=international_field(entry, "from"),
        recipient=international_field(entry, "to"),
        text=text_field(entry, "body", ""),
        sent_at=_listed_time(text_field(entry, "date_sent")) if entry.get("date_sent") else None,
    )


def _listed_time(written: str) -> dt.datetime:
    from email.utils import parsedate_to_datetime  # noqa: PLC0415 - large, and intake never needs it

    try:
        moment = parsedate_to_datetime(written)
    except ValueError as fault:
        raise Malformed("bad_time", "date_sent must be a date as RFC 2822 has it", "date_sent") from fault
    return moment.replace(tzinfo=dt.UTC) if moment.tzinfo is None else moment


def _written(moment: dt.datetime) -> str:
    return f"{moment.astimezone(dt.UTC):%Y-%m-%dT%H:%M:%SZ}"
