"""Load rosters that were handed in.

If the election is still the one that they were compared with.
"""

import datetime as dt
import gzip
from collections.abc import Callable

from aws_lambda_powertools import Logger

from chalicelib.observation.elections.election import Election
from chalicelib.services.clients.bucket import get
from chalicelib.services.clients.jobs import DIES_AFTER
from chalicelib.services.elections.loading import load
from chalicelib.services.versions import VersionPassed
from chalicelib.store import jobs
from chalicelib.store.elections import existing
from chalicelib.store.jobs import JobRow

logger = Logger()


def run(election_id: str, job_id: str, clock: Callable[[], dt.datetime]) -> bool:
    """Load an import; False where there is nothing to do.

    Or another function does it.

    Whatever refuses it ends it as failed, with its words, and nothing is changed. A function that dies after it has
    stored the election leaves the rest to the next one: loading the same again counts anew. Raises StoreUnavailable.
    """
    row = jobs.get_job(election_id, "imports", job_id)
    if row is None or not jobs.claim(row, clock(), clock() - DIES_AFTER):
        return False
    try:
        version = _loaded(election_id, row)
    except Exception as fault:
        logger.exception("an import failed")
        jobs.fail(row, f"{fault}", clock())
        return True
    jobs.finish(row, version, [], clock())
    return True


def _loaded(election_id: str, row: JobRow) -> int:
    election = Election.model_validate_json(gzip.decompress(get(row.wanted["document"])))
    current = existing(election_id)
    is_stored = current.filed == election
    if current.version != row.wanted["seen"] and not is_stored:
        raise VersionPassed(f"the election is at version {current.version} now: check the files again")
    return load(election, current.clock)
