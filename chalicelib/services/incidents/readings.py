"""Which incidents a message that was read may have opened."""

from collections.abc import Iterator

from chalicelib.observation.elections.election import Election
from chalicelib.observation.reading.model import CATEGORY
from chalicelib.services.incidents.alerts import answered_id, incident_id, incident_sources
from chalicelib.store.messages import Message


def incidents_of_reading(election: Election, message: Message) -> Iterator[tuple[str, str, bool]]:
    """Yield the incidents that a message may have opened.

    Id, what opens it, and whether it did by the election as it was.
    """
    reports = (message.reading or {}).get("reports", ())
    named = [(written["form"], written.get("answers", {}).get(CATEGORY)) for written in reports]
    for written, source in zip(reports, incident_sources(message, named), strict=True):
        if "observer" not in written:
            continue
        is_held = bool(written.get("held"))
        form = election.form_by_code.get(written["form"])
        if election.incidents is not None and written["form"] == election.incidents.code and not is_held:
            yield incident_id(written["station"], source), "a report", True
        if form is None:
            continue
        for code in written.get("answers", {}):
            is_certain = code in written.get("critical", ()) and not is_held
            place = (written["station"], form.code, written["round"], code, written["observer"])
            opened = answered_id(*place, written.get("flags", ()))
            yield opened, f"answer {form.code} {code}", is_certain
