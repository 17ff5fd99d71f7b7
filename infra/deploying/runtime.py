"""The Python that the functions run by, and its life on AWS.

The functions run by the one that packages them.
"""

import json
from dataclasses import dataclass
from datetime import date, timedelta
from functools import cache
from importlib.metadata import distribution
from pathlib import Path
from typing import Literal

HALF_A_YEAR = timedelta(days=182)
"""Between the choice of a release and the last day of its election."""


@dataclass(frozen=True, slots=True)
class Lifecycle:
    """When AWS ends a runtime.

    Mends it no more, makes no new function of it, changes none.
    """

    deprecated: date
    create_blocked: date
    update_blocked: date


@cache
def lifecycles() -> dict[str, Lifecycle]:
    """Return each runtime's dates, as cfn-lint has them from AWS's documents."""
    written = distribution("cfn-lint").locate_file("cfnlint/data/AdditionalSpecs/LmbdRuntimeLifecycle.json")
    return {
        name: Lifecycle(*(date.fromisoformat(dates[key]) for key in ("deprecated", "create-block", "update-block")))
        for name, dates in json.loads(Path(str(written)).read_text()).items()
        if dates["deprecated"] and dates["create-block"] and dates["update-block"]
    }


def lasting(today: date) -> str:
    """Return the oldest Python that AWS runs for half a year yet."""
    python = {name: lifecycle for name, lifecycle in lifecycles().items() if name.startswith("python3.")}
    lasts = [name for name, lifecycle in python.items() if lifecycle.deprecated - today > HALF_A_YEAR]
    return min(lasts, key=lambda name: int(name.rpartition(".")[2]))


def judge(packaged: str, present: str | None, today: date) -> tuple[Literal["good", "warning", "problem"], str, str]:
    """Judge a deployment's runtime.

    How grave, what is found, and what mends it.

    `present`: that of the stack's functions, None where it is new.
    """
    ends, mend = lifecycles().get(packaged), f"make clean && make PYTHON={lasting(today)} environments, then deploy"
    if ends is not None and today >= (ends.update_blocked if present else ends.create_blocked):
        return "problem", f"AWS takes no function of {packaged} any more", mend
    if ends is not None and ends.deprecated - today <= HALF_A_YEAR:
        return "warning", f"AWS ends {packaged} on {ends.deprecated}", mend
    if present not in (None, packaged):
        mend = f"If that is not wanted: make clean && make PYTHON={present} environments, then deploy"
        return "warning", f"the stack runs {present}, this machine packages {packaged}", mend
    return "good", packaged, ""
