"""Prove that a row was in its hour's root."""

from dataclasses import dataclass
from typing import Any, Final

from chalicelib.observation.ledger.entries import Entry, Kind, message_entry, report_entry, split_report_key
from chalicelib.observation.ledger.merkle import inclusion_path
from chalicelib.store import ledger
from chalicelib.store.keys import is_sign_in
from chalicelib.store.ledger import Seal
from chalicelib.store.ledger_rows import message_rows, report_row

FORMAT: Final = 1


class NotProvable(Exception):
    """There is no proof of a row; says why."""


@dataclass(frozen=True, slots=True)
class _SealedEntry:
    """Where an entry stands.

    Its seal, all leaves of the hour, and its place among them.
    """

    seal: Seal
    kind: Kind
    key: str
    salt: bytes | None
    leaves: list[bytes]
    place: int


def prove(election_id: str, key: str) -> dict[str, Any]:
    """Return the proof of a message or a report.

    Of a report of its newest version. `key` is the message's, or a report's as STATION#FORM#ROUND. The proof holds the
    row itself: whoever may read the row may have it. Raises NotProvable, StoreUnavailable.
    """
    if is_sign_in(key):
        raise NotProvable(f"{key} is for its recipient alone")
    sealed = _sealed(election_id, key)
    if sealed.salt is None:
        raise NotProvable(
            f"{key} was forgotten: its commitment is in the root of {sealed.seal.hour}, its salt is destroyed, and "
            "nobody can prove what it said"
        )
    entry = _entry_now(election_id, sealed)
    if entry is None:
        raise NotProvable(f"{key} was sealed in {sealed.seal.hour}, and its row is gone: ./baykoo verify")
    if entry.key != sealed.key:
        raise NotProvable(f"{key} has a newer version, which the next hour seals")
    if entry.leaf(sealed.salt) != sealed.leaves[sealed.place]:
        raise NotProvable(f"{key} was changed since it was sealed in {sealed.seal.hour}: ./baykoo verify")
    return {
        "baykoo_proof": FORMAT,
        "row": entry.row,
        "salt": sealed.salt.hex(),
        "place": sealed.place,
        "path": [step.hex() for step in inclusion_path(sealed.leaves, sealed.place)],
        "seal": sealed.seal.header,
        "published": sealed.seal.root,
    }


def _sealed(election_id: str, key: str) -> _SealedEntry:
    """Return where an entry stands, of a report the newest version."""
    for seal in reversed(ledger.seals_of(election_id)):
        at: tuple[Kind, str, bytes | None, int] | None = None
        leaves: list[bytes] = []
        for part in ledger.parts_of(election_id, seal.number):
            for place, part_key in enumerate(part.keys):
                if key == (part_key if part.kind == "message" else split_report_key(part_key)[0]):
                    at = part.kind, part_key, part.salt(place), len(leaves) + place
            leaves += part.each_leaf()
        if at is not None:
            kind, full_key, salt, place = at
            return _SealedEntry(seal, kind, full_key, salt, leaves, place)
    raise NotProvable(f"{key} is in no sealed hour of {election_id} yet: each is sealed shortly after it ends")


def _entry_now(election_id: str, sealed: _SealedEntry) -> Entry | None:
    """Return the entry of a row as it is now.

    None if it is gone.
    """
    if sealed.kind == "message":
        return next((message_entry(row) for row in message_rows([sealed.key])), None)
    station, _, place = split_report_key(sealed.key)[0].partition("#")
    row = report_row(election_id, station, place)
    return report_entry(row) if row is not None else None
