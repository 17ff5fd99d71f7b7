"""The simulation of docs/scale.md: the same seed gives the same run, nothing is lost, and each wall is found."""

from dataclasses import replace
from pathlib import Path
from xml.etree import ElementTree

import pytest

from chalicelib.observation.reports.tally import shard_of
from chalicelib.store.queues import QUEUE_SHARDS, pending_in
from infra.bundle import package
from infra.scale.aws_limits import PARTITION_WRITE_UNITS
from infra.scale.capacity import Items, Tables, Workers
from infra.scale.design import Design
from infra.scale.figures import hottest, percentile, table
from infra.scale.measured_costs import MeasuredCosts
from infra.scale.nation import reports, sample_election
from infra.scale.pictures import bars, curves
from infra.scale.simulation import Run, Simulation

OBSERVERS = 2_000
DESIGN = Design(
    tally_shards=4,
    queue_shards=QUEUE_SHARDS,
    warm_write_units=0,
    intake_concurrency=100,
    intake_memory=1024,
    process_memory=1024,
    api_requests=500,
    batch_size=100,
    parallelization=10,
    threads=4,
)


def run(design: Design = DESIGN, measured: MeasuredCosts | None = None, observers: int = OBSERVERS) -> Run:
    return Simulation(design, measured or MeasuredCosts.read(), observers).run()


def every_counted(done: Run) -> bool:
    return len(done.stored) == len(done.counted) + len(done.alerted) == done.observers


def test_the_same_seed_gives_the_same_figures_and_pictures() -> None:
    first, second = run(), run()
    assert table([("now", first)]) == table([("now", second)])
    assert bars("keys", hottest(first.tables), 1000) == bars("keys", hottest(second.tables), 1000)
    assert every_counted(first)


def test_keys_are_those_of_the_code() -> None:
    election = sample_election(DESIGN.tally_shards)
    some = [sms for sms in reports(OBSERVERS, DESIGN, 17) if sms.kind == "accepted"][:50]
    for sms in some:
        station = sms.station.removeprefix(f"{election.id}#")
        assert sms.tally[0] == f"{election.id}#{shard_of(election, station)}"
        assert sms.pending == pending_in("in", sms.key)


def test_more_shards_let_fewer_transactions_meet() -> None:
    few, many = run(), run(DESIGN.but(tally_shards=64))
    assert few.items.conflicts > 2 * many.items.conflicts
    assert dict(hottest(few.tables))["tallies"] > dict(hottest(many.tables))["tallies"]


def test_what_the_api_refuses_is_late_and_counted() -> None:
    narrow = run(DESIGN.but(api_requests=2))
    assert narrow.refused["API Gateway"] > 0
    assert every_counted(narrow)
    assert percentile(narrow.stored, 0.99) > percentile(run().stored, 0.99) + 5


def test_what_a_hot_key_refuses_is_late_and_counted() -> None:
    """Each SMS takes 300 units of its tally, so that three in a second are too many for a shard."""
    measured = MeasuredCosts.read()
    heavy = replace(measured, accepted=measured.accepted | {"tallies": 300.0})
    done = run(measured=heavy)
    assert done.refused["tallies"] > 0
    assert every_counted(done)
    assert percentile(done.counted, 0.99) > percentile(run().counted, 0.99)


def test_too_few_workers_of_intake_are_told() -> None:
    measured = replace(MeasuredCosts.read(), webhook_cpu=0.5)
    done = run(DESIGN.but(intake_concurrency=2), measured)
    assert (done.intake.begun, done.refused["intake's concurrency"] > 0) == (2, True)


def test_a_partition_gives_so_much_a_second_and_a_write_takes_all_or_nothing() -> None:
    tables = Tables(0)
    assert tables.take(0.0, [("reports", "a", PARTITION_WRITE_UNITS)]) is None
    assert tables.take(0.5, [("tallies", "b", 900.0), ("reports", "a", 1.0)]) == "reports"
    assert tables.take(0.6, [("tallies", "b", 900.0)]) is None, "the refused write took nothing"
    assert tables.take(1.0, [("reports", "a", PARTITION_WRITE_UNITS)]) is None
    assert [Tables(units).partitions for units in (0, 12_000)] == [4, 12]


def test_transactions_meet_on_an_item_and_not_on_others() -> None:
    items = Items()
    assert [items.hold(("1", "a"), 0.0), items.hold(("1", "a"), 0.01), items.hold(("1", "b"), 0.01)] == [
        True,
        False,
        True,
    ]
    assert items.hold(("1", "a"), 0.03)
    assert items.conflicts == 1


def test_workers_are_used_again_and_begin_up_to_a_bound() -> None:
    workers = Workers(2)
    assert [workers.claim(0.0) for _ in range(3)] == [False, False, None]
    workers.release(0.5)
    assert [workers.claim(0.4), workers.claim(0.6)] == [None, True]


@pytest.mark.parametrize(
    "drawn",
    [
        curves("a < b", {"sent": [0.0, 3.0, 1.0], "stored": [0.0, 2.0, 2.0]}, 60),
        bars("keys", [("tallies", 1200.0)], 1000),
    ],
)
def test_a_picture_is_svg(drawn: str) -> None:
    assert ElementTree.fromstring(drawn).tag == "{http://www.w3.org/2000/svg}svg"


def test_the_template_s_settings_are_read() -> None:
    usual = Design.of_template(package().template)
    assert (usual.batch_size, usual.parallelization, usual.intake_concurrency) == (100, 10, 100)
    assert usual.warm_write_units == 0


def test_every_picture_and_figure_of_the_page_is_there() -> None:
    docs = Path(__file__).parents[3] / "docs"
    page = (docs / "scale.md").read_text("utf-8")
    for observers in (100_000,):
        figures = page.partition(f"<!-- figures {observers} -->")[2].partition("<!-- end -->")[0]
        assert f"{observers:,}" in figures
        for name in ("before", "after"):
            assert (docs / "scale" / f"{observers}-{name}-flow.svg").is_file()
            assert (docs / "scale" / f"{observers}-{name}-keys.svg").is_file()
