"""SMS that did not count for want of something in the roster: read again, once, after it is mended."""

import datetime as dt
from contextlib import suppress
from types import SimpleNamespace

import pytest
from aws_faults import Fault, Killed, Wire, killed, silent, unreachable
from click.testing import CliRunner
from pipeline import Pipeline, stored
from sample_election import changed

from chalicelib.cli import election as command
from chalicelib.observation.elections.clock import REAL_TIME
from chalicelib.services.elections import loading
from chalicelib.services.processing.process import process
from chalicelib.services.review.reprocess import reprocess, resolved_by
from chalicelib.store import elections
from chalicelib.store.incidents import incidents_of
from chalicelib.store.tables import StoreUnavailable

pytestmark = pytest.mark.usefixtures("multipart_gateways")

NEW_SIM = "+996777300009"
HOUR = dt.timedelta(hours=1)


def mend(pipeline: Pipeline, monkeypatch: pytest.MonkeyPatch, phone: str = NEW_SIM) -> None:
    """Give the first observer another phone in the roster, and load it."""
    monkeypatch.setattr(elections, "TRUSTED_SECONDS", 0)
    first, *others = pipeline.election.observers
    with_phone = first.model_copy(update={"phones": (*first.phones, phone)})
    pipeline.election = changed(pipeline.election, observers=[with_phone, *others])
    loading.load(pipeline.election, REAL_TIME)


def quarantined(pipeline: Pipeline) -> tuple[str, str]:
    report = pipeline.say(NEW_SIM, "OP A1 B0705 C11 D1 E300")
    incident = pipeline.say(NEW_SIM, "IN 3 threat to observers")
    assert {report.state, incident.state} == {"quarantined"}
    return report.key, incident.key


def finish(pipeline: Pipeline, *keys: str) -> None:
    for key in keys:
        process(stored(key), pipeline.now)


def test_b16_a_new_phone_s_sms_count_and_are_replied_to_once(
    pipeline: Pipeline, monkeypatch: pytest.MonkeyPatch
) -> None:
    report, incident = quarantined(pipeline)
    reported_at = pipeline.now
    assert list(resolved_by(pipeline.election.id)) == []
    mend(pipeline, monkeypatch)
    pipeline.now += HOUR
    assert {row.key for row in resolved_by(pipeline.election.id)} == {report, incident}
    as_it_came = stored(report)
    as_it_came.state = "received"
    assert reprocess(pipeline.election.id, pipeline.now) == 2
    assert reprocess(pipeline.election.id, pipeline.now) == 0
    assert pipeline.differences() == ()
    process(as_it_came, pipeline.now)  # the stream delivers it once more meanwhile
    finish(pipeline, report, incident)
    finish(pipeline, report, incident)
    assert (stored(report).state, stored(incident).state) == ("accepted", "accepted")
    assert stored(report).attention is None
    replies = [row for row in pipeline.outgoing() if row.about == report and row.key == f"reply#{report}"]
    assert len(replies) == 1
    (opened,) = incidents_of(pipeline.election.id)
    assert (opened.severity, opened.opened_at) == ("critical", reported_at)
    assert pipeline.differences() == ()


def test_b16_an_sms_of_a_number_that_led_nowhere_is_read_again(
    pipeline: Pipeline, monkeypatch: pytest.MonkeyPatch
) -> None:
    elsewhere = pipeline.number.replace("+9963120", "+9963129")
    message = pipeline.say(pipeline.phone(), "OP A1", to=elsewhere)
    assert (message.state, message.reason, message.attention) == ("quarantined", "no_election", "*")
    loading.route(elsewhere, pipeline.election.id)
    assert reprocess(pipeline.election.id, pipeline.now) == 1
    finish(pipeline, message.key)
    assert stored(message.key).state == "accepted"
    assert stored(message.key).reason is None
    assert pipeline.differences() == ()


@pytest.mark.parametrize("fault", [killed, silent, unreachable])
@pytest.mark.parametrize("when", ["before", "after"])
def test_b16_whatever_call_fails_another_try_counts_each_sms_once(
    pipeline: Pipeline, wire: Wire, monkeypatch: pytest.MonkeyPatch, fault: Fault, when: str
) -> None:
    report, incident = quarantined(pipeline)
    mend(pipeline, monkeypatch)
    for place in range(12):
        wire.listen()
        wire.cuts[place, when] = fault
        with suppress(Killed, StoreUnavailable):
            reprocess(pipeline.election.id, pipeline.now)
    wire.mend()
    reprocess(pipeline.election.id, pipeline.now)
    assert pipeline.differences() == ()
    finish(pipeline, report, incident)
    assert (stored(report).state, stored(incident).state) == ("accepted", "accepted")
    assert pipeline.differences() == ()


def test_b16_what_the_file_does_not_mend_stays_as_it_is(pipeline: Pipeline, monkeypatch: pytest.MonkeyPatch) -> None:
    stranger = pipeline.say("+996777300010", "OP A1")
    unread = pipeline.say(pipeline.phone(), "good morning")
    accepted = pipeline.say(pipeline.phone(1), "OP A1 B0705 C11 D1 E300")
    mend(pipeline, monkeypatch)
    assert reprocess(pipeline.election.id, pipeline.now) == 0
    assert stored(stranger.key).attention == f"{pipeline.election.id}#*"
    assert stored(unread.key).attention is not None
    assert stored(accepted.key).attention is None


def test_b16_a_station_that_the_roster_lacked_is_counted_and_not_replied_to_twice(
    pipeline: Pipeline, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(elections, "TRUSTED_SECONDS", 0)
    message = pipeline.say(pipeline.phone(), "OP 9876 A1 B0705 C11 D1 E300")
    assert message.state == "partly_accepted"
    asked_again = pipeline.reply(message)
    first, *others = pipeline.election.stations
    stations = [first, first.model_copy(update={"number": "9876"}), *others]
    observer, *rest = pipeline.election.observers
    at_new = observer.model_copy(update={"station": "9876"})
    loading.load(changed(pipeline.election, stations=stations, observers=[at_new, *rest]), REAL_TIME)
    assert reprocess(pipeline.election.id, pipeline.now) == 1
    finish(pipeline, message.key)
    assert stored(message.key).state == "accepted"
    reply = pipeline.reply(message)
    assert asked_again is not None
    assert reply is not None
    assert reply.text == asked_again.text
    assert pipeline.differences() == ()


def test_b16_loading_the_mended_file_names_how_many_sms_and_the_command(
    pipeline: Pipeline, monkeypatch: pytest.MonkeyPatch
) -> None:
    quarantined(pipeline)
    mend(pipeline, monkeypatch)
    inspection = SimpleNamespace(election=pipeline.election, accounts=(), problems=())
    monkeypatch.setattr(command, "inspect_election_file", lambda file: inspection)
    monkeypatch.setattr(command, "use_stack", lambda: None)
    loaded = CliRunner().invoke(command.election, ["load", "election.yaml"], catch_exceptions=False).output
    assert f"2 SMS that did not count may count now: ./baykoo election reprocess {pipeline.election.id}" in loaded
    done = CliRunner().invoke(command.election, ["reprocess", pipeline.election.id], catch_exceptions=False).output
    assert done.startswith("2 SMS are read again")
