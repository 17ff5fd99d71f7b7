"""Every call of every action about an SMS that waits fails in every manner: the end is the undisturbed one."""

import pytest
from fault_paths_desk import REQUESTS
from fault_stage import staged
from fault_sweep import sweep_faults


@pytest.mark.parametrize("name", REQUESTS)
def test_it_ends_as_undisturbed(name: str, monkeypatch: pytest.MonkeyPatch) -> None:
    found = sweep_faults(REQUESTS[name].path(), staged(monkeypatch))
    assert not found, "\n".join(found)
