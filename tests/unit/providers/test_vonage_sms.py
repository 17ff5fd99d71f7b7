"""Vonage's SMS API; signatures are those of its SDK for Ruby (test/vonage/signature_test.rb)."""

import datetime as dt
import json
from urllib.parse import urlencode

import pytest
from vonage_calls import AT, SMS, URL, heard, never

from chalicelib.providers.contract import OutboundSms, SendOutcome
from chalicelib.providers.inbound import Part, Receipt
from chalicelib.providers.table import provider
from chalicelib.rehearsal.senders.sms import Sms
from chalicelib.rehearsal.senders.vonage_sms import VonageSmsSender

FIELDS = {
    "message-timestamp": "2013-11-21 15:27:30",
    "messageId": "020000001B0FE827",
    "msisdn": "14843472194",
    "text": "Test again",
    "timestamp": "1385047698",
    "to": "13239877404",
    "type": "text",
}
VECTOR_AT = dt.datetime.fromtimestamp(1385047698, dt.UTC)
VECTORS = {
    "md5hash": "d2e7b1dc968737c5998ad624e02f90b7",
    "md5": "DDEBD46008C2D4E93CCE578A332A52D5",
    "sha1": "27D0D05C2876C7CB1720DBCDBA4D492E1E55C09A",
    "sha256": "DDB8397C2B90AAC7F3882D306475C9A5058C92322EEF43C92B298B6E0FC0D330",
    "sha512": "E0D3C650F8C9D1A5C174D10DDDBFB003E561F59B265616208B0487C5D819481CD3C311D59CF6165ECD1139622D5BA3A2"
    "56C0D763AC4A9AD9144B5A426B94FE82",
}


@pytest.mark.parametrize("method", VECTORS)
@pytest.mark.parametrize("by", ["GET", "form", "json"])
def test_the_vendors_vectors(method, by):
    signed = VonageSmsSender(by=by).carry(FIELDS | {"sig": VECTORS[method]}, URL)
    secrets = {"signature_secret": "my_secret_key_for_testing", "signature_method": method}
    [sms] = heard("vonage-sms", signed, secrets, VECTOR_AT).delivery.messages
    assert (sms.sender, sms.recipient, sms.text) == ("+14843472194", "+13239877404", "Test again")
    assert sms.sent_at == dt.datetime(2013, 11, 21, 15, 27, 30, tzinfo=dt.UTC)
    for other in set(VECTORS) - {method}:
        result = heard("vonage-sms", signed, secrets | {"signature_method": other}, VECTOR_AT)
        assert (result.authentic, result.answer.status) == (False, 403)


@pytest.mark.parametrize("by", ["form", "json"])
def test_a_body_that_does_not_say_what_it_is(by):
    signed = VonageSmsSender(by=by).carry(FIELDS | {"sig": VECTORS["sha256"]}, URL).but(headers={})
    result = heard("vonage-sms", signed, {"signature_secret": "my_secret_key_for_testing"}, VECTOR_AT)
    assert result.delivery.messages[0].text == "Test again"


def test_the_plain_hash_is_refused_unless_it_is_chosen():
    signed = VonageSmsSender(method="md5hash").sign(SMS, URL, AT)
    assert heard("vonage-sms", signed, {"signature_secret": "vonage-signature-secret"}).answer.status == 403
    chosen = {"signature_secret": "vonage-signature-secret", "signature_method": "md5hash"}
    assert heard("vonage-sms", signed, chosen).answer.status == 200


@pytest.mark.parametrize("method", ["SHA-256 HMAC", "sha256", None, "hmac_sha256"])
def test_the_dashboards_names_of_methods(method):
    secrets = {"signature_secret": "vonage-signature-secret", "signature_method": method}
    assert heard("vonage-sms", VonageSmsSender().sign(SMS, URL, AT), secrets).authentic


def test_an_unknown_method_is_a_fault_of_ours():
    secrets = {"signature_secret": "vonage-signature-secret", "signature_method": "sha3"}
    assert heard("vonage-sms", VonageSmsSender().sign(SMS, URL, AT), secrets).answer.status == 503


