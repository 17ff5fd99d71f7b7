"""What other gateways' webhooks need a `format` to say: lists, XML, charsets, parts, receipts, secrets in fields."""

import json
from urllib.parse import urlencode

import pytest
from described_calls import AT, NAMES, URL, heard, never
from gateway_calls import CODED, DISPOSITION, EVENTS, FIELDS, FORM

from chalicelib.providers.contract import WebhookRequest
from chalicelib.providers.inbound import Part, Receipt
from chalicelib.providers.webhook import WebhookResult, handle


def in_json(document: object, described: dict[str, object], **settings: object) -> WebhookResult:
    return heard(json.dumps(document).encode(), described, "application/json", **settings)


def field_of(result: WebhookResult) -> tuple[int, str]:
    return result.answer.status, json.loads(result.answer.body)["field"]


@pytest.mark.parametrize(
    ("document", "described"),
    [
        ({"contents": [FIELDS]}, {"fields": {name: f"contents.0.{name}" for name in NAMES}}),
        ([FIELDS], {"fields": {name: f"0.{name}" for name in NAMES}}),
        ([FIELDS], {"messages": "."}),
        (FIELDS, {"messages": "."}),
        ({"a": {"list": [FIELDS]}}, {"messages": "a.list"}),
        (
            {"list": [{"text": "OP 1234 A1"}], **{name: FIELDS[name] for name in ("id", "from", "to")}},
            {"messages": "list"},
        ),
        (FIELDS | {"from": "tel:+996700123456"}, {}),
        (FIELDS | {"from": "TEL:+996700123456;phone-context=+996", "to": "tel:4455"}, {}),
        (FIELDS | {"a.b": FIELDS["text"]}, {"fields": NAMES | {"text": "a.b"}}),
    ],
)
def test_where_an_sms_may_stand_in_json(document, described):
    [sms] = in_json(document, described).delivery.messages
    assert (sms.id, sms.sender, sms.recipient, sms.text) == ("77", "+996700123456", "4455", "OP 1234 A1")


def test_an_entry_that_cannot_be_read_does_not_hide_the_others():
    entries = [FIELDS, FIELDS | {"id": ""}, 7, FIELDS | {"id": "78"}]
    result = in_json({"list": entries}, {"messages": "list"})
    assert [sms.id for sms in result.delivery.messages] == ["77", "78"]
    assert [fault.partition(":")[0] for fault in result.delivery.unread] == ["empty_field", "not_an_object"]
    assert field_of(in_json({"list": [7]}, {"messages": "list"})) == (400, "list[0]")
    assert field_of(in_json({}, {"messages": "list"})) == (400, "list")
    assert in_json({"list": []}, {"messages": "list"}).delivery.messages == ()


@pytest.mark.parametrize("way", ["text.0", "text.x", "9", "0.9", "-1", "1e1", "\u0661", "9" * 5000, "..", "."])
@pytest.mark.parametrize("document", [FIELDS, [FIELDS], [], {}, None, 7, "x", [[[]]]])
def test_a_way_that_leads_nowhere_is_a_missing_field(way, document):
    result = in_json(document, {"fields": NAMES | {"text": way}})
    assert result.answer.status == 400
    assert not result.reason.startswith("stumbled")


@pytest.mark.parametrize(
    ("more", "text"), [({"body": "B"}, "B"), ({}, "T"), ({"body": ""}, "T"), ({"body": None}, "T")]
)
def test_one_of_two_names_the_first_that_is_there(more, text):
    result = in_json(FIELDS | {"text": "T"} | more, {"fields": NAMES | {"text": ["body", "text"]}})
    assert result.delivery.messages[0].text == text


@pytest.mark.parametrize(("to", "read"), [("", "+996555000111"), (None, "+996555000111"), ("4455", "4455")])
def test_the_number_of_ours_that_no_call_names(to, read):
    result = in_json(FIELDS | {"to": to}, {}, recipient="+996555000111")
    assert result.delivery.messages[0].recipient == read
    assert field_of(in_json(FIELDS | {"to": None}, {})) == (400, "to")


@pytest.mark.parametrize(
    ("coding", "text", "read"),
    [
        ("8", "Явка 14:00 😀".encode("utf-16-be"), "Явка 14:00 😀"),
        ("0", b"OP\x001", "OP@1"),
        ("3", "é 1".encode("latin-1"), "é 1"),
        ("", "Ооба".encode(), "Ооба"),
        ("99", "Ооба".encode(), "Ооба"),
        ("8", b"\x04", "\ufffd"),
    ],
)
@pytest.mark.parametrize("kind", [FORM, FORM + "; charset=UTF-8", ""])
@pytest.mark.parametrize("method", ["POST", "GET"])
def test_a_coding_in_the_call(coding, text, read, kind, method):
    encoded = urlencode(FIELDS | {"coding": coding, "text": text})
    request = WebhookRequest("POST", URL, {"Content-Type": kind}, encoded.encode(), AT)
    if method == "GET":
        request = WebhookRequest("GET", f"{URL}?{encoded}", {}, b"", AT)
    settings = {"path_token": "a-token", "format": {"fields": NAMES, "method": method, **CODED}}
    [sms] = handle("generic-local", request, settings, never).delivery.messages
    assert sms.text == read


