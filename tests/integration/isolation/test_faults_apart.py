"""One election, digest, watch, coordinator or row that fails keeps no other from its turn, on the emulator."""

import datetime as dt
import time
import zlib
from collections.abc import Callable

import pytest
from aws_faults import Wire
from incident_day import coordinator, report, told
from pipeline import Pipeline, small_election, stored
from sample_election import changed

from chalicelib.observation.elections.clock import REAL_TIME
from chalicelib.services.elections import loading
from chalicelib.services.incidents.escalation import escalate_due, escalate_election
from chalicelib.services.intake.silence import hours_began
from chalicelib.services.outreach.reminders import chase_due
from chalicelib.services.summaries import hourly
from chalicelib.services.summaries.hourly import queue_summaries_due
from chalicelib.store import elections
from chalicelib.store.elections import ElectionRow, ElectionUnreadable
from chalicelib.store.escalations import Digest, Watch

Load = Callable[..., Pipeline]
MINUTE = dt.timedelta(minutes=1)


@pytest.fixture
def day(load: Load) -> Pipeline:
    return load(coordinators=(coordinator("Asan", "Bishkek"), coordinator("Cholpon", "Chuy")))


def _rewrite(election_id: str, change: Callable[[bytes], bytes]) -> None:
    """Store an election's document otherwise, and have this process read it again."""
    for row in ElectionRow.query(election_id):
        row.document = zlib.compress(change(zlib.decompress(row.document)))
        row.save()
    elections._documents.clear()
    elections._recent.clear()


def _broken_beside(day: Pipeline) -> str:
    """An election that this version cannot read, which every run comes to before the test's own."""
    other = changed(small_election(0, day.election.date, 2), id=f"a{day.election.id}")
    loading.load(other, REAL_TIME)
    _rewrite(other.id, lambda document: document.replace(b'"stations":', b'"stations_of_tomorrow":'))
    with pytest.raises(ElectionUnreadable, match=other.id):
        elections.current(other.id)
    return other.id


def test_a1a_a_digest_that_fails_keeps_no_other_from_its_coordinators(
    day: Pipeline, wire: Wire, monkeypatch: pytest.MonkeyPatch
) -> None:
    for region, station in (("Bishkek", 0), ("Chuy", 10)):
        for _ in range(4):
            day.now += MINUTE / 4
            report(day, station)
        assert day.election.stations[station].region == region
    day.now += 6 * MINUTE

    def fail(operation: str, parameters: dict[str, object]) -> None:
        if operation == "TransactWriteItems" and f"digest#{day.election.id}#Bishkek" in str(parameters):
            raise ValueError("the store refuses this row, again and again")

    monkeypatch.setattr(wire, "prepare", fail)
    escalate_election(day.current, day.now)
    assert told(day, "digest") == {"Cholpon": ["email", "sms"]}
    assert [row.region for row in Digest.query(f"{day.election.id}#digests")] == ["Bishkek"], "it waits"


def test_a1b_escalating_stops_at_its_deadline_and_the_digests_have_their_share(day: Pipeline) -> None:
    for _ in range(4):
        day.now += MINUTE / 4
        report(day)
    day.now += 60 * MINUTE
    waiting = len(list(Watch.query(f"{day.election.id}#watch")))
    assert waiting == 4
    assert escalate_election(day.current, day.now, time.monotonic()) == []
    assert len(list(Watch.query(f"{day.election.id}#watch"))) == waiting
    escalate_election(day.current, day.now, time.monotonic() + 30)
    assert set(told(day, "digest")) == {"Asan"}


def test_a4_an_election_that_this_version_cannot_read_stops_no_other(day: Pipeline) -> None:
    broken = _broken_beside(day)
    report(day, 10)
    day.now += 60 * MINUTE
    assert elections.list_elections().index(broken) < elections.list_elections().index(day.election.id)
    assert any(day.election.id in alert.key for alert in escalate_due(day.now))
    queue_summaries_due(day.now)
    assert any(row.key.startswith("summary#") for row in day.outgoing())
    chase_due(day.now)
    assert hours_began(day.now) is not None


def test_a4_unknown_keys_of_a_stored_election_are_passed_over_and_kept(day: Pipeline) -> None:
    _rewrite(day.election.id, lambda document: document.replace(b'{"', b'{"of_tomorrow":{"a":1},"', 1))
    assert day.current.election == day.election
    assert day.say(day.phone(), "OP A1").state == "accepted"
    kept = b"".join(row.document for row in ElectionRow.query(day.election.id))
    assert b'"of_tomorrow":{"a":1}' in zlib.decompress(kept)


def test_a4_an_election_of_a_later_schema_says_so(day: Pipeline) -> None:
    head = ElectionRow.get(elections.DIRECTORY, day.election.id)
    head.update(actions=[ElectionRow.schema.set(2)])
    elections._recent.clear()
    with pytest.raises(ElectionUnreadable, match="schema 2, and this version of Baykoo reads 1"):
        elections.current(day.election.id)


def test_a5_a_coordinator_whose_summary_fails_keeps_it_from_nobody_else(
    day: Pipeline, monkeypatch: pytest.MonkeyPatch
) -> None:
    asan, rows = day.election.coordinators[0], hourly._rows

    def rows_or_fail(election, row, *rest):
        if row.name == asan.name:
            raise ValueError("larger than any row")
        return rows(election, row, *rest)

    monkeypatch.setattr(hourly, "_rows", rows_or_fail)
    queue_summaries_due(day.now)
    assert set(told(day, "summary")) == {"Cholpon"}
    monkeypatch.setattr(hourly, "_rows", rows)
    queue_summaries_due(day.now)
    assert set(told(day, "summary")) == {"Asan", "Cholpon"}, "the hour was not done"
    assert stored(next(row.key for row in day.outgoing())).state == "queued"
