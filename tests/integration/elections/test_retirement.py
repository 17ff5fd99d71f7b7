"""Elections that are over: retired, deleted with all of their rows, and rosters that nobody needs any longer."""

import datetime as dt
from pathlib import Path
from typing import Any

import pytest
from click.testing import CliRunner
from pipeline import Load, Pipeline
from sample_election import changed

from chalicelib.cli.election import election as command
from chalicelib.observation.elections.clock import REAL_TIME
from chalicelib.services.backup.archive import ArchiveInvalid
from chalicelib.services.backup.backup import back_up
from chalicelib.services.backup.deletion import DELETED, RECORDED_IN, DeleteRefused, delete, require_deletable
from chalicelib.services.elections import loading
from chalicelib.services.elections.retirement import RetireRefused, retire
from chalicelib.store import elections, operators, raw_rows, routes
from chalicelib.store.election_removal import retired_at
from chalicelib.store.elections import ElectionRow, ElectionUnknown, existing
from chalicelib.store.operators import AuditRow
from chalicelib.store.tables import StoreUnavailable

LATER = dt.timedelta(days=3)


def silent(table: str, rows: int) -> None:
    """Tell nobody how far it is."""


def backed_up(day: Pipeline, folder: Path) -> Path:
    path = folder / "election.backup"
    back_up(existing(day.election.id), path, day.now, silent)
    return path


def rows_naming(*words: str) -> list[tuple[str, Any]]:
    """Every row of every table that holds one of some words anywhere."""
    tables = ("elections", "providers", *DELETED)
    rows = [(table, dict(row)) for table in tables for page in raw_rows.pages(table) for row in page.rows]
    for _, row in rows:
        row.pop("document", None)  # compressed, and any bytes may be in it
    return [(table, row) for table, row in rows if any(word in str(row) for word in words)]


def used(load: Load) -> Pipeline:
    """A day with reports, an incident, a stranger, a receipt's pointer and an opt-out."""
    day = load()
    day.say(day.phone(), "OP A1 B0730 C12 D1 E1668")
    day.say(day.phone(), "IN 3 they beat us")
    day.say(day.phone(1), "STOP")
    operators.record(day.election.id, day.now, "Ann", "looked", "something")
    return day


def test_a4_an_election_that_is_retired_is_on_no_schedule_and_leads_nowhere(load: Load) -> None:
    day = used(load)
    numbers = retire(day.election.id, day.now + LATER)
    assert numbers == (day.number,)
    assert day.election.id not in elections.list_elections()
    assert retired_at(day.election.id) == (day.now + LATER)
    assert routes.numbers_of(day.election.id) == []
    message = day.say(day.phone(), "TU A100")
    assert (message.state, message.election) == ("quarantined", None)
    assert day.differences() == (), "all of it can be read and audited as before"


def test_an_election_under_way_is_retired_only_where_somebody_insists(load: Load) -> None:
    day = load()
    with pytest.raises(RetireRefused, match="under way"):
        retire(day.election.id, day.now)
    assert day.election.id in elections.list_elections()
    retire(day.election.id, day.now, although_under_way=True)
    assert day.election.id not in elections.list_elections()


def test_an_election_with_sms_that_wait_to_be_read_is_not_retired(load: Load) -> None:
    day = load()
    day.send(day.phone(), "OP A1 B0730 C12 D1 E1668")
    with pytest.raises(RetireRefused, match="1 SMS"):
        retire(day.election.id, day.now + LATER)
    assert routes.numbers_of(day.election.id) == [day.number]


def test_there_must_be_an_election_to_be_retired_or_deleted(load: Load, tmp_path: Path) -> None:
    load()
    with pytest.raises(ElectionUnknown):
        retire("nobody-s", dt.datetime.now(dt.UTC))
    with pytest.raises(ElectionUnknown):
        require_deletable("nobody-s", None)


def test_a4_an_election_that_this_version_cannot_read_can_be_retired_and_deleted(load: Load) -> None:
    day = load()
    ElectionRow(elections.DIRECTORY, day.election.id).update(actions=[ElectionRow.schema.set(99)])
    retire(day.election.id, day.now)
    assert day.election.id not in elections.list_elections()
    require_deletable(day.election.id, None)
    delete(day.election.id, "Ann", day.now, silent)
    assert elections.current(day.election.id, fresh=True) is None


def test_a_retired_election_that_is_loaded_again_is_at_work_again(load: Load) -> None:
    day = used(load)
    retire(day.election.id, day.now + LATER)
    with pytest.raises(loading.ElectionRetired):
        loading.route(day.number, day.election.id)
    loading.load(day.election, REAL_TIME)
    loading.route(day.number, day.election.id)
    assert day.election.id in elections.list_elections()
    assert day.say(day.phone(2), "OP A1 B0730 C12 D1 E1668").state == "accepted"