def test_a_charset_that_the_call_names():
    described = {"body": "form", "text": {"charset_field": "charset"}}
    body = urlencode(FIELDS | {"charset": "UTF-16BE", "text": "Ооба".encode("utf-16-be")}).encode()
    assert heard(body, described, FORM).delivery.messages[0].text == "Ооба"
    strange = urlencode(FIELDS | {"charset": "rot13", "text": "Ооба"}).encode()
    assert heard(strange, described, FORM).delivery.messages[0].text == "Ооба"


@pytest.mark.parametrize(("written", "text"), [("hex", "041e041f"), ("base64", "BB4EHw==")])
def test_a_text_in_hexadecimal_or_base64(written, text):
    described = {"text": {"charset_field": "coding", "charsets": {"8": "utf-16-be"}, "written": written}}
    document = FIELDS | {"coding": 8, "text": text}
    assert in_json(document, described).delivery.messages[0].text == "ОП"
    assert heard(urlencode(document).encode(), described | {"body": "form"}, FORM).delivery.messages[0].text == "ОП"
    assert field_of(in_json(document | {"text": "?"}, described)) == (400, "text")


PARTS = NAMES | {"part_reference": "ref", "part_number": "n", "part_total": "of"}


@pytest.mark.parametrize(
    ("more", "part"),
    [
        ({"ref": "9", "n": 2, "of": "3"}, Part("9", 2, 3)),
        ({"ref": "9", "n": 4, "of": 3}, None),
        ({"ref": "9", "n": 0, "of": 3}, None),
        ({"ref": "9", "n": 1, "of": 1}, None),
        ({"ref": "", "n": 1, "of": 2}, None),
        ({"ref": "9", "n": "one", "of": "9" * 5000}, None),
        ({}, None),
    ],
)
def test_parts(more, part):
    [sms] = in_json(FIELDS | more, {"fields": PARTS}).delivery.messages
    assert (sms.part, sms.id) == (part, "77#2" if part else "77"), "parts under one id are several"


@pytest.mark.parametrize(("udh", "part"), [("050003CC0201", Part("204", 1, 2)), ("0500", None), ("zz", None)])
def test_parts_by_their_header(udh, part):
    [sms] = in_json(FIELDS | {"udh": udh}, {"fields": NAMES | {"udh": "udh"}}).delivery.messages
    assert sms.part == part


@pytest.mark.parametrize(
    ("more", "messages", "receipts"),
    [
        ({"event": "in", "sim": 1}, 1, ()),
        ({"event": 7, "sim": "x"}, 1, ()),
        ({"event": "ping"}, 0, ()),
        ({"event": "in", "direction": "O", "sim": 1}, 0, ()),
        ({"event": "dlr", "status": "D"}, 0, (Receipt("77", "delivered", "D"),)),
        ({"event": "dlr", "status": 2}, 0, (Receipt("77", "failed", "2"),)),
        ({"event": "dlr", "status": "E"}, 0, (Receipt("77", "on_its_way", "E"),)),
    ],
)
def test_events(more, messages, receipts):
    result = in_json(FIELDS | more, EVENTS)
    assert (result.answer.status, len(result.delivery.messages), result.delivery.receipts) == (200, messages, receipts)


@pytest.mark.parametrize("more", [{}, {"event": "in"}, {"event": "in", "sim": ""}, {"event": "new", "sim": 1}])
def test_an_unknown_event_is_refused_and_kept_where_the_known_ones_are_named(more):
    result = in_json(FIELDS | more, EVENTS)
    assert (result.answer.status, result.reason.partition(":")[0]) == (400, "unknown_event")
    assert result.delivery.unread


@pytest.mark.parametrize(("secret", "status"), [("s3cret", 200), ("old", 200), ("S3cret", 403), ("", 401), (None, 401)])
@pytest.mark.parametrize("written", ["json", "form", "xml"])
def test_a_secret_in_a_field(secret, status, written):
    fields = {**FIELDS, "key": secret} if secret is not None else FIELDS
    described = {"body": written, "secret_field": "key"}
    body = {
        "json": json.dumps(fields),
        "form": urlencode(fields),
        "xml": f"<sms>{''.join(f'<{name}>{value}</{name}>' for name, value in fields.items())}</sms>",
    }[written].encode()
    result = heard(body, described, FORM if written == "form" else "", secret=["s3cret", "old"])
    assert result.answer.status == status
    assert "s3cret" not in result.raw
    if status == 200:
        assert result.delivery.messages[0].text == "OP 1234 A1"


def multipart(*parts: tuple[str, bytes]) -> bytes:
    return b"".join(b"--b\r\n" + head.encode() + b"\r\n\r\n" + body + b"\r\n" for head, body in parts) + b"--b--\r\n"


def test_a_multipart_form():
    parts = [(DISPOSITION.format(name), value.encode()) for name, value in FIELDS.items() if name != "text"]
    parts.append((DISPOSITION.format("photo") + '; filename="a.jpg"', b"\xff\xd8"))
    text = (DISPOSITION.format("text") + "\r\nContent-Type: text/plain; charset=windows-1251", "Ооба".encode("cp1251"))
    result = heard(multipart(*parts, text), {"body": "form"}, 'multipart/form-data; boundary="b"')
    [sms] = result.delivery.messages
    assert (sms.id, sms.sender, sms.text) == ("77", "+996700123456", "Ооба")
    plain = (DISPOSITION.format("text"), "Ооба\nда".encode())
    assert (
        heard(multipart(*parts, plain), {"body": "form"}, "multipart/form-data; boundary=b").delivery.messages[0].text
    )
