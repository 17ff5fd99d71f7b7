"""./baykoo provider explain, as it is run."""

import base64
import datetime as dt
import json

import pytest
from click.testing import CliRunner
from hypothesis import given
from hypothesis import strategies as st

from chalicelib.cli.json_lines import LineInvalid
from chalicelib.cli.provider import explain_line, provider
from chalicelib.providers.table import NAMES
from chalicelib.rehearsal.senders.sms import Sms
from chalicelib.rehearsal.senders.table import SENDERS
from chalicelib.rehearsal.senders.twilio import TwilioSender

AT = dt.datetime(2017, 10, 15, 4, 0, 10, tzinfo=dt.UTC)
SENT = dt.datetime.fromisoformat("2017-10-15T10:00:00+06:00")
SMS = Sms("m-1", "+996700123456", "+996555000111", "OP 1234 A1 Ооба", SENT)
URL = "https://example.org/webhooks/x"


def line_of(name: str, **changes: object) -> dict[str, object]:
    signed = SENDERS[name].sign(SMS, URL, AT)
    request = {"method": signed.method, "url": signed.url, "headers": signed.headers, "body": signed.body.decode()}
    return {"provider": name, "secrets": SENDERS[name].secrets, "request": request, "at": int(AT.timestamp())} | changes


def run(*lines: object) -> tuple[int, list[dict[str, object]]]:
    written = b"".join(line if isinstance(line, bytes) else json.dumps(line).encode() + b"\n" for line in lines)
    ran = CliRunner().invoke(provider, ["explain"], input=written)
    return ran.exit_code, [json.loads(line) for line in ran.stdout.splitlines()]


def test_a_line_in_a_line_out_in_order():
    code, explained = run(*map(line_of, SENDERS))
    assert code == 0
    for name, sender in zip(SENDERS, explained, strict=True):
        assert list(sender) == ["authentic", "reason", "messages", "parts", "opt_outs", "receipts", "answer"]
        [message] = sender["messages"]
        assert (message["id"], message["from"], message["to"], message["text"]) == (
            SMS.id,
            SMS.sender,
            SMS.recipient,
            SMS.text,
        ), name
        assert abs(dt.datetime.fromisoformat(message["received_at"]) - AT) <= dt.timedelta(seconds=10)
        assert (sender["authentic"], sender["answer"]["status"]) == (True, 200)


def test_a_provider_that_tells_no_time_is_received_when_it_arrives():
    assert run(line_of("twilio"))[1][0]["messages"][0]["received_at"] == "2017-10-15T04:00:10+00:00"


@pytest.mark.parametrize(
    ("sent", "is_sane"),
    [
        ("2017-10-13T04:00:10+00:00", True),
        ("2017-10-13T04:00:09+00:00", False),
        ("2017-10-15T04:05:10+00:00", True),
        ("2017-10-15T04:05:11+00:00", False),
    ],
)
def test_a_time_that_would_not_be_stored_is_not_told(sent: str, is_sane: bool):
    sms = Sms(SMS.id, SMS.sender, SMS.recipient, SMS.text, dt.datetime.fromisoformat(sent))
    signed = SENDERS["generic"].sign(sms, URL, AT)
    request = {"method": "POST", "url": URL, "headers": signed.headers, "body": signed.body.decode()}
    [message] = run(line_of("generic", request=request))[1][0]["messages"]
    assert message["received_at"] == (sent if is_sane else AT.isoformat())


def test_now_where_no_arrival_is_given():
    signed = SENDERS["generic"].sign(SMS, URL, dt.datetime.now(dt.UTC))
    request = {"method": "POST", "url": URL, "headers": signed.headers, "body": signed.body.decode()}
    assert run(line_of("generic", request=request, at=None))[1][0]["authentic"]
    assert run(line_of("generic", at=None))[1][0]["reason"].startswith("stale: it was signed")


@pytest.mark.parametrize(
    ("changes", "status", "reason"),
    [
        ({"secrets": {"auth_token": "wrong"}}, 403, "bad_signature"),
        ({"secrets": {}}, 404, "unknown_provider"),
        ({"secrets": None}, 404, "unknown_provider"),
        ({"provider": "nobody"}, 404, "unknown_provider"),
        ({"secrets": {"other": "x"}}, 503, "secret_missing"),
        ({"request": {"method": "POST", "url": URL, "headers": {}, "body": ""}}, 401, "unsigned"),
        ({"request": {"url": URL}}, 401, "unsigned"),
    ],
)
def test_refusals_say_why_and_what_the_provider_is_told(changes, status, reason):
    code, [line] = run(line_of("twilio", **changes))
    assert (code, line["authentic"], line["messages"]) == (0, False, [])
    assert line["reason"].startswith(reason + ": ")
    assert (line["answer"]["status"], line["answer"]["content_type"]) == (status, "application/problem+json")
    assert json.loads(line["answer"]["body"])["status"] == status


