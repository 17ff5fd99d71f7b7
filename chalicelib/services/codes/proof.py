"""Decide whether an SMS proves its sender by their code.

A right code costs no read: its row is deleted, guarded, in the SMS's own transaction. An SMS that was said by a person
to be an observer's needs none.
"""

import datetime as dt
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Final

from chalicelib.observation.elections.coordinator import Coordinator
from chalicelib.observation.elections.election import Observer
from chalicelib.observation.sms.codes import doubt_of, without_code
from chalicelib.observation.sms.states import Reason
from chalicelib.store.codes import after_right_code, wrong_codes
from chalicelib.store.messages import Message
from chalicelib.store.writes import Write

MOST_WRONG: Final = 3
"""Wrong codes of a phone, without a right one between, after which a person has to release it."""

Holders = Sequence[Observer] | Sequence[Coordinator]


@dataclass(frozen=True, slots=True)
class Proof:
    """Whether an SMS is proven, and what is written with it.

    `doubt`: why it is not; None where it is, or needs no code. `blocks`: whether it is the wrong code after which its
    phone waits for a person.
    """

    doubt: Reason | None = None
    writes: tuple[Write, ...] = ()
    blocks: bool = False

    def spender(self, phone: str) -> str:
        """Return whose budget of incidents an SMS spends.

        Whoever forges a number spends nothing of the person who can prove it.
        """
        return phone if self.doubt is None else f"{phone}#unproven"


def readable_text(message: Message, holders: Holders) -> str:
    """Return an SMS's text as it is read.

    It lacks the code, where its sender has one.
    """
    text = message.text_as_sent or ""
    return without_code(text) if _codes(holders) and not message.is_entry else text


def prove(
    election_id: str, message: Message, phone: str, holders: Holders, at: dt.datetime, *, is_counted: bool
) -> Proof:
    """Decide what an SMS's code proves; raises StoreUnavailable.

    `holders`: who may have sent it; the code of any of them will do. `is_counted`: whether the phone's wrong codes have
    to be read first, since a right code was refused.
    """
    codes = _codes(holders)
    if not codes or message.is_entry or message.on_behalf_of is not None:
        return Proof()
    doubt = doubt_of(codes, message.text_as_sent or "")
    if doubt is None and not is_counted:
        return Proof(writes=(after_right_code(election_id, phone, MOST_WRONG),))
    before = wrong_codes(election_id, phone)
    if before.count >= MOST_WRONG:
        return Proof(Reason.CODE_BLOCKED)
    if doubt is None:
        return Proof(writes=(after_right_code(election_id, phone, MOST_WRONG),))
    if doubt == Reason.CODE_MISSING:
        return Proof(doubt)
    return Proof(doubt, (before.one_more(at),), blocks=before.count + 1 == MOST_WRONG)


def is_in_doubt(message: Message, holders: Holders) -> bool:
    """Whether an SMS lacks its sender's code.

    Whether its phone waits for a person is not asked.
    """
    needs_none = message.is_entry or message.on_behalf_of is not None
    return not needs_none and doubt_of(_codes(holders), message.text_as_sent or "") is not None


def _codes(holders: Holders) -> tuple[str, ...]:
    return tuple(holder.code for holder in holders if holder.code is not None)
