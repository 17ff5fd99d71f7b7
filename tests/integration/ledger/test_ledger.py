"""The ledger on the real tables: every row in one hour, whatever dies, and each difference named."""

import datetime as dt
import random
from collections import Counter
from concurrent.futures import ThreadPoolExecutor
from typing import Any

import pytest
from aws_faults import Wire
from pipeline import Pipeline

from chalicelib.services.ledger import seal as sealing
from chalicelib.services.ledger.forget import forget
from chalicelib.services.ledger.prove import NotProvable, prove
from chalicelib.services.ledger.roots import list_roots
from chalicelib.services.ledger.seal import NO_ROOT, STRAGGLES_WITHIN, seal, seal_due
from chalicelib.services.ledger.verify import Verification, verify
from chalicelib.store import ledger
from chalicelib.store.ledger import Seal
from chalicelib.store.messages import Message
from chalicelib.store.reports import ReportRow

HOUR = dt.timedelta(hours=1)
MINUTE = dt.timedelta(minutes=1)
OPENING = "OP A1 B0730 C12 D1 E1668"


def sealed(pipeline: Pipeline) -> Seal:
    """The hour's seal, a minute later; the clock then shows the next hour."""
    pipeline.now += MINUTE
    done = seal(pipeline.current, pipeline.now)
    assert done is not None
    pipeline.now += HOUR - MINUTE
    return done


def entries(pipeline: Pipeline) -> Counter[str]:
    """Every key that is in an hour, and in how many."""
    election_id = pipeline.election.id
    seals = ledger.seals_of(election_id)
    return Counter(key for seal in seals for part in ledger.parts_of(election_id, seal.number) for key in part.keys)


def checked(pipeline: Pipeline, *roots: str) -> Verification:
    return verify(pipeline.election.id, roots)


def tables(pipeline: Pipeline) -> tuple[set[str], set[str]]:
    """The keys of the election's messages and reports as the ledger writes them."""
    prefix = f"{pipeline.election.id}#"
    reports = ReportRow.scan(ReportRow.station.startswith(prefix))
    written = {f"{report.station.removeprefix(prefix)}#{report.form}@{report.version}" for report in reports}
    return {row.key for row in pipeline.rows()}, written


def test_each_hour_takes_what_came_since_the_last_and_names_the_one_before(pipeline: Pipeline) -> None:
    first_sms = pipeline.say(pipeline.phone(0), OPENING)
    first = sealed(pipeline)
    pipeline.say(pipeline.phone(1), OPENING)
    second = sealed(pipeline)
    third = sealed(pipeline)
    assert (first.header["previous"], second.header["previous"]) == (NO_ROOT, first.root)
    assert [first.hour[-2:], second.hour[-2:], third.hour[-2:]] == ["09", "10", "11"]
    assert third.header["size"] == 0
    messages, reports = tables(pipeline)
    kept = entries(pipeline)
    assert messages <= kept.keys()
    assert reports <= kept.keys()
    assert set(kept.values()) == {1}
    station = pipeline.observers()[0].station
    assert {f"{station}#OP#-@1", f"{station}#OP#-@2"} <= kept.keys(), "each version in its hour"
    assert first_sms.key in kept
    listed, following = list_roots(pipeline.election.id, None, 2)
    assert ([row["published"] for row in listed], following) == ([third.root, second.root], 2)
    assert list_roots(pipeline.election.id, 2, 2) == ([first.header | {"published": first.root}], None)
    done = checked(pipeline, first.root, second.root[:16], third.root[:8].upper())
    assert (done.differences, done.seals, done.unsealed, done.forgotten) == ((), 3, 0, ())


def test_an_hour_is_sealed_once_by_its_schedule(pipeline: Pipeline) -> None:
    pipeline.say(pipeline.phone(0), OPENING)
    pipeline.now += MINUTE
    assert seal_due(pipeline.now) >= 1
    pipeline.say(pipeline.phone(1), OPENING)
    pipeline.now += 30 * MINUTE
    seal_due(pipeline.now)
    assert len(ledger.seals_of(pipeline.election.id)) == 1
    assert checked(pipeline).unsealed >= 2
    pipeline.now += HOUR
    seal_due(pipeline.now, catching_up=True)
    assert len(ledger.seals_of(pipeline.election.id)) == 2
    assert checked(pipeline).unsealed == 0


def test_after_an_outage_the_next_hour_takes_all_that_came(pipeline: Pipeline) -> None:
    sealed(pipeline)
    stored = []
    for _ in range(7):
        stored.append(pipeline.say(pipeline.phone(0), OPENING).key)
        pipeline.now += HOUR
    late = sealed(pipeline)
    assert late.header["size"] >= len(stored)
    assert [entries(pipeline)[key] for key in stored] == [1] * 7
    assert checked(pipeline).differences == ()


