"""What one message asks of tables and processors, as measured: measured.json.

tests/integration/costs/test_scale_units.py measures the units anew and compares them; `make bench` prints the times.
"""

import json
from dataclasses import dataclass
from pathlib import Path

FILE = Path(__file__).with_name("measured.json")
Units = dict[str, float]
"""Write units by table, or by table and index."""


@dataclass(frozen=True, slots=True)
class MeasuredCosts:
    """Units by place, and processor seconds on a core of `machine`."""

    machine: str
    stored: Units
    accepted: Units
    stranger: Units
    incident: Units
    sent: Units
    feed_bytes: float
    webhook_cpu: float
    processing_cpu: float
    import_cpu: float
    document_cpu_per_observer: float
    document_bytes_per_observer: float

    @classmethod
    def read(cls) -> "MeasuredCosts":
        """Read what was measured last."""
        return cls(**json.loads(FILE.read_text("utf-8")))
