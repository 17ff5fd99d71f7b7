"""Over how many rows an election's counts are spread, changed between elections."""

import datetime as dt
from collections.abc import Iterator

import pytest
from click.testing import CliRunner, Result
from pipeline import Load, Pipeline
from sample_election import changed

from chalicelib.cli import election as module
from chalicelib.observation.elections.clock import REAL_TIME
from chalicelib.observation.elections.coordinator import Coordinator
from chalicelib.observation.reports.tally import shard_of
from chalicelib.services.elections import loading
from chalicelib.services.elections.shards import ShardsInUse, change_shards
from chalicelib.store.elections import existing
from chalicelib.store.tallies import shards_of_cells

OPENING = "OP A1 B0730 C12 D1 E1668"


@pytest.fixture
def command(monkeypatch: pytest.MonkeyPatch) -> Iterator[CliRunner]:
    """./baykoo on the stack that this process works on."""
    monkeypatch.setattr(module, "use_stack", lambda: None)
    return CliRunner()


def run(command: CliRunner, *words: object) -> Result:
    return command.invoke(module.election, [str(word) for word in words])


def test_a_command_spreads_counts_over_more_rows_and_all_are_read(pipeline: Pipeline, command: CliRunner) -> None:
    answer = run(command, "shards", pipeline.election.id, 16)
    assert (answer.exit_code, "spread over 16 rows" in answer.output) == (0, True), answer.output
    for place in range(0, 20, 2):
        pipeline.say(pipeline.observers(place)[0].phones[0], OPENING)
    for place in range(6):
        pipeline.say(f"+99677700001{place}", "who am I")
    spread = {shard for shard, _ in shards_of_cells(pipeline.current.election)}
    assert max(spread) >= 4, "some count lies where four shards would have none"
    nation = pipeline.summary()["nation"]
    assert (nation["forms"]["OP"]["-"]["received"], nation["messages"]["received"]) == (10, 16)
    assert pipeline.differences() == ()


def test_counts_of_strangers_are_spread_too(pipeline: Pipeline) -> None:
    phones = [f"+9967770001{place:02}" for place in range(12)]
    for phone in phones:
        pipeline.say(phone, "who am I")
    strangers = {shard for shard, cell in shards_of_cells(pipeline.election) if cell[0] == "*"}
    assert strangers == {shard_of(pipeline.election, phone) for phone in phones}
    assert len(strangers) > 1
    assert pipeline.differences() == ()


def test_shards_stay_where_something_is_counted(pipeline: Pipeline, command: CliRunner) -> None:
    pipeline.say(pipeline.phone(), "?!")
    answer = run(command, "shards", pipeline.election.id, 8)
    assert (answer.exit_code, "tally_shards" in answer.output) == (1, True), answer.output
    assert existing(pipeline.election.id).election.tally_shards == 4
    assert pipeline.differences() == ()


def test_shards_stay_where_a_coordinator_s_incident_alone_is_counted(load: Load) -> None:
    """It counts as no message."""
    asan = Coordinator(name="Asan", phone="+996557200002", language="en", regions=("Bishkek",), alerts=("sms",))
    pipeline = load(size=2, coordinators=(asan,))
    pipeline.say("+996557200002", f"IN {pipeline.election.stations[0].number} 3 a fight")
    assert pipeline.summary()["nation"]["messages"]["received"] == 0
    with pytest.raises(loading.RemovesReported, match="tally_shards"):
        change_shards(pipeline.election.id, 16, pipeline.now - dt.timedelta(days=10))
    assert existing(pipeline.election.id).election.tally_shards == 4
    assert pipeline.differences() == ()


def test_shards_stay_while_an_election_is_under_way(pipeline: Pipeline) -> None:
    with pytest.raises(ShardsInUse, match="under way"):
        change_shards(pipeline.election.id, 8, pipeline.now)
    assert change_shards(pipeline.election.id, 4, pipeline.now) == pipeline.current.version, "as they are already"
    assert change_shards(pipeline.election.id, 8, pipeline.now - dt.timedelta(days=10)) > 1


def test_a_file_without_shards_keeps_those_that_were_set(load: Load) -> None:
    pipeline = load(size=2)
    change_shards(pipeline.election.id, 16, pipeline.now - dt.timedelta(days=10))
    pipeline.say(pipeline.phone(), OPENING)
    loading.load(changed(pipeline.election, name={"en": "mended"}), REAL_TIME)
    assert existing(pipeline.election.id).election.tally_shards == 16
    assert pipeline.differences() == ()


def test_there_is_a_most_of_shards(pipeline: Pipeline, command: CliRunner) -> None:
    assert run(command, "shards", pipeline.election.id, 65).exit_code == 2
    assert run(command, "shards", "no-such-election", 8).exit_code == 1