def test_what_is_stored_late_or_while_an_hour_is_sealed_is_in_the_next(pipeline: Pipeline, wire: Wire) -> None:
    pipeline.say(pipeline.phone(0), OPENING)
    late = pipeline.now - 5 * MINUTE
    meanwhile: list[str] = []

    def store(operation: str, parameters: dict[str, Any], answer: dict[str, Any]) -> None:
        if operation == "Scan" and not meanwhile:
            meanwhile.append("")
            meanwhile[0] = pipeline.send(pipeline.phone(1), "TU A100").key
            Message(meanwhile[0]).update(actions=[Message.stored_at.set(late)])

    wire.watch = store
    first = sealed(pipeline)
    wire.watch = lambda operation, parameters, answer: None
    assert meanwhile[0] not in entries(pipeline)
    assert checked(pipeline).differences == ()
    second = sealed(pipeline)
    assert entries(pipeline)[meanwhile[0]] == 1
    assert set(entries(pipeline).values()) == {1}
    assert checked(pipeline, first.root, second.root).differences == ()


def test_a_version_that_came_since_is_no_difference_and_a_forged_one_is(pipeline: Pipeline) -> None:
    pipeline.say(pipeline.phone(0), OPENING)
    sealed(pipeline)
    pipeline.say(pipeline.phone(0), "OP C13")
    assert checked(pipeline).differences == ()
    station = pipeline.observers()[0].station
    [row] = ReportRow.query(f"{pipeline.election.id}#{station}")
    answers = row.answers
    next(iter(answers.values()))["a"]["C"][0] = 99
    row.update(actions=[ReportRow.version.set(row.version + 1), ReportRow.answers.set(answers)])
    [difference] = checked(pipeline).differences
    assert difference.startswith(f"report {station} OP: its messages add up to")


def test_what_was_changed_added_set_back_or_taken_away_is_named(pipeline: Pipeline) -> None:
    for place in range(4):
        pipeline.say(pipeline.phone(place), OPENING, message_id=f"sms-{place}")
    pipeline.say(pipeline.phone(0), "OP C14")
    sealed(pipeline)
    hour = sealed(pipeline).header["hour"]
    of_first = ledger.seals_of(pipeline.election.id)[0].hour
    assert hour > of_first
    Message(pipeline.key("sms-0")).update(actions=[Message.text_as_sent.set("OP A2")])
    Message(pipeline.key("sms-1")).delete()
    forged = Message.get(pipeline.key("sms-2"))
    forged.key = pipeline.key("forged")
    forged.stored_at = pipeline.now - HOUR - STRAGGLES_WITHIN - MINUTE
    forged.save()
    prefix = f"{pipeline.election.id}#"
    two = [row.station for row in ReportRow.scan(ReportRow.station.startswith(prefix), limit=2)]
    changed, gone = sorted(two)
    ReportRow(changed, "OP#-").update(actions=[ReportRow.answers.set({})])
    ReportRow(gone, "OP#-").delete()
    differences = set(checked(pipeline).differences)
    assert f"message {pipeline.key('sms-0')}: changed since the root of {of_first}" in differences
    assert f"message {pipeline.key('sms-1')}: taken away, it is in the root of {of_first}" in differences
    stored = f"{forged.stored_at:%Y-%m-%d %H:%M:%S}"
    assert f"message {pipeline.key('forged')}: added, it bears {stored} UTC and is in no root" in differences
    version = ReportRow.get(changed, "OP#-").version
    name = f"report {changed.removeprefix(prefix)} OP -"
    assert f"{name}, version {version}: changed since the root of {of_first}" in differences
    assert f"report {gone.removeprefix(prefix)} OP -: taken away, it is in the root of {of_first}" in differences
    assert len(differences) == 5
    ReportRow(changed, "OP#-").update(actions=[ReportRow.version.set(version - 1)])
    set_back = f"{name}: set back to version {version - 1}, {version} is in the root of {of_first}"
    assert set_back in checked(pipeline).differences
    sealed(pipeline)
    assert pipeline.key("forged") not in entries(pipeline), "what was added later is in no hour ever"
    assert set_back in checked(pipeline).differences


