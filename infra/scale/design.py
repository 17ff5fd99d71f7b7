"""The design that is simulated.

The packaged template's settings and the code's constants, and what is set otherwise.
"""

import json
from collections.abc import Mapping
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

from chalicelib.entrypoints.batch import WORKERS
from chalicelib.observation.elections.election import USUAL_SHARDS
from chalicelib.store.queues import QUEUE_SHARDS, Queue

from infra.scale.aws_limits import SNS_SMS


@dataclass(frozen=True, slots=True)
class Design:
    """How wide each part is.

    `warm_write_units`: of each table and index, 0 for a new table. `sms_per_second`: what the carriers take together.
    """

    tally_shards: int
    queue_shards: Mapping[Queue, int]
    warm_write_units: int
    intake_concurrency: int
    intake_memory: int
    process_memory: int
    api_requests: int
    batch_size: int
    parallelization: int
    threads: int
    strangers_spread: bool = True
    sms_per_second: float = SNS_SMS

    @classmethod
    def of_template(cls, template: Path) -> "Design":
        """Return what a stack has whose deployer sets nothing."""
        document = json.loads(template.read_text("utf-8"))
        resources, parameters = document["Resources"], document["Parameters"]
        source = resources["ProcessMessages"]["Properties"]
        return cls(
            tally_shards=USUAL_SHARDS,
            queue_shards=QUEUE_SHARDS,
            warm_write_units=int(parameters["WarmWriteUnits"]["Default"]),
            intake_concurrency=int(parameters["IntakeConcurrency"]["Default"]),
            intake_memory=_memory(resources, "Intake"),
            process_memory=_memory(resources, "Process"),
            api_requests=int(parameters["ApiRequestsPerSecond"]["Default"]),
            batch_size=source["BatchSize"],
            parallelization=source["ParallelizationFactor"],
            threads=WORKERS,
        )

    def but(self, **settings: Any) -> "Design":
        """Return the design with some settings otherwise."""
        return replace(self, **settings)


def _memory(resources: Mapping[str, Any], function: str) -> int:
    return int(resources[function]["Properties"]["MemorySize"])
