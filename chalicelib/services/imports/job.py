"""Load rosters that were handed in.

If the election is still the one that they were compared with.
"""

import datetime as dt
import gzip
from collections.abc import Callable

from chalicelib.observation.elections.election import Election
from chalicelib.services.clients.bucket import get
from chalicelib.services.clients.jobs import DIES_AFTER, ended_by_faults
from chalicelib.services.elections.loading import finish_load, load
from chalicelib.services.versions import VersionPassed
from chalicelib.store import jobs
from chalicelib.store.elections import existing
from chalicelib.store.jobs import JobRow


def run(election_id: str, job_id: str, clock: Callable[[], dt.datetime]) -> bool:
    """Load an import; False if none waits, or another function loads it.

    Whatever refuses it ends it as failed, with its words, and nothing is changed. A function that dies after it has
    stored the election leaves the rest to the next one: it counts anew. Raises StoreUnavailable,
    BucketUnavailable.
    """
    row = jobs.get_job(election_id, "imports", job_id)
    if row is None or not jobs.claim(row, clock(), clock() - DIES_AFTER):
        return False
    with ended_by_faults(row, clock):
        jobs.finish(row, _loaded(election_id, row), [], clock())
    return True


def _loaded(election_id: str, row: JobRow) -> int:
    election = Election.model_validate_json(gzip.decompress(get(row.wanted["document"])))
    current = existing(election_id)
    if current.version == row.wanted["seen"] + 1 and current.filed == election:
        finish_load(election)
        return current.version
    if current.version != row.wanted["seen"]:
        raise VersionPassed(f"the election is at version {current.version} now: check the files again")
    return load(election, current.clock)
