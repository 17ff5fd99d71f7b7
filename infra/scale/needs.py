"""Which keys an SMS's write units fall on."""

from chalicelib.store import keys

from infra.scale.capacity import Need, Tables
from infra.scale.measured_costs import Units
from infra.scale.nation import Sms

SHARED = frozenset({"tallies", "messages/unfinished", "messages/attention", "incidents"})
"""Tables and indexes of which many SMS share a key."""
INCIDENT_ROWS = ("numbers", "stations", "spent", "open")
"""Hash keys of an election's rows about incidents, beside the incidents' own (docs/data-model.md)."""


def needs_of(tables: Tables, units: Units, sms: Sms, at: float, *, is_reply: bool = False) -> list[Need]:
    """Return the keys that a write of so many units takes.

    What shared keys are asked is noted.
    """
    needs: list[Need] = []
    for place, amount in units.items():
        further = _needs(place, amount, sms, is_reply=is_reply)
        needs += further
        if place in SHARED:
            for _, key, share in further:
                tables.ask(at, place, key, share)
    return needs


def _needs(place: str, amount: float, sms: Sms, *, is_reply: bool) -> list[Need]:
    """Return a table's keys, and how its units lie on them."""
    if place == "messages":
        return [(place, sms.key, amount / 2), (place, keys.reply(sms.key), amount / 2)]
    if place == "messages/unfinished" and amount > 1 and not is_reply:  # out of one queue, into the other
        return [(place, sms.pending, 1), (place, sms.pending_reply, amount - 1)]
    if place == "incidents":
        election = sms.station.partition("#")[0]
        rows = [(place, f"{election}#{row}", 2.0) for row in INCIDENT_ROWS]
        return [*rows, (place, election, max(2.0, amount - 2.0 * len(INCIDENT_ROWS)))]
    match place:
        case "messages/unfinished":
            key = sms.pending_reply if is_reply else sms.pending
        case "messages/attention":
            key = sms.attention
        case "reports":
            key = sms.station
        case "tallies":
            key = sms.tally[0]
        case _:
            key = sms.key
    return [(place, key, amount)]
