"""Reports on a form that an observer sends several times (`expect: many`).

Visits, interviews.

Each is a report of its own, told apart by the observer and by the form's serial, or by the SMS where it has none. Its
name stands where other reports have their round; in the tallies all are one.
"""

import hashlib
from collections.abc import Iterable
from typing import Final

from chalicelib.observation.elections.election import NO_ROUND, Form
from chalicelib.observation.elections.schedule import Place
from chalicelib.observation.reading.model import ReportReading

_SIGN: Final = "."
_SMS_DIGITS: Final = 16


def sms_name(message_key: str) -> str:
    """Name what tells an SMS from all others."""
    return hashlib.sha256(message_key.encode()).hexdigest()[:_SMS_DIGITS]


def entry_name(form: Form, report: ReportReading, observer: str, sms: str) -> str:
    """Name an observer's report.

    It is named by its serial or by the SMS that says it.
    """
    serial = report.answers.get(form.serial) if form.serial else None
    return f"{observer}{_SIGN}{sms if serial is None else serial}"


def names_of(form: Form, places: Iterable[Place]) -> tuple[str, ...]:
    """Return the names that a station's reports on a form have.

    Its rounds; of a form that is sent many times those among `places`, sorted.
    """
    return form.round_names if form.is_owed else tuple(sorted(name for code, name in places if code == form.code))


def lacks_serial(form: Form, report: ReportReading) -> bool:
    """Tell whether a report does not say which one it is."""
    return form.serial is not None and form.serial not in report.answers


def serial_in(form: Form, round_name: str) -> str | None:
    """Return the serial in a report's name; None where it has none."""
    return round_name.partition(_SIGN)[2] if form.serial is not None else None


def tally_round(form: Form, round_name: str) -> str:
    """Return the round under which a report is counted."""
    return round_name if form.is_owed else NO_ROUND
