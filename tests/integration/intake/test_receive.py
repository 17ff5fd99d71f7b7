"""The webhook: what is acknowledged is stored, what cannot be decided comes again."""

import datetime as dt
import json
import time
from collections.abc import Iterator

import pytest
from aws_faults import Fault, Wire, answered, silent, unreachable
from pipeline import Pipeline
from webhook_calls import URL, message_of, problem, put_settings, signed_call, sms_of

from chalicelib.observation.incidents.budget import MOST_PER_SMS
from chalicelib.rehearsal.senders.generic import GenericSender
from chalicelib.rehearsal.senders.sms import SignedRequest
from chalicelib.services.clients import provider_settings
from chalicelib.services.intake.receive import receive
from chalicelib.store.incidents import incidents_of
from chalicelib.store.message_queries import unfinished
from infra.stack import Stack

STORE_FAULTS: dict[str, tuple[str, Fault]] = {
    "unreachable": ("before", unreachable),
    "answer lost": ("after", silent),
    "throttled": ("before", answered("ProvisionedThroughputExceededException")),
    "5xx": ("before", answered("InternalServerError", 500)),
    "no permission": ("before", answered("AccessDeniedException")),
}
SSM_FAULTS: dict[str, Fault] = {
    "unreachable": unreachable,
    "silent": silent,
    "throttled": answered("ThrottlingException"),
    "no permission": answered("AccessDeniedException"),
}


@pytest.fixture(autouse=True)
def parameter(services: Stack) -> Iterator[str]:
    """The name of the generic provider's parameter, which is put right again after a test."""
    name = f"{services.outputs['Parameters']}/providers/generic"
    provider_settings.forget()
    yield name
    put_settings(services, name, services.webhook_secrets["generic"])
    provider_settings.forget()


def test_it_is_stored_whole_and_then_acknowledged(pipeline: Pipeline, wire: Wire) -> None:
    signed = signed_call(pipeline)
    answer = receive("generic", signed.arriving(pipeline.now))
    assert answer.status == 200
    assert wire.calls[-2:] == ["GetParameter", "PutItem"]
    assert set(wire.calls[:-2]) == {"GetParametersByPath"}, "names are listed once per worker and minute"
    message = message_of(pipeline)
    assert message is not None
    assert message.raw == signed.body.decode()
    assert (message.state, message.direction, message.text) == ("received", "in", "OP A1")
    assert (message.stored_at, message.received_at) == (pipeline.now, pipeline.now)
    assert message.due_at == pipeline.now + dt.timedelta(minutes=1)


def test_a_second_delivery_is_acknowledged_and_changes_nothing(pipeline: Pipeline) -> None:
    receive("generic", signed_call(pipeline).arriving(pipeline.now))
    first = message_of(pipeline)
    assert first is not None
    later = pipeline.now + dt.timedelta(minutes=1)
    assert receive("generic", signed_call(pipeline).arriving(later)).status == 200
    again = message_of(pipeline)
    assert again is not None
    assert again.serialize() == first.serialize()


@pytest.mark.parametrize(("when", "fault"), STORE_FAULTS.values(), ids=STORE_FAULTS)
def test_what_cannot_be_stored_comes_again(when: str, fault: Fault, pipeline: Pipeline, wire: Wire) -> None:
    wire.cut_all = lambda operation, _place, at: fault() if (operation, at) == ("PutItem", when) else None
    answer = receive("generic", signed_call(pipeline).arriving(pipeline.now))
    assert answer.status == 503
    assert problem(answer)["code"] == "not_stored"
    wire.mend()
    assert (message_of(pipeline) is not None) == (when == "after")
    assert receive("generic", signed_call(pipeline).arriving(pipeline.now)).status == 200
    assert message_of(pipeline) is not None


@pytest.mark.parametrize("fault", SSM_FAULTS.values(), ids=SSM_FAULTS)
def test_without_secrets_nothing_is_decided(fault: Fault, pipeline: Pipeline, wire: Wire) -> None:
    wire.cut_all = lambda operation, _place, _at: fault() if operation == "GetParameter" else None
    for secret in (pipeline.secret, "forged"):
        answer = receive("generic", signed_call(pipeline, secret).arriving(pipeline.now))
        assert answer.status == 503
        assert problem(answer)["code"] == "secrets_unavailable"
    assert message_of(pipeline) is None


@pytest.mark.parametrize("settings", ["no json", "[1]", {}, {"secrets": []}, {"secrets": [""]}])
def test_a_parameter_that_holds_no_secret_is_our_own_fault(
    settings: object, services: Stack, parameter: str, pipeline: Pipeline
) -> None:
    put_settings(services, parameter, settings)
    answer = receive("generic", signed_call(pipeline).arriving(pipeline.now))
    assert answer.status == 503, answer
    assert message_of(pipeline) is None


