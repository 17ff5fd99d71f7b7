"""The ledger's root as summaries and the wall publish it."""

from typing import Any

from aws_lambda_powertools import Logger

from chalicelib.store import ledger
from chalicelib.store.tables import StoreUnavailable

logger = Logger()


def published_root(election_id: str) -> dict[str, Any] | None:
    """Return the newest root with its hour.

    It is None before the first, and where the ledger cannot be read: neither a summary nor the wall waits for it.
    """
    try:
        seal = ledger.last_seal(election_id)
    except StoreUnavailable:
        logger.exception("the ledger cannot be read", extra={"election": election_id})
        return None
    return {"hour": seal.hour, "root": seal.root} if seal else None
