"""One in twenty of all calls to AWS fails: a rehearsal accounts for everything, and the audit finds no difference."""

from collections import Counter
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

import pytest
from deployed import eventually
from fault_proxy import KINDS, FaultProxy, fault_proxy, lead_through
from rehearsing import baykoo, counted, output_of, overdue, rehearsal_of, without_outcome
from stack import Sample, folder_of, sample_on

from infra.local import write_settings
from infra.stack import local_stack

SEED = 5
SWEEPS_WITHIN = 150
"""Seconds: two sweeps, a minute apart, and what they take while calls fail."""


@pytest.fixture(scope="module")
def disturbed(tmp_path_factory: pytest.TempPathFactory) -> Iterator[tuple[Sample, FaultProxy]]:
    """A stack whose functions call AWS through the proxy, and so does ./baykoo."""
    folder = tmp_path_factory.mktemp("faults")
    with local_stack(folder_of("faults")) as stack:
        sample = sample_on(stack, folder / "local.json", all_stations=True)
        with fault_proxy(stack.endpoint_url, seed=SEED) as proxy:
            assert len(lead_through(proxy, stack)) >= 8
            path = folder / "disturbed.json"
            write_settings(path, {**sample.local, "endpoint_url": proxy.url})
            yield replace(sample, path=path), proxy


@pytest.mark.long
def test_everything_is_accounted_for_and_the_audit_is_clean(
    disturbed: tuple[Sample, FaultProxy], tmp_path: Path
) -> None:
    sample, proxy = disturbed
    arguments = (
        "--observers=150",
        "--minutes=1.5",
        "--duplicates=20",
        "--incidents=10",
        "--noise=30",
        f"--seed={SEED}",
    )
    output = output_of(baykoo(sample, "rehearse", *arguments, f"--report={tmp_path / 'page.html'}"))
    print(output, *proxy.lines(), sep="\n")  # noqa: T201
    assert counted(output, "Sent") == counted(output, "Acknowledged") == counted(output, "Accounted") > 800
    assert ", 0 of them failed" in output
    eventually(lambda: not without_outcome(sample.stack), SWEEPS_WITHIN)
    assert overdue(sample.stack) == []
    calls, injected = sum(proxy.asked.values()), sum(proxy.injected.values())
    assert calls > 5000
    assert 0.04 < injected / calls < 0.06
    kinds = Counter({some: sum(n for (kind, _), n in proxy.injected.items() if kind in some) for some in KINDS})
    assert all(injected / 6 < times < injected / 3 for times in kinds.values()), kinds
    audited = output_of(baykoo(sample, "audit", "--election", str(rehearsal_of(sample))))
    assert " 0 differences" in audited
