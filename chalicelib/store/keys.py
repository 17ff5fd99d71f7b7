"""Keys of the rows in the table of messages.

A prefix says what a row is, the rest which one it is. An incoming SMS is `PROVIDER#ID`. Every other key is made here,
so that a row that may exist once has one key.
"""

import hashlib
from collections.abc import Iterable

SMS, EMAIL = "sms", "email"
_SIGN_IN = "signin#"
_ENTERED = "entered#"
_OURS = frozenset(
    (
        "reply",
        "alert",
        "told",
        "digest",
        "summary",
        "report",
        "missing",
        "reminder",
        "bulk",
        "answer",
        "entered",
        "signin",
    )
)
LONGEST_ID = 512
"""Bytes of a provider's id within a key, which may have 2,048; a longer one stands there as its SHA-256."""
_RECEIPTS = "receipt#"
CORRELATION_DIGITS = 16
LONGEST_KEY = 2_048
"""Bytes of a key by DynamoDB; there is no row of a longer one."""


def inbound(provider: str, message_id: str) -> str:
    """Return the key of an SMS that a provider brought."""
    return f"{provider}#{_short(message_id)}"


def other_content(key: str, digest: str) -> str:
    """Return the key of an SMS whose id came with another content.

    Its id came before, with the content of another SMS.
    """
    return f"{key}#{digest}"


def unreadable(provider: str, digest: str) -> str:
    """Return the key of what a provider told and nobody can read."""
    return f"{provider}#unreadable#{digest}"


def nonce(provider: str, digest: str) -> str:
    """Return the key of a nonce that a provider's request carried."""
    return f"nonce#{provider}#{digest}"


def receipt(provider: str, reference: str, state: str) -> str:
    """Return the key of a provider's receipt of an SMS.

    The same receipt again is the same row.
    """
    return f"{_RECEIPTS}{provider}#{_short(reference)}#{state}"


def is_receipt(key: str) -> bool:
    """Whether a key is of a provider's receipt."""
    return key.startswith(_RECEIPTS)


def sent(provider: str, reference: str) -> str:
    """Return the key of the row from reference to SMS.

    The reference is the one by which a provider names the SMS.
    """
    return f"sent#{provider}#{_short(reference)}"


def twin(digest: str) -> str:
    """Return the key of the row that detects an SMS's duplicate.

    The duplicate is the same SMS under another id.
    """
    return f"twin#{digest}"


def parts(digest: str) -> str:
    """Return the key of the row of long SMS's parts."""
    return f"parts#{digest}"


def reply(message_key: str) -> str:
    """Return the key of the reply to an SMS."""
    return f"reply#{message_key}"


def alert(election_id: str, incident_id: str, occasion: int | str, coordinator_id: str) -> str:
    """Return the key of an incident's alert to a coordinator.

    The occasion is a stage of escalation, a severity that it has reached with its version, or another. It lacks the
    channel.
    """
    return f"{_alerts(election_id, incident_id, occasion)}{coordinator_id}"


def told_by(alert_key: str) -> tuple[str, str]:
    """Return whom an alert tells, a coordinator's id, and its channel."""
    _, coordinator, channel = alert_key.rsplit("#", 2)
    return coordinator, channel


def is_alert_of(key: str, election_id: str, incident_id: str, occasion: int | str) -> bool:
    """Whether a key is of an incident's alert on an occasion."""
    return key.startswith(_alerts(election_id, incident_id, occasion))


def _alerts(election_id: str, incident_id: str, occasion: int | str) -> str:
    return f"alert#{election_id}#{incident_id}#{occasion}#"


def notice(message_key: str, coordinator_id: str) -> str:
    """Return the key of a coordinator's notice of an SMS.

    It tells of what another coordinator's SMS did, or of a phone that its wrong code blocks. It lacks the channel.
    """
    return f"told#{message_key}#{coordinator_id}"


