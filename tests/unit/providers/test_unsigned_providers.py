"""Infobip, Africa's Talking, Telerivet and Kannel: a secret that is sent along, and what each says beside it."""

import base64
import datetime as dt
import hashlib
import hmac
import json
from urllib.parse import parse_qs, quote_from_bytes, urlencode, urlsplit

import pytest

from chalicelib.providers.contract import CannotSend, OutboundSms, SendOutcome
from chalicelib.providers.inbound import Part, Receipt
from chalicelib.providers.table import provider
from chalicelib.providers.webhook import WebhookResult, handle
from chalicelib.rehearsal.senders.sms import Signed, Sms
from chalicelib.rehearsal.senders.unsigned import (
    AfricasTalkingSender,
    InfobipSender,
    KannelSender,
    TelerivetSender,
    basic,
)

AT = dt.datetime(2017, 10, 15, 4, 0, 10, tzinfo=dt.UTC)
SENT = dt.datetime.fromisoformat("2017-10-15T10:00:00+06:00")
SMS = Sms("m-1", "+996700123456", "+996555000111", "OP 1234 A1", SENT)
URL = "https://example.org/webhooks/here"
OUT = OutboundSms("message#1", "+996700123456", "Рахмат", AT, receipt_url="https://example.org/r?x=1")


def never(url: str) -> bytes:
    raise AssertionError(url)


def heard(name: str, signed: Signed, secrets: dict[str, object], source_ip: str | None = None) -> WebhookResult:
    return handle(name, signed.arriving(AT, source_ip), secrets, never)


# Infobip

INFOBIP = InfobipSender()
DOCUMENTED = {
    "results": [
        {
            "messageId": "817790313235066447",
            "from": "385916242493",
            "to": "385921004026",
            "text": "QUIZ Correct answer is Paris",
            "cleanText": "Correct answer is Paris",
            "keyword": "QUIZ",
            "receivedAt": "2016-10-06T09:28:39.220+0000",
            "smsCount": 1,
            "price": {"pricePerMessage": 0, "currency": "EUR"},
            "callbackData": "callbackData",
        }
    ],
    "messageCount": 1,
    "pendingMessageCount": 0,
}


def infobip(document: object) -> WebhookResult:
    signed = INFOBIP.sign(SMS, URL, AT).but(body=json.dumps(document).encode())
    return heard("infobip", signed, INFOBIP.secrets)


def test_infobips_documented_request():
    [sms] = infobip(DOCUMENTED).delivery.messages
    assert (sms.id, sms.sender, sms.recipient) == ("817790313235066447", "+385916242493", "+385921004026")
    assert (sms.text, sms.part) == ("QUIZ Correct answer is Paris", None)
    assert sms.sent_at == dt.datetime(2016, 10, 6, 9, 28, 39, 220000, tzinfo=dt.UTC)


@pytest.mark.parametrize(
    ("more", "text"),
    [
        ({"message": {"type": "TEXT", "text": "OP 1001 A1"}}, "OP 1001 A1"),
        ({"message": [{"contentType": "text/plain", "value": "OP 1001"}, {"url": "https://x"}]}, "OP 1001"),
        ({"message": [{"value": "OP 1001"}, {"value": "A1"}]}, "OP 1001\nA1"),
        ({"text": "OP 7", "message": {"text": "other"}}, "OP 7"),
        ({"message": {"type": "IMAGE", "url": "https://x"}}, ""),
        ({"message": "OP"}, ""),
        ({"message": [7, None, {"text": 7}]}, ""),
        ({}, ""),
    ],
)
def test_infobips_other_renderer_and_mms(more, text):
    fields = {name: value for name, value in DOCUMENTED["results"][0].items() if name != "text"}
    [sms] = infobip({"results": [fields | more]}).delivery.messages
    assert sms.text == text