def test_b5_of_a_deleted_election_no_phone_and_no_name_is_left(load: Load, tmp_path: Path) -> None:
    other = used(load)
    day = used(load)
    retire(day.election.id, day.now + LATER)
    day.now += LATER + dt.timedelta(minutes=1)
    require_deletable(day.election.id, backed_up(day, tmp_path))
    before = other.end_state()
    removed = delete(day.election.id, "Ann", day.now, silent)
    assert {"messages", "reports", "tallies", "incidents", "audit", "optouts", "elections"} <= {
        table for table, count in removed.items() if count
    }
    phones = [phone for observer in day.election.observers for phone in observer.phones]
    left = rows_naming(f"'{day.election.id}'", f"{day.election.id}#", f"generic#{day.election.id}-", *phones)
    assert [table for table, row in left if row.get("election", {}).get("S") != RECORDED_IN] == []
    [line] = [row for row in AuditRow.query(RECORDED_IN) if row.subject == day.election.id]
    assert (line.who, line.action) == ("Ann", "delete election")
    assert other.end_state() == before
    assert other.differences() == ()
    with pytest.raises(ElectionUnknown):
        existing(day.election.id)


def test_a_deletion_that_was_broken_off_is_given_again(load: Load) -> None:
    day = used(load)
    retire(day.election.id, day.now + LATER)

    def broken(table: str, rows: int) -> None:
        if table == "audit":
            raise StoreUnavailable("the connection is gone")

    with pytest.raises(StoreUnavailable):
        delete(day.election.id, "Ann", day.now, broken)
    require_deletable(day.election.id, None)
    delete(day.election.id, "Ann", day.now, silent)
    assert rows_naming(f"{day.election.id}#", f"generic#{day.election.id}-") == []


def test_only_a_retired_election_with_a_whole_backup_since_is_deleted(load: Load, tmp_path: Path) -> None:
    day, other = used(load), used(load)
    with pytest.raises(DeleteRefused, match="not retired"):
        require_deletable(day.election.id, None)
    early = backed_up(day, tmp_path)
    for row in (day, other):
        retire(row.election.id, row.now + LATER)
    with pytest.raises(DeleteRefused, match="before"):
        require_deletable(day.election.id, early)
    day.now += 2 * LATER
    of_day = backed_up(day, tmp_path)
    require_deletable(day.election.id, of_day)
    with pytest.raises(DeleteRefused, match="is a backup of"):
        require_deletable(other.election.id, of_day)
    of_day.write_bytes(of_day.read_bytes()[:-40])
    with pytest.raises(ArchiveInvalid):
        require_deletable(day.election.id, of_day)


def test_b5_a_roster_that_was_replaced_is_removed(load: Load) -> None:
    day = load()
    gone = day.election.observers[-1]
    loading.load(changed(day.election, observers=list(day.election.observers[:-1])), REAL_TIME)
    assert gone.number not in existing(day.election.id).election.observer_by_number
    documents = {row.part.rpartition("#")[0] for row in ElectionRow.query(day.election.id)}
    assert documents == {ElectionRow.get(elections.DIRECTORY, day.election.id).digest}


def test_b5_the_same_file_loaded_again_and_again_leaves_one_document(load: Load) -> None:
    day = load()
    for _ in range(3):
        loading.load(day.election, REAL_TIME)
    assert len({row.part.rpartition("#")[0] for row in ElectionRow.query(day.election.id)}) == 1
    elections._documents.clear()
    assert existing(day.election.id).version == 4


def test_a_worker_that_knew_the_version_before_reads_the_present_one(load: Load) -> None:
    day = load()
    knew = elections._recent.last(day.election.id)
    loading.load(changed(day.election, name={"en": "Renamed"}), REAL_TIME)
    elections._documents.clear()
    elections._recent.get(day.election.id, lambda: knew, within=0)
    loaded = elections.current(day.election.id)
    assert loaded is not None
    assert loaded.election.name == {"en": "Renamed"}


def test_the_commands_say_what_they_did_and_what_they_refuse(
    load: Load, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("chalicelib.cli.election.use_stack", lambda: None)
    day = used(load)
    name = day.election.id

    def run(*arguments: str, typed: str | None = None) -> tuple[int, str]:
        done = CliRunner().invoke(command, arguments, input=typed, catch_exceptions=False)
        return done.exit_code, done.output

    assert run("retire", "nobody-s")[0] == 1
    retired = run("retire", name, "--although-under-way")
    assert retired == (0, f"{name} is retired. Numbers that lead nowhere now: {day.number}.\n")
    assert f"{name} (retired " in run("list")[1]
    assert run("route", day.number, name)[0] == 1
    assert run("delete", name)[0] == 2
    missing = str(tmp_path / "missing.backup")
    assert run("delete", name, "--backup", missing)[0] == 1
    assert "nothing was deleted" in run("delete", name, "--without-backup", typed="other\n")[1]
    code, output = run("delete", name, "--without-backup", typed=f"{name}\n")
    assert code == 0
    assert f"{name} is deleted: " in output
    assert name not in run("list")[1]