def digest(election_id: str, digest_id: str, first_number: int, place: int) -> str:
    """Return the key of a digest to a coordinator, without its channel.

    `place` is the coordinator's place in the roster.
    """
    return f"digest#{election_id}#{digest_id}#{first_number}#{place}"


def summary(election_id: str, hour: str, coordinator_id: str) -> str:
    """Return the key of an hour's summary to a coordinator.

    It lacks the channel.
    """
    return f"summary#{election_id}#{hour}#{coordinator_id}"


def final_report(election_id: str, coordinator_id: str) -> str:
    """Return the key of the final report to a coordinator.

    It lacks the channel.
    """
    return f"report#{election_id}#{coordinator_id}"


def missing(election_id: str, form: str, round_name: str, coordinator_id: str) -> str:
    """Return the key of a round's missing reports to a coordinator.

    It lacks the channel.
    """
    return f"missing#{election_id}#{form}#{round_name}#{coordinator_id}"


def reminder(election_id: str, form: str, round_name: str, observer: str, number: int) -> str:
    """Return the key of an observer's reminder, by round and number."""
    return f"reminder#{election_id}#{form}#{round_name}#{observer}#{number}"


def promised(election_id: str, contact: str) -> str:
    """Return the key of the reminder that a call asked for."""
    return f"reminder#{election_id}#promised#{contact}"


def sign_in(election_id: str, random: str) -> str:
    """Return the key of a message with a sign-in link and code."""
    return f"{_SIGN_IN}{election_id}#{random}"


def is_sign_in(key: str) -> bool:
    """Whether a key is of a message for its recipient alone.

    Nobody else may read it.
    """
    return key.startswith(_SIGN_IN)


def bulk(election_id: str, batch: str, observer: str) -> str:
    """Return the key of a batch's SMS to an observer."""
    return f"bulk#{election_id}#{batch}#{observer}"


def bulk_test(election_id: str, operator: str, action_key: str, place: int) -> str:
    """Return the key of a text that its operator tries on themselves.

    No batch has such a name.
    """
    digest = hashlib.sha256(f"{operator} {action_key}".encode()).hexdigest()[:16]
    return bulk(election_id, f"~{digest}", str(place))


def entered(operator_digest: str, action_key: str) -> str:
    """Return the key of what an operator entered by one action."""
    return f"{_ENTERED}{operator_digest}#{action_key}"


def is_entered(key: str) -> bool:
    """Whether a key is of what an operator entered."""
    return key.startswith(_ENTERED)


def answered(operator_digest: str, action_key: str) -> str:
    """Return the key of an operator's SMS, by its action."""
    return f"answer#{operator_digest}#{action_key}"


def correlation_id(message_key: str) -> str:
    """Return the id of a message and its results in logs.

    A digest, since a key may hold a provider's id with a phone in it.
    """
    return hashlib.sha256(message_key.encode()).hexdigest()[:CORRELATION_DIGITS]


_OUTGOING = ("alert#", "answer#", "bulk#", "digest#", "missing#", "reminder#", "reply#", "report#", "summary#", "told#")


def is_outgoing(key: str) -> bool:
    """Whether a key is of what we send."""
    return key.startswith(_OUTGOING)


def is_reminder(key: str) -> bool:
    """Whether a key is of an observer's reminder."""
    return key.startswith("reminder#")


def on_channel(key: str, channel: str) -> str:
    """Return the key of a coordinator's SMS or email."""
    return f"{key}#{channel}"


def on_any_channel(prefixes: Iterable[str]) -> list[str]:
    """Return the keys that coordinators' SMS and emails may have."""
    return [on_channel(key, channel) for key in prefixes for channel in (EMAIL, SMS)]


def is_from_phone(key: str) -> bool:
    """Whether a message of a conversation came from its phone, not us."""
    return key.partition("#")[0] not in _OURS


def _short(provider_id: str) -> str:
    written = provider_id.encode()
    return provider_id if len(written) <= LONGEST_ID else f"sha256:{hashlib.sha256(written).hexdigest()}"
