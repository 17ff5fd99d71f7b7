"""A phone's wish as an operator sets it.

It has a reason, and is as binding as the phone's own.
"""

from typing import Any

from chalicelib.observation.sms.phones import OptOutState, international, is_machine
from chalicelib.services.actions.perform import Action, Change, perform
from chalicelib.services.versions import NoteMissing, NotInRegion
from chalicelib.store.elections import LoadedElection
from chalicelib.store.opt_outs import OptOutRow, put_opt_out, wish_of


class WishRefused(ValueError):
    """A wish that cannot be set."""


def _require_seen(loaded: LoadedElection, action: Action, number: str) -> None:
    """Refuse a phone of other regions; raises NotInRegion."""
    election, operator = loaded.election, action.operator
    regions = [election.region_of(observer.station) for observer in election.observers_by_phone.get(number, ())]
    if not operator.sees_all() and not any(map(operator.sees, regions)):
        raise NotInRegion("it is no phone of an observer in your regions")


def set_wish(loaded: LoadedElection, action: Action, phone: str, wish: OptOutState) -> dict[str, Any]:
    """Let a phone have no more unsolicited SMS, or have them again.

    A newer SMS of the phone itself overrules it. Raises NoteMissing, WishRefused, NotInRegion, and what `perform`
    raises.
    """
    if action.why is None:
        raise NoteMissing("say who asked for it, and how")
    number = international(phone, loaded.election.default_region)
    if is_machine(number) or not number.startswith("+"):
        raise WishRefused(f"{phone} is no phone's number")
    _require_seen(loaded, action, number)

    def attempt() -> Change:
        before = wish_of(loaded.election.id, number)
        if before is not None and before.wish == wish:
            raise WishRefused(f"this phone has opted {wish} already")
        if before is None and wish == "in":
            raise WishRefused("this phone has never opted out")
        key = f"operator#{action.key}"
        row = OptOutRow(loaded.election.id, number, wish=wish, at=action.now, message=key, source="operator")
        row.answered = list(before.answered) if before is not None else []
        document = {"phone": number, "wish": wish, "since": action.now.isoformat()}
        was = {"wish": before.wish, "told": before.source} if before is not None else None
        # The number stands in the line: without it nobody could tell whose wish it was.
        return Change(document, (put_opt_out(before, row),), f"opted {wish}", f"phone {number}", was, {"wish": wish})

    return perform(action, attempt)