def test_a_ledger_that_was_rewritten_is_told_by_what_was_published(pipeline: Pipeline) -> None:
    pipeline.say(pipeline.phone(0), OPENING)
    root = sealed(pipeline).root
    [part, *_] = ledger.parts_of(pipeline.election.id, 1)
    row = ledger.PartRow.get(f"{pipeline.election.id}#000001", "message#000000")
    row.update(actions=[ledger.PartRow.leaves.set(bytes(len(part.leaves)))])
    [seal_row] = ledger.SealRow.query(pipeline.election.id, ledger.SealRow.id.startswith("seal#"))
    assert "ledger: the entries of" in " ".join(checked(pipeline, root).differences)
    header = seal_row.header | {"root": "ab" * 32}
    seal_row.delete()
    ledger.put_seal(pipeline.election.id, header, pipeline.now)
    assert f"ledger: {root} was published, and is no root of it" in checked(pipeline, root).differences


def test_a_proof_is_of_the_row_in_its_hour(pipeline: Pipeline) -> None:
    message = pipeline.say(pipeline.phone(0), OPENING)
    with pytest.raises(NotProvable, match="in no sealed hour"):
        prove(pipeline.election.id, message.key)
    done = sealed(pipeline)
    proof = prove(pipeline.election.id, message.key)
    assert (proof["row"]["text"], proof["published"]) == (OPENING, done.root)
    station = pipeline.observers()[0].station
    assert prove(pipeline.election.id, f"{station}#OP#-")["row"]["version"] == 1
    pipeline.say(pipeline.phone(1), OPENING)
    with pytest.raises(NotProvable, match="newer version"):
        prove(pipeline.election.id, f"{station}#OP#-")
    Message(message.key).update(actions=[Message.text_as_sent.set("OP A2")])
    with pytest.raises(NotProvable, match="was changed"):
        prove(pipeline.election.id, message.key)
    Message(message.key).delete()
    with pytest.raises(NotProvable, match="its row is gone"):
        prove(pipeline.election.id, message.key)


def test_what_is_forgotten_keeps_its_commitment_and_every_root(pipeline: Pipeline) -> None:
    message = pipeline.say(pipeline.phone(0), OPENING)
    other = pipeline.say(pipeline.phone(2), OPENING)
    root = sealed(pipeline).root
    station = pipeline.observers()[0].station
    Message(message.key).update(actions=[Message.text_as_sent.remove(), Message.sender.remove()])
    assert len(checked(pipeline).differences) == 1
    keys = {message.key, f"{station}#OP#-"}
    assert forget(pipeline.election.id, keys) == 2
    assert forget(pipeline.election.id, keys) == 0
    done = checked(pipeline, root)
    assert (done.differences, set(done.forgotten)) == ((), keys)
    with pytest.raises(NotProvable, match="was forgotten"):
        prove(pipeline.election.id, message.key)
    assert prove(pipeline.election.id, other.key)["published"] == root
    Message(message.key).delete()
    assert checked(pipeline, root).differences == ()
    salts = [part.salts for part in ledger.parts_of(pipeline.election.id, 1)]
    assert sum(salt.count(bytes(16)) for salt in salts) == 2


def test_several_runs_at_once_seal_one_hour(pipeline: Pipeline, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(sealing, "MOST_ENTRIES", 3)
    for place in range(8):
        pipeline.say(pipeline.phone(place), OPENING)
    pipeline.now += MINUTE
    with ThreadPoolExecutor(4) as several:
        list(several.map(lambda _: seal(pipeline.current, pipeline.now), range(4)))
    sealed(pipeline)
    messages, reports = tables(pipeline)
    assert messages | reports <= entries(pipeline).keys()
    assert set(entries(pipeline).values()) == {1}
    assert checked(pipeline).differences == ()


def test_a_run_without_time_is_gone_on_with(pipeline: Pipeline, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(sealing, "MOST_ENTRIES", 2)
    for place in range(5):
        pipeline.say(pipeline.phone(place), OPENING)
    pipeline.now += MINUTE
    cut = pipeline.now
    chance = random.Random(5)
    monkeypatch.setattr(sealing.ledger, "put_part", sometimes(ledger.put_part, chance))
    for _ in range(100):
        if seal(pipeline.current, pipeline.now) is not None:
            break
        pipeline.now += MINUTE
    [stored_seal] = ledger.seals_of(pipeline.election.id)
    assert stored_seal.cut == cut, "the hour takes what it began with"
    messages, reports = tables(pipeline)
    assert messages | reports <= entries(pipeline).keys()
    assert set(entries(pipeline).values()) == {1}
    assert checked(pipeline).differences == ()


def sometimes(put: Any, chance: random.Random) -> Any:
    """Puts, and now and then says that another run has."""

    def put_part(*arguments: Any) -> bool:
        return bool(put(*arguments)) and chance.random() < 0.5

    return put_part
