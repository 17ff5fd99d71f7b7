"""Links that show the wall: for a projector, a journalist, a day."""

import datetime as dt
import secrets
from typing import Any

from chalicelib.observation.elections.election import Election
from chalicelib.services.access.accounts import address_hash
from chalicelib.services.access.sign_in import link_of, proof_of
from chalicelib.services.actions.perform import Action, Change, perform
from chalicelib.store import accounts
from chalicelib.store.accounts import AccountRow
from chalicelib.store.writes import Write

VALID_FOR = dt.timedelta(hours=24)


def make_wall_link(election: Election, page: str, action: Action) -> dict[str, Any]:
    """Make an account for the wall alone, and its link.

    The link signs it in once.

    Both end after a day. Raises what `perform` raises.
    """
    address = f"wall:{secrets.token_hex(16)}"
    hashed = address_hash(address)
    until = action.now + VALID_FOR
    proof, token, _ = proof_of(hashed, action.now, VALID_FOR)
    row = AccountRow(
        election.id,
        accounts.account_id(hashed),
        name="Wall",
        address=address,
        role="wall",
        regions=[],
        invited_by=action.who,
        invited_at=action.now,
        expires_at=until,
    )
    writes = (*accounts.putting_account(row, hashed, 0), Write.put("row", proof.id, proof))
    document = {"link": link_of(page, token), "until": until.isoformat()}
    return perform(action, lambda: Change(document, writes, "wall link made", "the wall", None, {"until": str(until)}))