def test_several_sms_of_one_request():
    several = [Sms(str(number), SMS.sender, SMS.recipient, f"text {number}", SENT) for number in range(20)]
    messages = heard("infobip", INFOBIP.sign_several(several, URL), INFOBIP.secrets).delivery.messages
    assert [sms.text for sms in messages] == [f"text {number}" for number in range(20)]


@pytest.mark.parametrize(
    ("document", "field"),
    [
        ({}, "results"),
        ({"results": {}}, "results"),
        ({"results": ["x"]}, "results[0]"),
        ({"results": [{}, "x"]}, "results[0].messageId"),
        ({"results": [DOCUMENTED["results"][0] | {"text": 7}]}, "results[0].text"),
        ({"results": [DOCUMENTED["results"][0] | {"from": 1}]}, "results[0].from"),
    ],
)
def test_a_request_of_which_nothing_can_be_read(document, field):
    result = infobip(document)
    assert (result.authentic, result.answer.status, result.delivery.messages) == (True, 400, ())
    assert json.loads(result.answer.body)["field"] == field


def test_an_sms_that_cannot_be_read_does_not_hide_the_others():
    """Infobip would send such a request again, if at all, with the same fault in it."""
    good = DOCUMENTED["results"][0]
    result = infobip({"results": [{"text": "x"}, good, good | {"messageId": "2"}, good | {"from": None}]})
    assert [sms.id for sms in result.delivery.messages] == ["817790313235066447", "2"]
    assert result.answer.status == 200
    assert result.delivery.unread == (
        "missing_field: results[0]: the field messageId is missing",
        "missing_field: results[3]: the field from is missing",
    )
    assert result.reason == f"authentic: not all of it can be read: {'; '.join(result.delivery.unread)}"


def test_infobips_receipts():
    status = {"groupId": 3, "groupName": "DELIVERED", "id": 5, "name": "DELIVERED_TO_HANDSET"}
    assert infobip({"results": [{"messageId": "1", "status": status}]}).delivery.receipts == (
        Receipt("1", "delivered", "DELIVERED DELIVERED_TO_HANDSET"),
    )


@pytest.mark.parametrize(
    ("authorization", "status"),
    [
        ({}, 401),
        (basic("baykoo", "wrong"), 403),
        (basic("other", "infobip-password"), 403),
        (basic("baykoo:infobip", "password"), 403),
        ({"Authorization": "Basic !!!"}, 403),
        ({"Authorization": "Bearer x"}, 401),
        ({"authorization": basic("baykoo", "infobip-password")["Authorization"].replace("Basic", "basic")}, 200),
    ],
)
def test_basic_authentication(authorization, status):
    signed = INFOBIP.sign(SMS, URL, AT).but(headers=authorization)
    assert heard("infobip", signed, INFOBIP.secrets).answer.status == status


@pytest.mark.parametrize("encoding", ["hex", "base64"])
def test_infobips_hmac_by_what_the_settings_say_of_it(encoding):
    body = INFOBIP.sign(SMS, URL, AT).body
    digest = hmac.new(b"s", body, hashlib.sha256)
    written = f"sha256={digest.hexdigest()}" if encoding == "hex" else base64.b64encode(digest.digest()).decode()
    settings = {"type": "HMAC", "secret": "s", "header": "X-Sign", "encoding": encoding}
    signed = Signed("POST", URL, {"X-Sign": written}, body)
    assert heard("infobip", signed, settings).authentic
    assert not heard("infobip", signed.but(body=body + b" "), settings).authentic
    assert heard("infobip", signed.but(headers={}), settings).answer.status == 401
    assert heard("infobip", signed, settings | {"algorithm": "md4"}).answer.status == 503


@pytest.mark.parametrize(
    ("settings", "status"),
    [
        ({"type": "OAUTH", "username": "x"}, 503),
        ({"type": "TOKEN", "path_token": "here"}, 200),
        ({"username": "baykoo", "password": "infobip-password"}, 200),
        ({"type": "basic", "username": "baykoo", "password": "infobip-password"}, 200),
    ],
)
def test_infobips_types_of_security(settings, status):
    assert heard("infobip", INFOBIP.sign(SMS, URL, AT), settings).answer.status == status


