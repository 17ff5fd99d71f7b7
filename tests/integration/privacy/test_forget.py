"""A person is forgotten everywhere, and what was counted of them stays; broken off anywhere, it is given again."""

import datetime as dt
import hashlib
import os
from collections.abc import Callable

import pytest
from aws_faults import Killed, Wire
from forgetting import SAYINGS, WORDS, comparable, everything, forget, numbers, quiet, restore, told
from pipeline import Load, Pipeline
from roster_subject import subject
from sample_election import changed, sample

from chalicelib.observation.sms.codes import hashed
from chalicelib.services.access.accounts import Invitation, add_account
from chalicelib.services.access.operators import at_the_command_line
from chalicelib.services.actions.perform import Action
from chalicelib.services.clients import bucket
from chalicelib.services.decisions.roster import close_station, reopen_station
from chalicelib.services.elections import loading
from chalicelib.services.ledger.seal import seal
from chalicelib.services.ledger.verify import verify
from chalicelib.services.opt_outs.by_operator import set_wish
from chalicelib.services.privacy import forget as forgetting
from chalicelib.services.privacy.forget import forget_everybody
from chalicelib.services.summaries.hourly import queue_summaries
from chalicelib.store import elections, ledger
from chalicelib.store.contacts import ContactRow, contact_id
from chalicelib.store.election_removal import retire, retired_at
from chalicelib.store.election_rewrite import StoredElection, comparing_key, rewrite, stored_election
from chalicelib.store.elections import ElectionChanged, existing
from chalicelib.store.incidents import incidents_of
from chalicelib.store.opt_outs import wish_of
from infra.stack import Stack

HOUR = dt.timedelta(hours=1)


