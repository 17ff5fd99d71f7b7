"""What becomes of a message: states, reasons, and flags beside them."""

from enum import StrEnum


class MessageState(StrEnum):
    """The states of messages.

    There are those of what came in, of what goes out, and of receipts.
    """

    # In: received → one of the others. A part of a long SMS: received → joined or duplicate.
    RECEIVED = "received"
    ACCEPTED = "accepted"
    PARTLY_ACCEPTED = "partly_accepted"
    PRACTICE = "practice"
    """Reports before their forms' day alone: it is kept and answered, and is in no number."""
    UNRECOGNISED = "unrecognised"
    QUARANTINED = "quarantined"
    HELD = "held"
    COMMAND = "command"
    """A coordinator's command: no observation."""
    DUPLICATE = "duplicate"
    """It was handed in before under another id; the first one is counted."""
    JOINED = "joined"
    """A part of a long SMS: it is read, and counted, with the other parts as one message."""
    SUPERSEDED = "superseded"
    """A long SMS that was read without a part which came after all; the one with it is counted."""
    OPTED_OUT = "opted_out"
    """Somebody wants no more SMS; of one that goes out: its recipient does."""
    OPTED_IN = "opted_in"

    # Out: queued → sending → sent, failed or opted out.
    QUEUED = "queued"
    SENDING = "sending"
    SENT = "sent"
    FAILED = "failed"

    # Receipts: waiting → matched or unmatched.
    WAITING = "waiting"
    MATCHED = "matched"
    UNMATCHED = "unmatched"


class Reason(StrEnum):
    """Why a message is in its state."""

    NO_ELECTION = "no_election"
    UNKNOWN_SENDER = "unknown_sender"
    NOBODYS_NUMBER = "nobodys_number"
    """A person has said that its sender is nobody of the election: it waits for nobody, and is not answered."""
    SAME_SMS = "same_sms"
    UNREADABLE = "unreadable"
    """Nobody can read what a provider told: the row holds its `raw`, and `last_error` says why."""
    INCOMPLETE = "incomplete"
    OVER_BUDGET = "over_budget"
    """Its phone has opened as many incidents as it may for now, or is answered no more: a person looks at the rest."""
    REASSIGNED = "reassigned"
    """It reports for a station that is not its observer's: it waits for a person."""
    TOO_LONG = "too_long"
    """It is longer than is read: a person has to look at the rest."""
    TOO_MANY_PARTS = "too_many_parts"
    """A part of a long SMS of which more parts came than it can have."""
    NOT_PROCESSED = "not_processed"
    """No try to process it came to an end; `last_error` says how the last one failed."""
    UNREADABLE_ROW = "unreadable_row"
    """This version cannot read the row; `last_error` says why."""
    CODE_MISSING = "code_missing"
    """Its sender has a code, and it carries none: nothing of it counts."""
    CODE_WRONG = "code_wrong"
    """It carries another code than its sender's: the same."""
    CODE_BLOCKED = "code_blocked"
    """Its phone has sent wrong codes: until a person has released it, no code is looked at."""
    FORMS_LEFT = "forms_left"
    """A coordinator's incidents were opened, and other forms are nobody's."""
    COMMAND_UNCLEAR = "command_unclear"
    COMMAND_OR_REPORT = "command_or_report"
    NO_NUMBER = "no_number"
    DOUBTFUL = "doubtful"
    NO_INCIDENT = "no_incident"
    STALE = "stale"
    NO_NOTE = "no_note"
    NO_DURATION = "no_duration"


class Flag(StrEnum):
    """What is to be known of a message that came in."""

    OTHER_CONTENT = "other_content"
    """Its id had come before with another content."""
    INCOMPLETE = "incomplete"
    """It lacks a part of a long SMS."""
    RECONCILED = "reconciled"
    """The webhook never brought it, and the provider's own list did."""