def test_sending_by_infobip():
    settings = {"api_key": "k", "base_url": "https://xyz.api.infobip.com/", "sender": "Baykoo"}
    request = provider("infobip", settings, never).send_request(OUT)
    assert (request.url, request.headers["Authorization"]) == ("https://xyz.api.infobip.com/sms/3/messages", "App k")
    [sms] = json.loads(request.body)["messages"]
    assert sms["destinations"] == [{"to": "996700123456", "messageId": "message#1"}]
    assert request.reference == "message#1"


# Africa's Talking

AFRICA = AfricasTalkingSender()


@pytest.mark.parametrize(
    ("path", "status"),
    [
        ("/webhooks/africastalking/kT9-an-unguessable-token-of-32-char", 200),
        ("/api/webhooks/africastalking/kT9-an-unguessable-token-of-32-char/", 200),
        ("/webhooks/africastalking/kT9-an-unguessable-token-of-32-chax", 403),
        ("/webhooks/africastalking/", 403),
        ("/webhooks/africastalking", 403),
        ("/webhooks/africastalking?token=kT9-an-unguessable-token-of-32-char", 403),
        ("/webhooks/africastalking/kT9-an-unguessable-token-of-32-char%00", 403),
        ("", 403),
    ],
)
def test_the_token_in_the_path(path, status):
    signed = AFRICA.sign(SMS, URL, AT).but(url=f"https://example.org{path}")
    assert heard("africastalking", signed, AFRICA.secrets).answer.status == status


def test_a_path_token_is_never_kept():
    settings = {"path_token": ["new", "m-1"]}
    result = heard("africastalking", AFRICA.sign(SMS, URL + "/m-1", AT), settings)
    assert result.authentic
    assert "id=[secret]" in result.raw


@pytest.mark.parametrize(
    ("source", "status", "code"),
    [("203.0.113.9", 200, "authentic"), ("198.51.100.1", 403, "source_not_listed"), (None, 403, "source_unknown")],
)
def test_source_addresses(source, status, code):
    settings = AFRICA.secrets | {"source_addresses": ["203.0.113.0/24", "2001:db8::1"]}
    result = heard("africastalking", AFRICA.sign(SMS, URL, AT), settings, source)
    assert (result.answer.status, result.reason.partition(":")[0]) == (status, code)


def test_a_list_of_addresses_that_is_none_is_a_fault_of_ours():
    settings = AFRICA.secrets | {"source_addresses": ["everywhere"]}
    assert heard("africastalking", AFRICA.sign(SMS, URL, AT), settings, "203.0.113.9").answer.status == 503


def test_africas_talkings_date_has_no_zone_so_it_is_no_time():
    [sms] = heard("africastalking", AFRICA.sign(SMS, URL, AT), AFRICA.secrets).delivery.messages
    assert sms.sent_at is None


@pytest.mark.parametrize("kind", ["application/json", "text/plain", "multipart/form-data; boundary=x", "form"])
def test_another_content_type_is_named(kind):
    signed = AFRICA.sign(SMS, URL, AT).but(headers={"Content-Type": kind})
    result = heard("africastalking", signed, AFRICA.secrets)
    assert (result.answer.status, json.loads(result.answer.body)["field"]) == (400, "Content-Type")


def test_a_form_in_another_charset():
    body = b"id=1&from=%2B254711000111&to=22384&text=" + b"%CE%EE%E1%E0"
    headers = {"Content-Type": 'application/x-www-form-urlencoded; charset="windows-1251"'}
    signed = AFRICA.sign(SMS, URL, AT).but(headers=headers, body=body)
    [sms] = heard("africastalking", signed, AFRICA.secrets).delivery.messages
    assert (sms.text, sms.sender, sms.recipient) == ("Ооба", "+254711000111", "22384")


