"""Codes in the rosters: checked, kept as hashes alone, and printed on slips."""

import stat

import pytest
from click.testing import CliRunner

from chalicelib.cli.cards import cards as command
from chalicelib.observation.election_file import inspect_election
from chalicelib.observation.election_file.roster_change import RosterTable, inspect_rosters, roster_changes
from chalicelib.observation.sms.codes import is_code
from chalicelib.rehearsal.election_copy import rehearsal_copy, simulated_code

OBSERVERS = """\
observer,name,phone,language,station,code
0001,Anna,+996555100001,ru,1001,482193
0002,Bek,+996555100002;+996700100002,en,1001,
0003,Chyngyz,+996555100003,ru,1002,07712
0004,Dina,0555 100 004,ru,2001,
"""
COORDINATORS = """\
name,email,phone,language,regions,alerts,code
North and South,both@example.org,+996555200001,ru,North; South,email+sms,9024
Headquarters,hq@example.org,,en,*,email,
"""


@pytest.fixture
def with_codes(files):
    return {**files, "observers.csv": OBSERVERS, "coordinators.csv": COORDINATORS}


def test_an_election_keeps_hashes_alone(with_codes):
    inspection = inspect_election(with_codes, "election.yaml")
    election = inspection.election
    assert election is not None, inspection.problems
    assert [observer.code is not None for observer in election.observers] == [True, False, True, False]
    assert is_code(election.observers[0].code, "482193")
    assert is_code(election.observers[2].code, "07712")
    assert is_code(election.coordinators[0].code, "9024")
    assert election.coordinators[1].code is None
    kept = election.model_dump_json()
    assert not any(code in kept for code in ("482193", "07712", "9024"))
    assert not any(code in repr(election) for code in (election.observers[0].code, "482193"))


def test_loading_the_same_files_again_changes_nothing(with_codes):
    first, again = (inspect_election(with_codes, "election.yaml").election for _ in range(2))
    assert first == again


@pytest.mark.parametrize(
    ("code", "says"),
    [
        ("12x4", "4 to 8 digits"),
        ("482", "4 to 8 digits"),
        ("482193771", "4 to 8 digits"),
        ("4821.0", "4 to 8 digits"),
        ("7777", "easily guessed"),
        ("3456", "easily guessed"),
        ("8765", "easily guessed"),
        ("100001", "easily guessed"),
        ("1001", "easily guessed"),
        ("00001", "easily guessed"),
    ],
)
def test_a_code_that_is_none_or_is_guessed_is_refused_and_not_quoted(with_codes, code, says):
    observers = with_codes["observers.csv"].replace("482193", code)
    inspection = inspect_election({**with_codes, "observers.csv": observers}, "election.yaml")
    (problem,) = inspection.problems
    assert (problem.file, problem.line) == ("observers.csv", 2)
    assert says in problem.message
    assert code not in problem.message


def test_a_coordinator_s_code_needs_a_phone(with_codes):
    coordinators = with_codes["coordinators.csv"].replace("email,\n", "email,5061\n")
    inspection = inspect_election({**with_codes, "coordinators.csv": coordinators}, "election.yaml")
    assert [(problem.line, "no phone" in problem.message) for problem in inspection.problems] == [(3, True)]


def test_new_rosters_tell_that_a_code_changed_and_not_which(with_codes):
    before = inspect_election(with_codes, "election.yaml").election
    changed = OBSERVERS.replace("482193", "615243").replace("07712", "").replace("2001,", "2001,90817")
    after = inspect_rosters(before, {"observers": RosterTable("observers.csv", changed)}).election
    assert after is not None
    fields = {change.what: dict(change.fields) for change in roster_changes(before, after)}
    assert fields == {
        "0001": {"code": ("set", "set anew")},
        "0003": {"code": ("set", "")},
        "0004": {"code": ("", "set")},
    }


def test_cards_are_printed_with_slips_of_the_codes(with_codes, tmp_path):
    for name, text in with_codes.items():
        (tmp_path / name).write_text(text, "utf-8")
    done = CliRunner().invoke(command, [str(tmp_path / "election.yaml"), "--output", str(tmp_path / "out")])
    assert done.exit_code == 0, done.output
    assert "482193" not in done.output
    slips = (tmp_path / "out" / "codes.ru.html").read_text("utf-8")
    assert all(f"*{code}" in slips for code in ("482193", "07712", "9024"))
    assert not (tmp_path / "out" / "codes.en.html").exists(), "nobody has a code who reads English"
    assert stat.S_IMODE((tmp_path / "out" / "codes.ru.html").stat().st_mode) == 0o600
    card = (tmp_path / "out" / "cards.ru.html").read_text("utf-8")
    assert "Мой код" in card
    assert "482193" not in card
    assert "My code" not in (tmp_path / "out" / "cards.en.html").read_text("utf-8")


def test_an_election_without_codes_has_no_slips(folder):
    done = CliRunner().invoke(command, [str(folder / "election.yaml"), "--output", str(folder / "out")])
    assert done.exit_code == 0, done.output
    assert not list((folder / "out").glob("codes.*"))


def test_a_rehearsal_has_codes_of_its_own(with_codes):
    election = inspect_election(with_codes, "election.yaml").election
    copy = rehearsal_copy(election, "rehearsal-1")
    assert [observer.code is not None for observer in copy.observers] == [True, False, True, False]
    assert is_code(copy.observers[0].code, simulated_code("rehearsal-1", "0001"))
    assert not is_code(copy.observers[0].code, "482193")
    assert all(coordinator.code is None for coordinator in copy.coordinators)
    assert all(observer.code is not None for observer in rehearsal_copy(election, "rehearsal-1", codes=100).observers)
