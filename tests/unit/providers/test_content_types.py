"""A request under another content type than its provider's: a form is refused, for what it holds is not told then; JSON
and a query are read all the same, for they are what they are and what was signed, whatever a proxy calls them."""

import datetime as dt
import json

import pytest

from chalicelib.providers.content import FORM
from chalicelib.providers.webhook import handle
from chalicelib.rehearsal.senders.sms import Sms
from chalicelib.rehearsal.senders.table import SENDERS

AT = dt.datetime(2017, 10, 15, 4, 0, 10, tzinfo=dt.UTC)
SMS = Sms("m-0123456789", "+996700123456", "+996555000111", "OP 1234 A1 B0730", AT)
FORMS = frozenset({"africastalking", "plivo", "telerivet", "twilio"})


def offline(url: str) -> bytes:
    raise OSError(url)


@pytest.mark.parametrize("content_type", ["text/plain", "application/json", "application/xml", "multipart/form-data"])
@pytest.mark.parametrize("name", SENDERS)
def test_another_content_type(name, content_type):
    signed = SENDERS[name].sign(SMS, f"https://example.org/webhooks/{name}", AT)
    request = signed.but(headers=signed.headers | {"Content-Type": content_type}).arriving(AT)
    result = handle(name, request, SENDERS[name].secrets, offline)
    assert (signed.headers.get("Content-Type", "").partition(";")[0] == FORM) == (name in FORMS)
    if name in FORMS:
        problem = json.loads(result.answer.body)
        assert (result.answer.status, problem["code"], problem["field"]) == (400, "content_type", "Content-Type")
        assert result.delivery.messages == ()
    else:
        assert (result.answer.status, [sms.text for sms in result.delivery.messages]) == (200, [SMS.text])