def test_ampersand_and_equals_sign_are_signed_as_underscores():
    """The vendor's rule, and its limit: the three are one to the signature."""
    sender = VonageSmsSender(by="form")
    signed = sender.sign(Sms("1", SMS.sender, SMS.recipient, "A=1&B=2", AT), URL, AT)
    assert heard("vonage-sms", signed, sender.secrets).delivery.messages[0].text == "A=1&B=2"
    forged = signed.but(body=signed.body.replace(b"A%3D1", b"A%261"))
    assert heard("vonage-sms", forged, sender.secrets).delivery.messages[0].text == "A&1&B=2"


@pytest.mark.parametrize("by", ["GET", "form", "json"])
def test_an_unsigned_call_is_refused_unless_a_path_token_is_chosen(by):
    signed = VonageSmsSender(by=by).carry(FIELDS, URL + "/a-token")
    assert heard("vonage-sms", signed, {"signature_secret": "x"}).answer.status == 401
    chosen = {"signature_secret": "x", "path_token": "a-token"}
    assert heard("vonage-sms", signed, chosen).delivery.messages[0].text == "Test again"
    assert heard("vonage-sms", signed, chosen | {"path_token": "b-token"}).answer.status == 403
    wrong = VonageSmsSender(by=by).carry(FIELDS | {"sig": "0" * 64}, URL + "/a-token")
    assert heard("vonage-sms", wrong, chosen, VECTOR_AT).answer.status == 403


def test_a_long_text_comes_in_parts():
    sender = VonageSmsSender()
    more = {"concat": "true", "concat-ref": "4", "concat-total": "4", "concat-part": "3"}
    [sms] = heard("vonage-sms", sender.sign(SMS, URL, AT, **more), sender.secrets).delivery.messages
    assert sms.part == Part("4", 3, 4)


@pytest.mark.parametrize(("more", "text"), [({"concat-part": "1"}, "a\ud83d"), ({"concat": "false"}, "a\ufffd")])
def test_a_part_keeps_half_of_a_character_that_the_next_has_the_rest_of(more, text):
    sender = VonageSmsSender(by="json")
    fields = FIELDS | {"text": "a\ud83d", "concat": "true", "concat-ref": "4", "concat-total": "2", **more}
    signed = sender.carry(fields, URL + "/a-token")
    [sms] = heard("vonage-sms", signed, {"path_token": "a-token"}).delivery.messages
    assert sms.text == text


@pytest.mark.parametrize(
    "more",
    [
        {"concat": "true", "concat-ref": "4", "concat-total": "2", "concat-part": "3"},
        {"concat": "true", "concat-ref": "4", "concat-total": "2", "concat-part": "0"},
        {"concat": "true", "concat-ref": "4", "concat-total": "x", "concat-part": "1"},
        {"concat": "true", "concat-ref": "4", "concat-total": "256", "concat-part": "1"},
        {"concat": "true", "concat-ref": "4", "concat-part": "1"},
        {"concat": "true", "concat-ref": "r" * 201, "concat-total": "2", "concat-part": "1"},
        {"concat": "true", "concat-total": "2", "concat-part": "1"},
        {"concat": "true"},
        {"udh": "junk"},
        {"udh": "050003"},
        {"udh": ""},
    ],
)
def test_a_part_that_says_too_little_is_an_sms_of_its_own(more):
    sender = VonageSmsSender()
    [sms] = heard("vonage-sms", sender.sign(SMS, URL, AT, **more), sender.secrets).delivery.messages
    assert (sms.id, sms.text, sms.part) == (SMS.id, SMS.text, None)


@pytest.mark.parametrize(
    ("more", "field"), [({"messageId": ""}, "messageId"), ({"msisdn": ""}, "msisdn"), ({"to": "1" * 65}, "to")]
)
def test_what_cannot_be_read_is_named(more, field):
    sender = VonageSmsSender()
    result = heard("vonage-sms", sender.sign(SMS, URL, AT, **more), sender.secrets)
    assert (result.authentic, result.answer.status) == (True, 400)
    assert json.loads(result.answer.body)["field"] == field