@pytest.mark.parametrize(
    ("date", "moment"),
    [
        ("2017-05-03T06:04:45Z", dt.datetime(2017, 5, 3, 6, 4, 45, tzinfo=dt.UTC)),
        ("2017-05-03T09:04:45+03:00", dt.datetime(2017, 5, 3, 6, 4, 45, tzinfo=dt.UTC)),
        ("2017-05-03 06:04:45", None),
        ("yesterday", None),
        ("", None),
    ],
)
def test_africas_talkings_date_counts_where_it_names_a_zone(date, moment):
    body = urlencode({"id": "1", "from": "+254711000111", "to": "22384", "text": "OP", "date": date}).encode()
    [sms] = heard("africastalking", AFRICA.sign(SMS, URL, AT).but(body=body), AFRICA.secrets).delivery.messages
    assert sms.sent_at == moment


@pytest.mark.parametrize(
    ("settings", "sender_id", "recipient"),
    [({}, "22384", "22384"), ({}, "Baykoo", "Baykoo"), ({"recipient": "+254700000384"}, "Baykoo", "+254700000384")],
)
def test_africas_talking_tells_of_an_opt_out_without_an_sms(settings, sender_id, recipient):
    body = urlencode({"senderId": sender_id, "phoneNumber": "+254711000111"}).encode()
    signed = AFRICA.sign(SMS, URL, AT).but(body=body)
    first, again = (heard("africastalking", signed, AFRICA.secrets | settings).delivery.messages for _ in range(2))
    assert first == again, "told again it is the same"
    [sms] = first
    assert (sms.sender, sms.recipient, sms.text, sms.wish) == ("+254711000111", recipient, "", "out")


def test_africas_talkings_receipts():
    body = urlencode({"id": "AT1", "status": "Failed", "failureReason": "UserInBlackList"}).encode()
    signed = AFRICA.sign(SMS, URL, AT).but(body=body)
    receipts = heard("africastalking", signed, AFRICA.secrets).delivery.receipts
    assert receipts == (Receipt("AT1", "failed", "Failed UserInBlackList"),)


@pytest.mark.parametrize(
    ("recipients", "outcome"),
    [
        ([{"statusCode": 101, "messageId": "AT1"}], SendOutcome("sent", "AT1")),
        (
            [{"statusCode": 405, "status": "InsufficientBalance"}],
            SendOutcome("not_sent", reason="status 405: InsufficientBalance"),
        ),
        (
            [{"statusCode": 403, "status": "InvalidPhoneNumber"}],
            SendOutcome("refused", reason="status 403: InvalidPhoneNumber"),
        ),
        (
            [{"statusCode": 406, "status": "UserInBlacklist"}],
            SendOutcome("refused", reason="status 406: UserInBlacklist", opted_out=True),
        ),
        ([], SendOutcome("refused", reason="status None: InvalidSenderId")),
    ],
)
def test_africas_talking_answers_201_even_to_what_it_refuses(recipients, outcome):
    body = json.dumps({"SMSMessageData": {"Message": "InvalidSenderId", "Recipients": recipients}}).encode()
    assert provider("africastalking", {"username": "x"}, never).read_send_answer(201, {}, body) == outcome


def test_sending_by_africas_talking():
    for username, host in (("sandbox", "api.sandbox.africastalking.com"), ("baykoo", "api.africastalking.com")):
        request = provider("africastalking", {"username": username, "api_key": "k"}, never).send_request(OUT)
        assert request.url == f"https://{host}/version1/messaging"
        assert request.headers["apiKey"] == "k"
        assert parse_qs(request.body.decode())["to"] == ["+996700123456"]


# Telerivet

TELERIVET = TelerivetSender()


