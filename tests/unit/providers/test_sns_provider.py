"""AWS SNS: a genuine envelope of each version with the certificate that SNS had then, as AWS's SDK for Ruby
publishes them (message_verifier_spec.rb); and our own, signed by `cryptography`."""

import base64
import datetime as dt
import json
from pathlib import Path

import pytest

from chalicelib.providers.webhook import WebhookResult, handle
from chalicelib.rehearsal.senders.sms import SignedRequest, Sms
from chalicelib.rehearsal.senders.sns import (
    CERTIFICATE_URL,
    HEADERS,
    TOPIC,
    SnsSender,
    certificate_of,
    key_and_certificate,
)

AT = dt.datetime(2017, 10, 15, 4, 0, 10, tzinfo=dt.UTC)
SMS = Sms("cae173d2-66b9-564c-8309-21f858e9fb84", "+996700123456", "+996555000111", "OP 1234 A1", AT)
URL = "https://example.org/webhooks/aws-sns"
SENDER = SnsSender()
_VECTORS = json.loads(Path(__file__).with_name("sns_vectors.json").read_text())
GENUINE_URL, GENUINE_CERTIFICATE = _VECTORS["certificate_url"], _VECTORS["certificate"]
GENUINE = _VECTORS["notifications"]
GENUINE_AT = dt.datetime(2022, 7, 28, 21, 25, tzinfo=dt.UTC)


def unreachable(url: str) -> bytes:
    raise OSError(url)


def never(url: str) -> bytes:
    raise AssertionError(f"{url} must not be read")


def heard(signed: SignedRequest, at: dt.datetime = AT, fetch: object = never, **settings: object) -> WebhookResult:
    return handle("aws-sns", signed.arriving(at), SENDER.secrets | settings, fetch)


def envelope(fields: object) -> SignedRequest:
    return SignedRequest("POST", URL, dict(HEADERS), json.dumps(fields).encode())


def changed(signed: SignedRequest, **fields: object) -> SignedRequest:
    return signed.but(body=json.dumps(json.loads(signed.body) | fields).encode())


def code_of(result: WebhookResult) -> str:
    return result.reason.partition(":")[0]


@pytest.mark.parametrize("version", GENUINE)
@pytest.mark.parametrize("name", ["SigningCertURL", "SigningCertUrl"])
def test_the_vendors_vectors(version, name):
    fields = GENUINE[version] | {name: GENUINE_URL}
    settings = {
        "allowed_topic_arns": [request["TopicArn"] for request in GENUINE.values()],
        "certificates": {GENUINE_URL: GENUINE_CERTIFICATE},
    }
    assert heard(envelope(fields), GENUINE_AT, **settings).authentic
    for field in ("Message", "MessageId", "Timestamp", "Type", "SignatureVersion"):
        other = {"Type": "SubscriptionConfirmation", "SignatureVersion": "21"[int(version) - 1]}
        forged = envelope(fields | {field: other.get(field, fields[field] + "0")})
        assert not heard(forged, GENUINE_AT, **settings).authentic
    assert not heard(envelope(fields | {"Subject": "one more"}), GENUINE_AT, **settings).authentic
    assert heard(envelope(fields | {"Subject": None, "Unsigned": "x"}), GENUINE_AT, **settings).authentic


@pytest.mark.parametrize("version", ["1", "2"])
def test_both_versions_and_a_subject(version):
    sender = SnsSender(version)
    fields = json.loads(sender.sign(SMS, URL, AT).body)
    message = {"Type": "Notification", "Message": fields["Message"], "Subject": "Two-way\nSMS é"}
    assert heard(sender.sign_envelope(message, URL, AT)).delivery.messages[0].text == SMS.text