@pytest.mark.parametrize("more", [{"extra": {"a": [1, "ж"]}}, {"list": []}])
def test_what_vonage_never_wrote_so_far_is_judged_by_its_signature(more):
    """A nested value is signed as its JSON, if at all: no call is refused before its signature is looked at."""
    sender = VonageSmsSender(by="json")
    written = {name: json.dumps(value, ensure_ascii=False, separators=(",", ":")) for name, value in more.items()}
    fields = FIELDS | {"timestamp": str(int(AT.timestamp()))}
    signed = sender.carry(fields | more | {"sig": sender.signature(fields | written)}, URL)
    assert heard("vonage-sms", signed, sender.secrets).delivery.messages[0].text == "Test again"
    forged = sender.carry(fields | more | {"sig": sender.signature(fields)}, URL)
    assert heard("vonage-sms", forged, sender.secrets).answer.status == 403


def test_a_binary_sms():
    sender = VonageSmsSender()
    fields = {name: value for name, value in FIELDS.items() if name != "text"}
    fields |= {"type": "binary", "data": "4f50", "udh": "050003CC0201", "timestamp": str(int(AT.timestamp()))}
    signed = sender.carry(fields | {"sig": sender.signature(fields)}, URL)
    [sms] = heard("vonage-sms", signed, sender.secrets).delivery.messages
    assert (sms.text, sms.part) == ("OP", Part("204", 1, 2))


def test_delivery_receipts_of_the_sms_api():
    sender = VonageSmsSender(by="json")
    fields = {"messageId": "14", "status": "failed", "err-code": "3", "timestamp": str(int(AT.timestamp()))}
    signed = sender.carry(fields | {"sig": sender.signature(fields)}, URL)
    assert heard("vonage-sms", signed, sender.secrets).delivery.receipts == (Receipt("14", "failed", "failed 3"),)


@pytest.mark.parametrize(
    ("parts", "outcome"),
    [
        ([{"status": "0", "message-id": "A"}], SendOutcome("sent", "A")),
        ([{"status": "0", "message-id": "A"}, {"status": "0", "message-id": "B"}], SendOutcome("sent", "A")),
        ([{"status": "1", "error-text": "Throttled"}], SendOutcome("not_sent", reason="status 1: Throttled")),
        ([{"status": "15"}], SendOutcome("refused", reason="status 15: no error-text")),
        (
            [{"status": "0", "message-id": "A"}, {"status": "9", "error-text": "quota"}],
            SendOutcome("in_doubt", "A", "only some parts were taken: status 9: quota"),
        ),
        (None, SendOutcome("in_doubt", reason="the answer names no part")),
        ([], SendOutcome("in_doubt", reason="the answer names no part")),
    ],
)
def test_the_sms_api_answers_200_even_to_what_it_refuses(parts, outcome):
    vonage = provider("vonage-sms", {"api_key": "k"}, never)
    assert vonage.read_send_answer(200, {}, json.dumps({"messages": parts}).encode()) == outcome


def test_sending():
    secrets = {"api_key": "k", "api_secret": "s", "sender": "Baykoo"}
    message = OutboundSms("out-1", "+996700123456", "Рахмат", AT, receipt_url="https://example.org/r")
    sms_api = provider("vonage-sms", secrets, never).send_request(message)
    assert sms_api.url == "https://rest.nexmo.com/sms/json"
    assert sms_api.body.decode() == urlencode(
        {
            "api_key": "k",
            "api_secret": "s",
            "from": "Baykoo",
            "to": "996700123456",
            "text": "Рахмат",
            "type": "unicode",
            "client-ref": "out-1",
            "callback": "https://example.org/r",
        }
    )
    messages = provider("vonage-messages", secrets, never)
    document = json.loads(messages.send_request(message).body)
    assert (document["to"], document["text"], document["client_ref"]) == ("996700123456", "Рахмат", "out-1")
    assert messages.read_send_answer(202, {}, b'{"message_uuid": "u"}') == SendOutcome("sent", "u")