@pytest.mark.parametrize(
    ("more", "count"),
    [
        ({}, 1),
        ({"message_type": "chat"}, 1),
        ({"message_type": "call"}, 0),
        ({"event": "incoming_call"}, 0),
        ({"event": "contact_update"}, 0),
    ],
)
def test_telerivets_other_events_bring_nothing_and_are_answered_200(more, count):
    result = heard("telerivet", TELERIVET.sign(SMS, URL, AT, **more), TELERIVET.secrets)
    assert (result.answer.status, len(result.delivery.messages)) == (200, count)


@pytest.mark.parametrize(("secret", "status"), [("", 401), ("wrong", 403), ("telerivet-webhook-secret ", 403)])
def test_telerivets_secret(secret, status):
    assert heard("telerivet", TELERIVET.sign(SMS, URL, AT, secret=secret), TELERIVET.secrets).answer.status == status


def test_a_number_as_the_phone_saw_it():
    signed = TELERIVET.sign(SMS, URL, AT, from_number="0700123456")
    assert heard("telerivet", signed, TELERIVET.secrets).delivery.messages[0].sender == "0700123456"
    known = TELERIVET.sign(SMS, URL, AT, from_number="0700123456", from_number_e164="+996700123456")
    assert heard("telerivet", known, TELERIVET.secrets).delivery.messages[0].sender == "+996700123456"


def test_telerivets_documented_request_has_no_recipient():
    body = (
        b"event=incoming_message&id=SM123&message_type=sms&content=Hello+world&from_number=%2B16505550123"
        b"&phone_id=PN123&time_created=1767268800&secret=telerivet-webhook-secret"
    )
    signed = TELERIVET.sign(SMS, URL, AT).but(body=body)
    [sms] = heard("telerivet", signed, TELERIVET.secrets).delivery.messages
    assert (sms.recipient, sms.text, sms.sent_at) == ("", "Hello world", dt.datetime(2026, 1, 1, 12, tzinfo=dt.UTC))
    known = heard("telerivet", signed, TELERIVET.secrets | {"recipient": "+996555000111"})
    assert known.delivery.messages[0].recipient == "+996555000111"


@pytest.mark.parametrize(
    ("status", "state"),
    [
        ("queued", "on_its_way"),
        ("failed_queued", "on_its_way"),
        ("sent", "on_its_way"),
        ("cancelled", "failed"),
        ("not_delivered", "failed"),
        ("read", "delivered"),
    ],
)
def test_a_phone_of_telerivets_that_queues_again_has_not_lost_the_sms(status, state):
    signed = TELERIVET.sign(SMS, URL, AT, event="send_status", status=status)
    [receipt] = heard("telerivet", signed, TELERIVET.secrets).delivery.receipts
    assert receipt.state == state


def test_telerivets_receipts():
    signed = TELERIVET.sign(SMS, URL, AT, event="send_status", status="failed", error_message="no credit")
    receipts = heard("telerivet", signed, TELERIVET.secrets).delivery.receipts
    assert receipts == (Receipt("m-1", "failed", "failed no credit"),)


def test_sending_by_telerivet():
    request = provider("telerivet", {"secret": "s", "api_key": "k", "project_id": "PJ"}, never).send_request(OUT)
    assert request.url == "https://api.telerivet.com/v1/projects/PJ/messages/send"
    assert request.headers["Authorization"] == "Basic azo="
    assert json.loads(request.body)["status_secret"] == "s"


# Kannel

KANNEL = KannelSender()


def kannel(signed: Signed, secrets: dict[str, object] | None = None) -> WebhookResult:
    return heard("kannel", signed, secrets or KANNEL.secrets)


@pytest.mark.parametrize("charset", ["UTF-8", "UTF-16BE", "8-BIT", "WINDOWS-1251"])
def test_texts_in_kannels_charsets(charset):
    sms = Sms("1", SMS.sender, SMS.recipient, "Ооба 1234", SENT)
    assert kannel(KannelSender(charset).sign(sms, URL, AT)).delivery.messages[0].text == "Ооба 1234"