def test_a_provider_that_is_not_configured_is_not_there(
    services: Stack, parameter: str, pipeline: Pipeline, wire: Wire
) -> None:
    services.client("ssm").delete_parameter(Name=parameter)
    assert receive("generic", signed_call(pipeline).arriving(pipeline.now)).status == 404
    wire.listen()
    assert receive("nobody", signed_call(pipeline).arriving(pipeline.now)).status == 404
    assert wire.calls == [], "made-up names cost nothing"


def test_made_up_names_cost_one_listing_and_a_new_one_is_found_within_a_minute(
    services: Stack, pipeline: Pipeline, wire: Wire, monkeypatch: pytest.MonkeyPatch
) -> None:
    for number in range(300):
        assert receive(f"generic-n{number}", signed_call(pipeline).arriving(pipeline.now)).status == 404
    assert set(wire.calls) == {"GetParametersByPath"}
    pages_of_ten = len(services.webhook_secrets) // 10 + 1
    assert len(wire.calls) <= pages_of_ten
    name = f"{services.outputs['Parameters']}/providers/generic-n1"
    put_settings(services, name, {"secrets": [pipeline.secret]})
    later = time.monotonic() + provider_settings.KEPT_SECONDS
    monkeypatch.setattr(provider_settings, "monotonic", lambda: later)
    assert receive("generic-n1", signed_call(pipeline).arriving(pipeline.now)).status == 200
    services.client("ssm").delete_parameter(Name=name)


def test_secrets_that_are_kept_outlast_a_short_failure(pipeline: Pipeline, wire: Wire) -> None:
    assert receive("generic", signed_call(pipeline).arriving(pipeline.now)).status == 200
    wire.cut_all = lambda operation, _place, _at: unreachable() if operation.startswith("GetParameter") else None
    assert receive("generic", signed_call(pipeline, message_id="two").arriving(pipeline.now)).status == 200


def test_two_secrets_are_valid_while_they_rotate(services: Stack, parameter: str, pipeline: Pipeline) -> None:
    put_settings(services, parameter, {"secrets": ["new", "old"]})
    assert receive("generic", signed_call(pipeline, "old", "a").arriving(pipeline.now)).status == 200
    assert receive("generic", signed_call(pipeline, "new", "b").arriving(pipeline.now)).status == 200
    assert receive("generic", signed_call(pipeline, "older", "c").arriving(pipeline.now)).status == 403


def test_a_secret_that_was_changed_just_now_is_taken(
    services: Stack, parameter: str, pipeline: Pipeline, monkeypatch: pytest.MonkeyPatch
) -> None:
    assert receive("generic", signed_call(pipeline).arriving(pipeline.now)).status == 200
    put_settings(services, parameter, {"secrets": ["changed"]})
    later = time.monotonic() + provider_settings.FRESH_SECONDS + 1
    monkeypatch.setattr(provider_settings, "monotonic", lambda: later)
    assert receive("generic", signed_call(pipeline, "changed", "a").arriving(pipeline.now)).status == 200
    assert receive("generic", signed_call(pipeline, message_id="b").arriving(pipeline.now)).status == 403


def test_a_secret_that_was_set_just_now_is_taken(
    services: Stack, parameter: str, pipeline: Pipeline, monkeypatch: pytest.MonkeyPatch
) -> None:
    put_settings(services, parameter, {"silent_minutes": 30})
    assert receive("generic", signed_call(pipeline).arriving(pipeline.now)).status == 503
    put_settings(services, parameter, {"secrets": [pipeline.secret]})
    later = time.monotonic() + provider_settings.FRESH_SECONDS + 1
    monkeypatch.setattr(provider_settings, "monotonic", lambda: later)
    assert receive("generic", signed_call(pipeline).arriving(pipeline.now)).status == 200


def test_a_flood_of_forgeries_reads_the_secrets_once(pipeline: Pipeline, wire: Wire) -> None:
    for _ in range(10):
        assert receive("generic", signed_call(pipeline, "forged").arriving(pipeline.now)).status == 403
    assert wire.calls.count("GetParameter") == 1
    assert message_of(pipeline) is None


def _without(signed: SignedRequest, name: str) -> SignedRequest:
    return signed.but(headers={key: value for key, value in signed.headers.items() if key != name})


def _with(signed: SignedRequest, name: str, value: str) -> SignedRequest:
    return signed.but(headers=signed.headers | {name: value})


def test_what_is_not_proven_is_refused_and_not_stored(pipeline: Pipeline) -> None:
    signed = signed_call(pipeline)
    refused = {
        401: [_without(signed, "X-Baykoo-Signature"), _without(signed, "X-Baykoo-Timestamp")],
        403: [
            _with(signed, "X-Baykoo-Signature", "sha256=" + "0" * 64),
            _with(signed, "X-Baykoo-Signature", "nonsense"),
            _with(signed, "X-Baykoo-Timestamp", str(int(pipeline.now.timestamp()) + 1)),
            _with(signed, "X-Baykoo-Timestamp", "now"),
            signed.but(body=signed.body + b" "),
        ],
    }
    for status, requests in refused.items():
        for request in requests:
            answer = receive("generic", request.arriving(pipeline.now))
            assert (answer.status, problem(answer)["status"]) == (status, status), request
    assert message_of(pipeline) is None