def test_an_authentic_request_that_cannot_be_read():
    signed = TwilioSender().sign_form({"MessageSid": "SM1"}, URL)
    request = {"method": "POST", "url": URL, "headers": signed.headers, "body": signed.body.decode()}
    _, [line] = run(line_of("twilio", request=request))
    assert (line["authentic"], line["messages"], line["answer"]["status"]) == (True, [], 400)
    assert line["reason"] == "missing_field: the field From is missing"


def test_bytes_as_base64():
    line = line_of("generic")
    body = str(line["request"]["body"]).encode()
    line["request"]["body"] = {"base64": base64.b64encode(body).decode()}
    assert run(line)[1][0]["authentic"]


@pytest.mark.parametrize(
    "line",
    [
        b"not JSON\n",
        b"\xff\n",
        b"[]\n",
        b"7\n",
        b"[" * 100_000 + b"\n",
        {},
        line_of("twilio", provider=7),
        line_of("twilio", secrets="x"),
        line_of("twilio", request=None),
        line_of("twilio", request={}),
        line_of("twilio", request={"url": URL, "method": 7}),
        line_of("twilio", request={"url": URL, "headers": []}),
        line_of("twilio", request={"url": URL, "headers": ["x"]}),
        line_of("twilio", request={"url": URL, "headers": {"a": 1}}),
        line_of("twilio", request={"url": URL, "body": 7}),
        line_of("twilio", request={"url": URL, "body": {"base64": "é"}}),
        line_of("twilio", at="now"),
        line_of("twilio", at=True),
        line_of("twilio", at=-1),
        line_of("twilio", at=10**30),
        line_of("twilio", at=float("nan")),
        line_of("twilio", at=float("inf")),
    ],
)
def test_a_line_that_describes_no_webhook_is_answered_and_the_rest_goes_on(line):
    code, explained = run(line, line_of("twilio"))
    assert code == 1
    assert explained[0]["reason"].startswith("bad_line: line 1: ")
    assert (explained[0]["authentic"], explained[0]["answer"]["status"]) == (False, 400)
    assert explained[1]["authentic"]


def test_empty_lines_are_nothing():
    assert run(b"\n", b"  \n") == (0, [])


def test_half_a_surrogate_pair_anywhere_is_no_stumbling_block():
    request = {"method": "P\ud83d", "url": URL + "/\ud83d", "headers": {"X\ud83d": "\ud83d"}, "body": "\ud83d"}
    for name in SENDERS:
        code, [line] = run(line_of(name, request=request, secrets={"secret": "\ud83d", "path_token": "x\ud83d"}))
        assert (code, line["authentic"]) == (0, False)
        assert not line["reason"].startswith("stumbled")


JSON = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text(max_size=15) | st.sampled_from([*NAMES, URL]),
    lambda inner: (
        st.lists(inner, max_size=3)
        | st.dictionaries(
            st.sampled_from(["method", "url", "headers", "body", "base64", "secret", "auth_token"]), inner
        )
    ),
    max_leaves=10,
)


@given(st.dictionaries(st.sampled_from(["provider", "secrets", "request", "at"]), JSON) | JSON | st.binary())
def test_no_line_makes_it_stumble(line):
    written = line if isinstance(line, bytes) else json.dumps(line).encode()
    try:
        explained = explain_line(written, AT)
    except LineInvalid:
        return
    assert not explained["authentic"]
    assert not explained["reason"].startswith("stumbled")
    assert 400 <= explained["answer"]["status"] < 600


@given(name=st.sampled_from(sorted(SENDERS)), secrets=st.dictionaries(st.text(max_size=8), JSON, max_size=3))
def test_no_secrets_make_it_stumble(name, secrets):
    explained = explain_line(json.dumps(line_of(name, secrets=secrets)).encode(), AT)
    assert not explained["authentic"]
    assert not explained["reason"].startswith("stumbled")
