"""An aggregator that only its settings describe.

It calls as `format` in its settings says, read as the webhook reads it.
"""

import datetime as dt
import json
from collections.abc import Mapping
from typing import Any
from urllib.parse import urlencode

from chalicelib.providers.generic_format import Signature
from chalicelib.providers.generic_settings import format_of
from chalicelib.providers.refusals import Undecidable
from chalicelib.rehearsal.senders.sender import Sender, current
from chalicelib.rehearsal.senders.sms import CannotSign, SignedRequest, Sms
from chalicelib.rehearsal.senders.unsigned import FORM, basic


class DescribedSender(Sender):
    """A GET or POST as the settings describe it.

    It has the fields, and the signature or the secret, that they describe.
    """

    name = "generic"

    def __init__(self, settings: Mapping[str, Any]) -> None:
        self.secrets = settings
        try:
            self.format = format_of(settings["format"], has_recipient=bool(settings.get("recipient")))
        except Undecidable as fault:
            raise CannotSign(fault.detail) from fault
        if self.format.body == "xml" or self.format.messages or self.format.text:
            raise CannotSign("a format with XML, a list of SMS or a coded text cannot be simulated")
        is_ours = self.format.signature or self.format.secret_field
        names = ("secrets", "secret") if is_ours else ("path_token", "query_token", "basic_password")
        self.secret = current(settings, *names)

    def sign(self, sms: Sms, url: str, at: dt.datetime) -> SignedRequest:
        ours = {"id": sms.id, "from": sms.sender, "to": sms.recipient, "text": sms.text}
        ours["received_at"] = self._moment(sms.sent_at)
        written: dict[str, Any] = {}
        for name in ours.keys() & self.format.fields.keys():
            self._put(written, self.format.fields[name][0], ours[name])
        for way, values in (self.format.when or {}).items():
            self._put(written, way, min(values or {"1"}))
        if self.format.secret_field:
            self._put(written, self.format.secret_field, self.secret)
            return self._carry(written, url, {})
        if self.format.signature is None:
            return self._with_secret(written, url)
        return self._with_signature(self.format.signature, written, url, str(int(at.timestamp())))

    def _with_secret(self, written: dict[str, Any], url: str) -> SignedRequest:
        if self.secrets.get("path_token"):
            return self._carry(written, f"{url}/{self.secret}", {})
        if self.secrets.get("query_token"):
            return self._carry(written, f"{url}?{urlencode({'token': self.secret})}", {})
        return self._carry(written, url, basic(current(self.secrets, "basic_user"), self.secret))

    def _with_signature(self, signature: Signature, written: dict[str, Any], url: str, timestamp: str) -> SignedRequest:
        headers = {signature.timestamp_header: timestamp} if signature.timestamp_header else {}
        if signature.timestamp_field:
            written[signature.timestamp_field] = timestamp
        plain = self._carry(written, url, headers)
        named = {"timestamp": timestamp.encode(), "body": plain.body}
        named |= {"url": plain.url.encode(), "method": plain.method.encode()}
        named |= {f"field:{name}": str(value).encode() for name, value in written.items()}
        computed = signature.compute(self.secret, lambda part: named.get(part, b""))
        if signature.header:
            return plain.but(headers={**plain.headers, signature.header: computed})
        return self._carry({**written, str(signature.field): computed}, url, headers)

    def _carry(self, written: Mapping[str, Any], url: str, headers: Mapping[str, str]) -> SignedRequest:
        if self.format.method == "GET":
            return SignedRequest("GET", url + ("&" if "?" in url else "?") + urlencode(written), dict(headers), b"")
        if self.format.body == "form":
            return SignedRequest("POST", url, {**FORM, **headers}, urlencode(written).encode())
        kind = {"Content-Type": "application/json"}
        return SignedRequest("POST", url, {**kind, **headers}, json.dumps(written, ensure_ascii=False).encode())

    def _put(self, written: dict[str, Any], name: str, value: str) -> None:
        """Put a field where its name says: a dot leads inwards.

        Into an inner object, where there are such.
        """
        outer, dot, inner = name.partition(".")
        if dot and self.format.method == "POST" and self.format.body == "json":
            self._put(written.setdefault(outer, {}), inner, value)
        else:
            written[name] = value

    def _moment(self, at: dt.datetime) -> str:
        local = at.astimezone(self.format.zone or dt.UTC)
        match self.format.time:
            case "iso":
                return local.isoformat()
            case "unix":
                return str(int(at.timestamp()))
            case "unix_ms":
                return str(int(at.timestamp() * 1000))
            case pattern:
                return local.strftime(pattern)