@pytest.mark.parametrize(
    "url",
    [
        CERTIFICATE_URL.replace("https", "http"),
        CERTIFICATE_URL.replace(".amazonaws.com", ".amazonaws.com.evil.org"),
        CERTIFICATE_URL.replace("sns.", "sns.evil.org/"),
        CERTIFICATE_URL.replace("https://", "https://evil.org@"),
        CERTIFICATE_URL.replace("https://", "https://evil.org#"),
        CERTIFICATE_URL.replace("https://", "https://evil.org\\"),
        CERTIFICATE_URL.replace("sns.", "s3."),
        CERTIFICATE_URL.replace("sns.eu", "evil-sns.eu"),
        CERTIFICATE_URL.replace("eu-central-1", "eu-west-1"),
        CERTIFICATE_URL.replace("eu-central-1", "s3-us-west-2"),
        CERTIFICATE_URL.replace("eu-central-1", "s3-eu-central-1"),
        CERTIFICATE_URL.replace("eu-central-1", "s3-accelerate"),
        CERTIFICATE_URL.replace("eu-central-1", "elasticbeanstalk"),
        CERTIFICATE_URL.replace("eu-central-1", "eu-central-1.elasticbeanstalk"),
        CERTIFICATE_URL.replace(".com/", ".com.cn/"),
        CERTIFICATE_URL.replace(".com/", ".com:8443/"),
        CERTIFICATE_URL.replace(".com/", ".com/../"),
        CERTIFICATE_URL.replace(".com/", ".com/a/"),
        CERTIFICATE_URL.replace(".pem", ".key"),
        CERTIFICATE_URL + "?x=.pem",
        CERTIFICATE_URL + "#.pem",
        CERTIFICATE_URL + "\n",
        "https://sns.amazonaws.com/x.pem",
        "file:///etc/x.pem",
        "",
    ],
)
def test_the_certificate_cannot_be_pointed_elsewhere(url):
    """Even where the settings would have a certificate for it."""
    _, certificate = key_and_certificate()
    result = heard(changed(SENDER.sign(SMS, URL, AT), SigningCertURL=url), certificates={url: certificate})
    assert (result.authentic, result.answer.status, code_of(result)) == (False, 403, "bad_certificate_url")


def test_a_certificate_that_is_not_given_is_fetched_once():
    urls = []

    def fetch(url: str) -> bytes:
        urls.append(url)
        return key_and_certificate()[1].encode()

    for _ in range(3):
        assert heard(SENDER.sign(SMS, URL, AT), fetch=fetch, certificates={}).authentic
    assert urls == [CERTIFICATE_URL]


def test_another_certificate_of_the_right_place_does_not_verify():
    other = certificate_of(key_and_certificate(3072)[0])
    result = heard(SENDER.sign(SMS, URL, AT), certificates={CERTIFICATE_URL: other})
    assert (result.answer.status, code_of(result)) == (403, "bad_signature")


@pytest.mark.parametrize("fetch", [unreachable, lambda url: b"<html>busy</html>", lambda url: b"\xff" * 100])
def test_without_a_certificate_nothing_is_decided_so_it_must_come_again(fetch):
    result = heard(SENDER.sign(SMS, URL, AT), fetch=fetch, certificates=None)
    assert (result.authentic, result.answer.status, result.delivery.messages) == (False, 503, ())


@pytest.mark.parametrize("allowed", [TOPIC, [TOPIC], ["arn:aws:sns:eu-central-1:123456789012:old", TOPIC]])
def test_allowed_topics(allowed):
    assert heard(SENDER.sign(SMS, URL, AT), allowed_topic_arns=allowed).authentic


def test_anybodys_topic_signs_validly_so_others_are_refused_before_their_certificate_is_read():
    result = heard(SENDER.sign(SMS, URL, AT), allowed_topic_arns=[TOPIC + "2"], certificates={})
    assert (result.answer.status, code_of(result)) == (403, "topic_not_allowed")


def test_a_subscription_is_confirmed_by_the_caller_at_sns_alone():
    result = heard(SENDER.sign_confirmation(URL, AT))
    expected = "https://sns.eu-central-1.amazonaws.com/?Action=ConfirmSubscription&TopicArn="
    assert result.authentic
    assert (result.delivery.confirm_url or "").startswith(expected + TOPIC)
    assert result.delivery.messages == ()


@pytest.mark.parametrize(
    ("topic", "host"),
    [
        ("arn:aws:sns:us-gov-west-1:123456789012:t", "sns.us-gov-west-1.amazonaws.com"),
        ("arn:aws:sns:ap-southeast-3:123456789012:t", "sns.ap-southeast-3.amazonaws.com"),
        ("arn:aws-cn:sns:cn-north-1:123456789012:t", "sns.cn-north-1.amazonaws.com.cn"),
    ],
)
def test_each_region_has_its_own_sns(topic, host):
    key_url = f"https://{host}/SimpleNotificationService-1.pem"
    message = json.dumps({"inboundMessageId": "1", "originationNumber": "+1", "destinationNumber": "+2"})
    fields = {"Type": "Notification", "Message": message, "TopicArn": topic}
    settings = {"allowed_topic_arns": topic, "certificates": {key_url: key_and_certificate()[1]}}
    assert heard(SENDER.sign_envelope(fields | {"SigningCertURL": key_url}, URL, AT), **settings).authentic
    confirm = f"https://{host}/?Action=ConfirmSubscription"
    signed = SENDER.sign_confirmation(URL, AT, TopicArn=topic, SigningCertURL=key_url, SubscribeURL=confirm)
    assert heard(signed, **settings).delivery.confirm_url == confirm


