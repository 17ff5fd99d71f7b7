"""Every call of what people decide about reports, stations, observers and incidents fails in every manner."""

import pytest
from fault_paths_decisions import REQUESTS
from fault_stage import staged
from fault_sweep import sweep_faults

CASES = [(kind, name) for kind, requests in REQUESTS.items() for name in requests]


@pytest.mark.parametrize(("kind", "name"), CASES)
def test_it_ends_as_undisturbed(kind: str, name: str, monkeypatch: pytest.MonkeyPatch) -> None:
    found = sweep_faults(REQUESTS[kind][name].path(), staged(monkeypatch))
    assert not found, "\n".join(found)
