"""Reminders of a missing report, in the observer's language."""

from chalicelib.observation.elections.election import NO_ROUND, Election, Observer
from chalicelib.observation.replies.examples import example
from chalicelib.observation.replies.layout import SEGMENTS
from chalicelib.observation.sms.segments import count_segments, fit
from chalicelib.observation.texts.catalogue import MARK
from chalicelib.observation.texts.catalogue import text as say


def reminder_sms(election: Election, observer: Observer, form_code: str, round_name: str) -> str:
    """Remind an observer who owes a report.

    It names the report, its station, and how it begins. An observer who shares a phone is told to sign. A title that
    leaves no room for all this is left out.
    """
    form, language = election.form_by_code[form_code], observer.language
    signature = f"@{observer.number}" if election.must_sign(observer) else ""
    values = {
        "report": form_code if round_name == NO_ROUND else f"{form_code} {round_name}",
        "station": observer.station,
        "example": example(form, signature),
    }
    for title in (election.text(form.title, language), form_code):
        filled = {**values, "title": title or form_code}
        reminder = (
            say(election, language, "reminder_signed", signature=signature, **filled)
            if signature
            else say(election, language, "reminder", **filled)
        )
        reminder = f"{say(election, language, MARK)} {reminder}"
        if count_segments(reminder).count <= SEGMENTS:
            break
    return fit(reminder, SEGMENTS)