def test_a_surrogate_pair_in_ucs2():
    sms = Sms("1", SMS.sender, SMS.recipient, "\ufeff😀 ок", SENT)
    assert kannel(KannelSender("UTF-16BE").sign(sms, URL, AT)).delivery.messages[0].text == "😀 ок"


@pytest.mark.parametrize(("half", "text"), [(slice(0, 4), "a\ud83d"), (slice(4, None), "\ude00b")])
@pytest.mark.parametrize("by", ["GET", "POST"])
def test_a_part_keeps_half_of_a_surrogate_pair(by, half, text):
    content, udh = "a😀b".encode("utf-16-be")[half], b"\x05\x00\x03\xcc\x02\x01"
    sender = KannelSender("UTF-16BE")
    if by == "GET":
        signed = sender.sign(Sms("1", SMS.sender, SMS.recipient, "", SENT), URL, AT, udh)
        signed = signed.but(url=signed.url + quote_from_bytes(content))
    else:
        signed = sender.sign_post(SMS, URL).but(body=content)
        signed.headers["X-Kannel-UDH"] = udh.hex()
    assert kannel(signed).delivery.messages[0].text == text


@pytest.mark.parametrize(
    ("coding", "text", "read"), [("2", "%04%1E", "О"), ("0", "%D0%9E", "О"), ("", "A+B%2B", "A B+")]
)
def test_without_a_charset_the_coding_says_it(coding, text, read):
    query = f"id=1&from=996700123456&to=4455&ts=1508040000&coding={coding}&text={text}"
    signed = KANNEL.sign(SMS, URL, AT).but(url=f"{URL}?{query}")
    assert kannel(signed).delivery.messages[0].text == read


@pytest.mark.parametrize(
    ("udh", "part"),
    [
        (b"\x05\x00\x03\xcc\x02\x01", Part("204", 1, 2)),
        (b"\x06\x08\x04\x01\x00\x03\x03", Part("256", 3, 3)),
        (b"\x0b\x05\x04\x0b\x84\x23\xf0\x00\x03\x01\x02\x02", Part("1", 2, 2)),
        (b"050003CC0201", Part("204", 1, 2)),
        (b"\x05\x00\x03\xcc\x01\x01", None),
        (b"\x05\x00\x03\xcc\x02\x03", None),
        (b"\x05\x00\x03\xcc\x02\x00", None),
        (b"\x05\x00\x03", None),
        (b"junk", None),
        (b"", None),
    ],
)
def test_parts_are_told_by_their_header(udh, part):
    assert kannel(KANNEL.sign(SMS, URL, AT, udh)).delivery.messages[0].part == part


def test_by_post_the_text_is_the_body_and_the_id_is_made():
    first, again = (kannel(KANNEL.sign_post(SMS, URL)).delivery.messages[0] for _ in range(2))
    assert first == again
    assert (first.sender, first.recipient, first.text) == (SMS.sender, SMS.recipient, SMS.text)
    assert first.sent_at == SENT
    later = Sms(SMS.id, SMS.sender, SMS.recipient, SMS.text, SENT + dt.timedelta(seconds=1))
    other = Sms(SMS.id, SMS.sender, SMS.recipient, SMS.text + ".", SENT)
    ids = {kannel(KANNEL.sign_post(sms, URL)).delivery.messages[0].id for sms in (SMS, later, other)}
    assert len(ids) == 3


def test_by_post_the_id_of_the_query_is_the_sms_s():
    signed = KANNEL.sign_post(SMS, URL)
    [sms] = kannel(signed.but(url=signed.url + "?id=6d5a2c1e")).delivery.messages
    assert (sms.id, sms.text) == ("6d5a2c1e", SMS.text)


def test_by_post_in_ucs2():
    sms = Sms("1", SMS.sender, SMS.recipient, "Ооба 😀", SENT)
    assert kannel(KannelSender("UTF-16BE").sign_post(sms, URL)).delivery.messages[0].text == "Ооба 😀"


