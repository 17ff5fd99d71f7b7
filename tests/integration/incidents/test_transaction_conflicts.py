"""Incidents of one moment, whose numbers one row gives, on transactions that cancel each other as on AWS."""

from concurrent.futures import ThreadPoolExecutor

import pytest
from aws_transactions import Transactions
from pipeline import Load, stored

from chalicelib.observation.sms.states import MessageState
from chalicelib.services.clients.retry import StillContended
from chalicelib.services.processing.process import process
from chalicelib.store.incidents import incidents_of
from chalicelib.store.messages import Message

WORKERS = 32
INCIDENTS = 32
TURNS = 6
"""How often the stream and sweep would offer what is still contended."""


def test_m9_a_burst_of_incidents_is_numbered_without_gap_and_none_is_lost(
    load: Load, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    pipeline = load()
    stations = {observer.station: observer for observer in pipeline.election.observers}
    senders = list(stations.values())
    messages = [
        pipeline.send(senders[place % len(senders)].phones[0], f"IN 3 they beat us {place}", message_id=f"i{place}")
        for place in range(INCIDENTS)
    ]
    transactions = Transactions.tapped(monkeypatch)
    waiting, turns = messages, 0

    def attempt(message: Message) -> Message | None:
        try:
            process(message, pipeline.now)
        except StillContended:
            return stored(message.key)
        return None

    while waiting and turns < TURNS:
        turns += 1
        with ThreadPoolExecutor(WORKERS) as workers:
            waiting = [value for value in workers.map(attempt, waiting) if value is not None]
    assert not waiting
    numbers = sorted(incident.number for incident in incidents_of(pipeline.election.id))
    assert numbers == list(range(1, INCIDENTS + 1))
    assert {stored(message.key).state for message in messages} == {MessageState.ACCEPTED}
    assert transactions.conflicts > 0, "they met"
    with capsys.disabled():
        print(f"\n{INCIDENTS} incidents at once: {transactions.conflicts} conflicts, {turns} turns")  # noqa: T201