@pytest.mark.parametrize(("minutes", "status"), [(4.9, 200), (5.1, 403), (-4.9, 200), (-5.1, 403)])
def test_a_request_is_good_for_five_minutes(minutes: float, status: int, pipeline: Pipeline) -> None:
    at = pipeline.now + dt.timedelta(minutes=minutes)
    assert receive("generic", signed_call(pipeline).arriving(at)).status == status
    assert (message_of(pipeline) is not None) == (status == 200)


MALFORMED: dict[str, tuple[object, str]] = {
    "no json": ("{", "body"),
    "no object": ([1], "body"),
    "no id": ({"id": None}, "id"),
    "empty id": ({"id": ""}, "id"),
    "id a number": ({"id": 7}, "id"),
    "endless id": ({"id": "x" * 201}, "id"),
    "no from": ({"from": None}, "from"),
    "no to": ({"to": None}, "to"),
    "no text": ({"text": None}, "text"),
    "text a list": ({"text": ["OP"]}, "text"),
    "no time": ({"received_at": None}, "received_at"),
    "no such time": ({"received_at": "yesterday"}, "received_at"),
    "no offset": ({"received_at": "2017-10-15T08:00:00"}, "received_at"),
}


@pytest.mark.parametrize(("changes", "field"), MALFORMED.values(), ids=MALFORMED)
def test_what_is_malformed_names_its_field(changes: object, field: str, pipeline: Pipeline) -> None:
    sms: dict[str, object] = json.loads(signed_call(pipeline).body)
    if isinstance(changes, dict):
        sms = {name: value for name, value in (sms | changes).items() if value is not None}
    body = changes if isinstance(changes, str) else json.dumps(sms if isinstance(changes, dict) else changes)
    timestamp = str(int(pipeline.now.timestamp()))
    request = GenericSender(pipeline.secret).sign_body(body.encode(), URL, timestamp)
    answer = receive("generic", request.arriving(pipeline.now))
    assert answer.status == 400
    assert problem(answer)["field"] == field
    assert message_of(pipeline) is None


def test_a_body_of_more_than_64_kb_is_too_large(pipeline: Pipeline) -> None:
    timestamp = str(int(pipeline.now.timestamp()))
    empty = len(json.dumps(_as_json(pipeline, "")).encode())
    for size, status in ((64 * 1024, 200), (64 * 1024 + 1, 413)):
        body = json.dumps(_as_json(pipeline, "x" * (size - empty))).encode()
        assert len(body) == size
        request = GenericSender(pipeline.secret).sign_body(body, URL, timestamp)
        assert receive("generic", request.arriving(pipeline.now)).status == status


def _as_json(pipeline: Pipeline, text: str) -> dict[str, str]:
    sms = sms_of(pipeline)
    return {"id": sms.id, "from": sms.sender, "to": sms.recipient, "text": text, "received_at": sms.sent_at.isoformat()}


def test_the_longest_message_is_processed_too(pipeline: Pipeline) -> None:
    empty = len(json.dumps(_as_json(pipeline, "")).encode())
    lines = "IN 3 they beat us, come\n" * 4000
    text = lines[: (64 * 1024 - empty) * 9 // 10]
    message = pipeline.say(pipeline.phone(), text)
    assert message.state in {"accepted", "held"}
    assert pipeline.differences() == ()


@pytest.mark.parametrize(
    ("form", "reason"), [("IN {station} 3 text\n", "over_budget"), ("OP {station} A1 D2\n", "reassigned")]
)
def test_an_sms_of_too_many_incidents_waits_for_a_person_with_those_that_do_not_open(
    form: str, reason: str, pipeline: Pipeline
) -> None:
    stations = [station.number for station in pipeline.election.stations] * 5
    message = pipeline.say(pipeline.phone(), "".join(form.format(station=station) for station in stations))
    assert (message.state, message.reason) == ("accepted", reason)
    assert message.key in set(unfinished("held", None, 1000))
    assert len(list(incidents_of(pipeline.election.id))) == MOST_PER_SMS + 1
    assert pipeline.differences() == ()
    assert pipeline.reply(message) is not None


def test_an_sms_that_is_too_much_for_one_transaction_is_held_for_a_person(pipeline: Pipeline) -> None:
    rounds = ("10:00", "12:00", "14:00", "16:00", "18:00", "20:00")
    numbers = [station.number for station in pipeline.election.stations]
    text = "".join(f"TU {number} {name} A5\n" for number in numbers[:20] for name in rounds)
    message = pipeline.say(pipeline.phone(), text)
    assert message.state == "held", (message.state, message.reason)
    assert (message.reading or {})["held"] == "too_long"
    assert pipeline.differences() == ()
    assert pipeline.reply(message) is not None
