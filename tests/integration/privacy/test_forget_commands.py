"""./baykoo forget and retire: they count first, do it with --yes, and name what outlasts it."""

import datetime as dt

import pytest
from click.testing import CliRunner
from pipeline import Load, Pipeline

from chalicelib.cli import main
from chalicelib.services.clients import bucket
from chalicelib.store import elections
from chalicelib.store.election_removal import retired_at
from chalicelib.store.elections import existing
from infra.stack import Stack


@pytest.fixture(autouse=True)
def _named(services: Stack, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("BAYKOO_STACK", services.name)
    monkeypatch.setenv("BAYKOO_BUCKET", services.outputs["Files"])


def command(*arguments: str, expect: int = 0) -> str:
    elections._recent.clear()
    done = CliRunner().invoke(main, arguments)
    assert done.exit_code == expect, (done.output, done.exception)
    return done.output


def test_a_person_is_forgotten_once_it_is_said(pipeline: Pipeline) -> None:
    phone, election = pipeline.phone(), pipeline.election.id
    pipeline.say(phone, "OP A1 B0702 C9 D1 E1450")
    file = f"exports/{election}#exports/1/messages.csv.gz"
    bucket.put(file, phone.encode())
    counted = command("forget", phone, "--election", election)
    assert "Would be forgotten: " in counted
    assert f"Would be deleted: {file}" in counted
    assert "Nothing was changed." in counted
    done = command("forget", phone, "--yes")
    assert done.startswith("Forgotten: ")
    assert f"Deleted: {file}" in done
    assert "are yours to delete" in done
    assert command("forget", phone, "--yes").startswith("Forgotten: nothing.")
    assert "0 differences" in command("audit", "--election", election)
    assert "is no phone" in command("forget", "nobody", expect=1)


def test_an_election_is_retired_once_it_was_held_so_long_ago(load: Load) -> None:
    coming, held = load(size=4), load(size=4, date=dt.date(2017, 10, 15))
    assert "nobody is forgotten before 2" in command("retire", coming.election.id, "--after", "90", "--yes")
    assert retired_at(coming.election.id) is None
    assert "Would be forgotten: 1 elections" in command("retire", held.election.id, "--after", "90")
    assert retired_at(held.election.id) is None
    assert "Forgotten: 1 elections" in command("retire", held.election.id, "--after", "90", "--yes")
    assert retired_at(held.election.id) is not None
    assert {observer.phones for observer in existing(held.election.id).election.observers} == {()}
