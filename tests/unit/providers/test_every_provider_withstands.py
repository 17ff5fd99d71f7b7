"""No provider takes what was not signed, and none stumbles over anything."""

import json
from collections.abc import Callable

import pytest
from every_provider import AT, SECRET_OF, SMS, heard, signed_by, unreachable, url_of
from hypothesis import given, settings
from hypothesis import strategies as st

from chalicelib.providers.contract import WebhookRequest
from chalicelib.providers.webhook import handle
from chalicelib.rehearsal.senders.plivo import PlivoSender
from chalicelib.rehearsal.senders.sms import SignedRequest
from chalicelib.rehearsal.senders.table import SENDERS
from chalicelib.rehearsal.senders.twilio import TwilioSender
from chalicelib.rehearsal.senders.vonage_sms import VonageSmsSender

BODY_SIGNED = ("android-sms-gateway", "aws-sns", "generic", "plivo", "twilio", "vonage-messages")
FEW = settings(max_examples=40)
"""For what is tried with every provider."""
mutations = st.tuples(st.sampled_from(["replace", "delete", "insert"]), st.integers(0, 5000), st.integers(0x20, 0x7E))


def mutate(content: bytes, mutation: tuple[str, int, int]) -> bytes:
    kind, place, byte = mutation
    place %= len(content)
    rest = content[place:] if kind == "insert" else content[place + 1 :]
    return content[:place] + (b"" if kind == "delete" else bytes([byte])) + rest


@pytest.mark.parametrize("name", BODY_SIGNED)
@given(mutation=mutations)
def test_no_body_but_the_signed_one_brings_another_sms(name, mutation):
    signed = signed_by(name)
    result = heard(name, signed.but(body=mutate(signed.body, mutation)))
    assert set(result.delivery.messages) <= set(heard(name, signed).delivery.messages)


@pytest.mark.parametrize("by", ["GET", "form", "json"])
@given(mutation=mutations)
def test_no_field_of_vonage_but_the_signed_ones_brings_another_sms(by, mutation):
    sender = VonageSmsSender(by=by)
    signed = sender.sign(SMS, "https://example.org/v", AT)
    base, _, query = signed.url.partition("?")
    if by == "GET":
        changed = signed.but(url=f"{base}?{mutate(query.encode(), mutation).decode()}")
    else:
        changed = signed.but(body=mutate(signed.body, mutation))
    genuine, other = (
        set(handle("vonage-sms", row.arriving(AT), sender.secrets, unreachable).delivery.messages)
        for row in (signed, changed)
    )
    assert other <= genuine


@pytest.mark.parametrize(
    "sender", [TwilioSender(), PlivoSender(), PlivoSender(version=2)], ids=["twilio", "plivo", "plivo V2"]
)
@given(place=st.integers(8, 200), character=st.sampled_from("abcxyz0189-_/."))
def test_no_url_but_the_signed_one_is_taken(sender, place, character):
    url = "https://abc123.execute-api.eu-central-1.amazonaws.com/api/webhooks/here"
    signed = sender.sign(SMS, url, AT)
    place %= len(url)
    other = url[:place] + character + url[place + 1 :]
    result = handle(sender.name, signed.but(url=other).arriving(AT), sender.secrets, unreachable)
    assert result.authentic == (other == url)


WRITTEN = st.text(st.characters(exclude_categories=["Cs"]), max_size=60)
URLS = st.one_of(
    WRITTEN,
    WRITTEN.map(lambda rest: "https://example.org/" + rest),
    st.lists(st.tuples(st.sampled_from(["id", "from", "to", "text", "ts", "udh", "dlr", "token", "sig"]), WRITTEN)).map(
        lambda pairs: "https://example.org/w?" + "&".join(f"{name}={value}" for name, value in pairs)
    ),
)


@pytest.mark.parametrize("name", SENDERS)
@FEW
@given(
    method=st.sampled_from(["GET", "POST", "PUT", "BREW"]),
    url=URLS,
    headers=st.dictionaries(WRITTEN, WRITTEN, max_size=3),
    body=st.binary(max_size=120) | st.sampled_from([b"Body=%2B2AA-", b"+2AA-=%FF&%5Cud800="]),
    charset=st.sampled_from(["utf-8", "utf-7", "utf-16", "windows-1251", "idna", "unicode_escape", "none"]) | WRITTEN,
)
def test_no_request_makes_it_stumble(name, method, url, headers, body, charset):
    genuine = signed_by(name)
    form = {"Content-Type": f"application/x-www-form-urlencoded; charset={charset}"}
    for named in (headers, genuine.headers, genuine.headers | headers, genuine.headers | form):
        request = WebhookRequest(method, url, named, body, AT)
        result = handle(name, request, SENDERS[name].secrets, unreachable)
        assert result.answer.status in {200, 400, 401, 403, 503}
        assert not result.reason.startswith("stumbled")


VALUES = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text(max_size=20),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=10), inner, max_size=3),
    max_leaves=6,
)


@pytest.mark.parametrize("name", SENDERS)
@FEW
@given(
    secrets=st.dictionaries(
        st.sampled_from(
            sorted(
                {
                    *SECRET_OF.values(),
                    "public_url",
                    "source_addresses",
                    "signature_method",
                    "type",
                    "allowed_topic_arns",
                    "certificates",
                    "basic_user",
                    "username",
                    "format",
                    "tolerance_seconds",
                    "query_token",
                }
            )
        ),
        VALUES,
        max_size=4,
    )
)
def test_no_setting_makes_it_stumble(name, secrets):
    result = handle(name, signed_by(name).arriving(AT), secrets or None, unreachable)
    assert not result.authentic
    assert result.answer.status in {400, 401, 403, 404, 503}
    assert not result.reason.startswith("stumbled")


@pytest.mark.parametrize("name", sorted(set(SENDERS) - {"kannel"}))
@FEW
@given(
    changes=st.dictionaries(
        st.sampled_from(["messageId", "text", "from", "event", "payload", "results", "status", "id"]),
        VALUES,
        min_size=1,
        max_size=3,
    )
)
def test_no_authentic_content_makes_it_stumble(name, changes):
    body_signers: dict[str, Callable[[bytes], SignedRequest]] = {
        "generic": lambda body: SENDERS[name].sign_body(body, url_of(name), str(int(AT.timestamp()))),
        "android-sms-gateway": lambda body: SENDERS[name].sign_body(body, url_of(name), str(int(AT.timestamp()))),
        "vonage-messages": lambda body: SENDERS[name].sign_body(body, url_of(name), AT),
        "infobip": lambda body: signed_by(name).but(body=body),
        "aws-sns": lambda body: SENDERS[name].sign_envelope(
            {"Type": "Notification", "Message": body.decode()}, url_of(name), AT
        ),
    }
    if name not in body_signers:
        return
    result = heard(name, body_signers[name](json.dumps(changes).encode()))
    assert result.answer.status in {200, 400}