@pytest.mark.parametrize(
    ("query", "field"),
    [
        ("id=1&from=1&to=2&ts=1508040000", "text"),
        ("id=1&to=2&ts=1508040000&text=x", "from"),
        ("id=1&from=1&ts=1508040000&text=x", "to"),
        ("from=1&to=2&text=x", "id"),
        ("from=1&to=2&ts=soon&text=x", "id"),
        ("dlr=7&id=1", "dlr"),
        ("dlr=1", "id"),
    ],
)
def test_what_the_operator_forgot_in_the_url_is_named(query, field):
    result = kannel(KANNEL.sign(SMS, URL, AT).but(url=f"{URL}?{query}"))
    assert (result.authentic, result.answer.status, json.loads(result.answer.body)["field"]) == (True, 400, field)


def test_the_written_out_time():
    query = "id=1&from=1&to=2&ts=2017-10-15+04:00:00&text=x"
    assert kannel(KANNEL.sign(SMS, URL, AT).but(url=f"{URL}?{query}")).delivery.messages[0].sent_at == SENT


def test_kannels_token_in_the_query():
    sender = KannelSender(by_token=True)
    signed = sender.sign(SMS, URL, AT)
    result = kannel(signed, sender.secrets)
    assert result.authentic
    assert "kannel-token" not in result.raw
    assert kannel(signed, {"query_token": "other"}).answer.status == 403
    assert kannel(signed.but(url=URL), sender.secrets).answer.status == 401


@pytest.mark.parametrize(
    ("code", "state"),
    [
        ("1", "delivered"),
        ("2", "failed"),
        ("8", "on_its_way"),
        ("16", "failed"),
        ("9", "on_its_way"),
        ("12", "on_its_way"),
        ("18", "failed"),
        ("32", "on_its_way"),
        ("63", None),
        ("17", None),
        ("0", None),
        ("64", None),
        ("-1", None),
        ("1.0", None),
        ("\u0661", None),
        ("9" * 5000, None),
    ],
)
def test_kannels_receipts(code, state):
    signed = KANNEL.sign(SMS, URL, AT).but(url=f"{URL}?dlr={code}&id=message%231")
    result = kannel(signed)
    if state is None:
        assert (result.answer.status, json.loads(result.answer.body)["field"]) == (400, "dlr")
    else:
        assert result.delivery.receipts == (Receipt("message#1", state, f"dlr {code}"),)


def test_the_answer_is_an_empty_text_for_kannel_texts_what_it_gets():
    answer = kannel(KANNEL.sign(SMS, URL, AT)).answer
    assert (answer.status, answer.content_type, answer.body) == (200, "text/plain", "")


def test_sending_by_kannel():
    settings = {
        "send_url": "http://127.0.0.1:13013/cgi-bin/sendsms",
        "username": "u",
        "password": "p",
        "sender": "4455",
    }
    kannel_sends = provider("kannel", settings, never)
    request = kannel_sends.send_request(OUT)
    fields = {name: value[0] for name, value in parse_qs(urlsplit(request.url).query).items()}
    assert (request.method, fields["text"], fields["coding"], fields["charset"]) == ("GET", "Рахмат", "2", "UTF-8")
    assert fields["dlr-url"] == "https://example.org/r?x=1&dlr=%d&id=message%231"
    assert request.reference == "message#1"
    assert kannel_sends.read_send_answer(202, {}, b"0: Accepted for delivery") == SendOutcome("sent")
    assert kannel_sends.read_send_answer(403, {}, b"Authorization failed").verdict == "not_sent"


@pytest.mark.parametrize("name", ["kannel", "telerivet", "africastalking", "infobip", "android-sms-gateway", "aws-sns"])
def test_sending_says_what_is_not_set(name):
    with pytest.raises(CannotSend):
        provider(name, {"secret": "x"}, never).send_request(OUT)
