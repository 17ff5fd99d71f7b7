"""Release a phone whose SMS wait for want of a right code."""

from chalicelib.observation.sms.phones import international
from chalicelib.observation.sms.states import MessageState, Reason
from chalicelib.services.actions.perform import Action, Change
from chalicelib.services.desk.message import decision
from chalicelib.services.desk.reread import AT_ONCE, anew, messages_of_phone
from chalicelib.store.codes import releasing
from chalicelib.store.desk import deciding
from chalicelib.store.elections import LoadedElection
from chalicelib.store.messages import Message


def releasing_phone(loaded: LoadedElection, action: Action, row: Message) -> tuple[Change, list[str]]:
    """Let the codes of an SMS's phone be looked at again.

    Returns what is written, and the keys of the SMS that are read anew with it: this one, and those that waited since
    its phone was blocked, AT_ONCE at most together. Each still needs its right code. A command is not read anew: it
    would come late. Raises StoreUnavailable.
    """
    phone = international(row.sender or "", loaded.election.default_region)
    others = [sms for sms in messages_of_phone(loaded, phone, ()) if _waits(sms) and sms.key != row.key]
    again = [sms for sms in (row, *others[: AT_ONCE - 1]) if sms.state == MessageState.HELD]
    released = decision(action, "retried")
    writes = [releasing(loaded.election.id, phone), *anew(loaded.election, again, released, None, action.now)]
    writes += [] if row in again else [deciding(row, released)]
    change = Change({"message": row.key}, tuple(writes), "phone released", f"message {row.key}", before=row.reason)
    return change, [sms.key for sms in again]


def _waits(row: Message) -> bool:
    return row.reason == Reason.CODE_BLOCKED and row.attention is not None