@pytest.mark.parametrize("topic", ["", "observers", "arn:aws:sns:s3-accelerate:123456789012:t", "arn:aws:sns::1:t"])
def test_a_topic_that_is_none_is_a_fault_of_ours(topic):
    result = heard(changed(SENDER.sign(SMS, URL, AT), TopicArn=topic), allowed_topic_arns=[topic, TOPIC])
    assert (result.authentic, result.answer.status) == (False, 503 if topic else 403)


@pytest.mark.parametrize(
    "url",
    [
        "https://evil.org/?Action=ConfirmSubscription",
        "https://sns.eu-west-1.amazonaws.com/?Action=ConfirmSubscription",
        "https://sns.s3-accelerate.amazonaws.com/?Action=ConfirmSubscription",
        "http://sns.eu-central-1.amazonaws.com/?x",
        "https://sns.eu-central-1.amazonaws.com/?x y",
        "https://sns.eu-central-1.amazonaws.com/",
    ],
)
def test_a_subscription_is_confirmed_nowhere_else(url):
    result = heard(SENDER.sign_confirmation(URL, AT, SubscribeURL=url))
    assert (result.authentic, result.answer.status, result.delivery.confirm_url) == (True, 400, None)


@pytest.mark.parametrize("field", ["Token", "SubscribeURL", "Message", "TopicArn"])
def test_no_field_of_a_confirmation_can_be_another(field):
    signed = SENDER.sign_confirmation(URL, AT)
    settings = {"allowed_topic_arns": [TOPIC, TOPIC + "0"]}
    assert not heard(changed(signed, **{field: json.loads(signed.body)[field] + "0"}), **settings).authentic


def test_an_unsubscription_brings_nothing():
    result = heard(SENDER.sign_confirmation(URL, AT, Type="UnsubscribeConfirmation"))
    assert (result.authentic, result.delivery.confirm_url, result.delivery.messages) == (True, None, ())


def test_raw_delivery_is_unsigned_so_it_is_refused_unless_a_path_token_is_chosen():
    message = json.loads(SENDER.sign(SMS, URL, AT).body)["Message"].encode()
    raw = SignedRequest("POST", URL + "/a-token", {"x-amz-sns-rawdelivery": "true"}, message)
    assert heard(raw).answer.status == 401
    assert heard(raw, path_token="a-token").delivery.messages[0].id == SMS.id
    assert heard(raw, path_token="b-token").answer.status == 403
    assert not heard(raw.but(headers={})).authentic


@pytest.mark.parametrize(
    ("fields", "status", "code"),
    [
        ({"Signature": None}, 401, "unsigned"),
        ({"Signature": ""}, 401, "unsigned"),
        ({"Signature": "bad"}, 403, "bad_signature"),
        ({"Signature": "YmFk"}, 403, "bad_signature"),
        ({"Signature": "YmFl\n"}, 403, "bad_signature"),
        ({"Signature": 7}, 400, "not_a_text"),
        ({"SignatureVersion": "3"}, 403, "unknown_algorithm"),
        ({"SignatureVersion": None}, 400, "missing_field"),
        ({"Type": "Else"}, 400, "bad_type"),
        ({"Type": None}, 400, "missing_field"),
        ({"TopicArn": None}, 400, "missing_field"),
        ({"Message": 7}, 400, "not_a_text"),
        ({"Message": "half \ud83d"}, 403, "bad_signature"),
        ({"SigningCertURL": None}, 400, "missing_field"),
    ],
)
def test_envelopes_that_are_not_taken(fields, status, code):
    result = heard(changed(SENDER.sign(SMS, URL, AT), **fields))
    assert (result.authentic, result.answer.status, code_of(result)) == (False, status, code)


def test_a_signature_has_one_written_form():
    """Base64 leaves bits at its end that say nothing: another text of the same bytes is another text."""
    signed = SENDER.sign(SMS, URL, AT)
    signature = json.loads(signed.body)["Signature"]
    same_bytes = signature[:-3] + chr(ord(signature[-3]) + 1) + "=="
    assert base64.b64decode(same_bytes) == base64.b64decode(signature)
    assert not heard(changed(signed, Signature=same_bytes)).authentic


@pytest.mark.parametrize(
    ("message", "field"),
    [
        ("not JSON", "body"),
        ("{}", "inboundMessageId"),
        ('{"inboundMessageId":"1","originationNumber":"+1"}', "destinationNumber"),
        ('{"inboundMessageId":"1","originationNumber":"+1","destinationNumber":"+2","messageBody":7}', "messageBody"),
    ],
)
def test_a_notification_that_is_no_sms(message, field):
    result = heard(SENDER.sign_envelope({"Type": "Notification", "Message": message}, URL, AT))
    assert (result.authentic, result.answer.status, json.loads(result.answer.body)["field"]) == (True, 400, field)