@pytest.fixture(autouse=True)
def _bucket(services: Stack, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("BAYKOO_BUCKET", services.outputs["Files"])


@pytest.fixture
def day(load: Load) -> Pipeline:
    """An observer reports, tells, opts out and is called; another reports the same; a coordinator is told."""
    day = load(size=4, forms=(*sample().forms, WORDS))
    observer, phone, now = day.election.observers[0], day.phone(), day.now
    for text in ("OP A1 B0702 C9 D2 E1450", *SAYINGS, "STOP"):
        day.say(phone, text)
    day.say(day.phone(1), "OP A1 B0702 C9 D1 E1450")
    day.say(day.phone(1), "ZA S=пломба цела")
    day.say(day.phone(2), f"IN 3 # {observer.name} просит перезвонить: {phone}")
    queue_summaries(day.current, now)
    station = f"{day.election.id}#{observer.station}"
    called = {"name": observer.name, "phone": phone, "note": "мать ответила", "who": "Aida (operator)"}
    ContactRow(station, contact_id(now, "1"), at=now, operator="Aida (operator)", outcome="answered", **called).save()
    add_account(day.election.id, Invitation(observer.name, phone, "viewer"), now)
    operator = at_the_command_line(day.election.id)
    set_wish(day.current, Action(operator, now, "1", "", "asked by phone"), day.phone(2), "out")
    bucket.put(f"exports/{day.election.id}#exports/1/messages.csv.gz", phone.encode())
    return day


def test_nothing_of_a_person_is_left_and_every_number_stays(day: Pipeline) -> None:
    phone, name = day.phone(), day.election.observers[0].name
    before, text = numbers(day), told(day)
    assert all(value in text for value in (phone, name, *SAYINGS, "мать ответила"))
    counted = forget(day, phone, is_done=False)
    assert told(day) == text, "a dry run changes nothing"
    forgotten = forget(day, phone)
    assert forgotten.rows == counted.rows
    changed = {table for table, rows in forgotten.rows.items() if rows}
    assert changed >= {"messages", "reports", "incidents", "contacts", "accounts", "optouts", "elections"}
    assert forgotten.files == (f"exports/{day.election.id}#exports/1/messages.csv.gz",)
    assert bucket.files_under(f"exports/{day.election.id}") == []
    left = told(day)
    for gone in (phone, phone[1:], f"0{phone[4:]}", name, "Назгуль", "всё спокойно", "мать ответила"):
        assert gone not in left, next(row for row in left.splitlines() if gone in row)
    assert day.phone(1) in left
    assert "пломба цела" in left
    assert numbers(day) == before
    assert day.differences() == ()
    assert not any(forget(day, phone).rows.values())


@pytest.mark.parametrize("whom", ["a person", "everybody"])
def test_the_ledger_s_roots_stay_and_tell_of_what_is_forgotten(day: Pipeline, whom: str) -> None:
    sealed = seal(day.current, day.now + HOUR)
    assert sealed is not None
    assert verify(day.election.id).differences == ()
    if whom == "a person":
        forget(day, day.phone())
    else:
        forget_everybody(day.election.id, day.now, quiet, is_done=True)
    verified = verify(day.election.id, [sealed.root])
    assert verified.differences == ()
    own = {row.key for row in day.rows() if row.direction == "in" and row.text is None}
    assert len(own) >= 5
    assert all(any(key in line for line in verified.forgotten) for key in own)


def test_the_opt_out_holds_when_a_file_names_the_phone_again(day: Pipeline) -> None:
    forget(day, day.phone())
    assert wish_of(day.election.id, day.phone()) is None
    loading.load(day.election, existing(day.election.id).clock)
    wish = wish_of(day.election.id, day.phone())
    assert wish is not None
    assert wish.wish == "out"


def test_no_key_can_be_tried_against_phones_once_a_stranger_is_forgotten(day: Pipeline) -> None:
    """Whoever knows the handful of millions of phones of a country hashes them all within seconds."""
    stranger = "+996777123456"
    assert day.reply(day.say(stranger, "hello")) is not None
    sealed = seal(day.current, day.now + HOUR)
    assert sealed is not None
    forget(day, stranger)
    keys = [key for part in ledger.parts_of(day.election.id, sealed.number) for key in part.keys]
    left = "\n".join([told(day), *keys])
    for phone in (stranger, stranger[1:], f"0{stranger[4:]}"):
        assert phone not in left
        for name in ("md5", "sha1", "sha256"):
            digest = hashlib.new(name, phone.encode()).hexdigest()
            assert not any(digest[begin : begin + 16] in left for begin in range(len(digest) - 15)), name
    assert verify(day.election.id, [sealed.root]).differences == ()
    assert day.reply(day.say(stranger, "hello again")) is not None, "it is a stranger anew"


def test_everybody_of_an_election_is_forgotten_and_it_stays_retired(day: Pipeline) -> None:
    other = day.phone(5)
    day.say(other, "TU 10:00 A200")
    before = numbers(day)
    retire(day.election.id, day.now)
    elections._recent.clear()
    forget_everybody(day.election.id, day.now, quiet, is_done=True)
    left = told(day)
    for observer in day.election.observers:
        assert not any(gone in left for gone in (*observer.phones, observer.name))
    for coordinator in day.election.coordinators:
        assert not any(gone in left for gone in (coordinator.name, str(coordinator.email), str(coordinator.phone)))
    assert not any(gone in left for gone in (*SAYINGS, "пломба", "asked by phone", "Aida"))
    assert numbers(day) == before
    assert day.differences() == ()
    assert retired_at(day.election.id) is not None
    again = forget_everybody(day.election.id, day.now, quiet, is_done=False)
    assert not any(again.rows.values())


@pytest.mark.parametrize("whom", ["a person", pytest.param("everybody", marks=pytest.mark.long)])
def test_killed_after_any_write_it_is_given_again_and_ends_the_same(day: Pipeline, wire: Wire, whom: str) -> None:
    """Each run is killed some writes further on, until one comes to its end."""

    def run() -> object:
        elections._recent.clear()
        if whom == "a person":
            return forget(day, day.phone())
        return forget_everybody(day.election.id, day.now, quiet, is_done=True)

    comparing_key(day.election.id)
    kept = everything()
    wire.listen()
    run()
    undisturbed = comparable(everything())
    step = max(1, sum(call in WRITES for call in wire.calls) // KILLED)
    restore(kept)
    killed = 0
    while _is_killed(run, wire, step):
        killed += 1
    assert killed >= KILLED // 2
    assert comparable(everything()) == undisturbed
    assert day.differences() == ()


def test_what_an_operator_changes_meanwhile_stays(day: Pipeline, monkeypatch: pytest.MonkeyPatch) -> None:
    """The election is not rewritten over it, but read and rewritten once more."""
    first, second = (station.number for station in day.election.stations[:2])
    close_station(subject(day, "station", first, key="first"))
    read = stored_election(day.election.id)
    close_station(subject(day, "station", second, key="second"))
    with pytest.raises(ElectionChanged, match="changed by somebody else"):
        rewrite(day.election.id, read, read)
    attempts = []

    def changed_before(election_id: str, before: StoredElection, after: StoredElection) -> None:
        if not attempts:
            reopen_station(subject(day, "station", first, seen=1, key="third"))
        attempts.append(before.assigned)
        rewrite(election_id, before, after)

    monkeypatch.setattr(forgetting, "rewrite", changed_before)
    forget(day, day.phone())
    assert len(attempts) == 2
    elections._recent.clear()
    assert set(existing(day.election.id).election.closed) == {second}
    assert day.phone() not in existing(day.election.id).filed.model_dump_json()
    assert day.differences() == ()


WRITES = ("UpdateItem", "PutItem", "DeleteItem", "BatchWriteItem", "DeleteObject")
KILLED = int(os.environ.get("BAYKOO_FORGETTING_KILLED", "4"))
"""How often a run is killed on its way."""


def _is_killed(run: Callable[[], object], wire: Wire, step: int) -> bool:
    """Run until so many writes are done beside the audit trail's line, with which each run begins."""
    writes = iter(range(10_000))

    def cut(operation: str, _place: int, when: str) -> BaseException | None:
        return Killed() if when == "after" and operation in WRITES and next(writes) == step else None

    wire.cut_all = cut
    try:
        run()
    except Killed:
        return True
    finally:
        wire.mend()
    return False


def test_a_coordinator_s_code_goes_with_them_and_their_commands_are_nobody_s(day: Pipeline) -> None:
    people = list(day.election.coordinators)
    place = next(place for place, person in enumerate(people) if person.phone and "Bishkek" in person.regions)
    code = hashed("48213", "somebody")
    people[place] = people[place].model_copy(update={"code": code})
    day.election = changed(day.election, coordinators=people)
    loading.load(day.election, existing(day.election.id).clock)
    phone, number = str(people[place].phone), next(iter(incidents_of(day.election.id))).number
    assert day.say(phone, f"OK {number}").reason == "code_missing"
    assert code in told(day)
    forget(day, phone)
    left = told(day)
    assert code not in left
    assert phone not in left
    elections._recent.clear()
    assert day.say(phone, f"*48213 OK {number}").reason == "unknown_sender"
    assert {incident.state for incident in incidents_of(day.election.id)} == {"new"}
    assert day.differences() == ()
