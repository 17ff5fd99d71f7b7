"""An incident overtakes everything: its coordinators are told although nothing takes what waits in front of it."""

import time
from uuid import uuid4

from deployed import Deployed, eventually
from stack import sample_on

from infra.local import ELECTION, NUMBER, OBSERVER
from infra.stack import Stack

OTHER = "+996700000001"  # the second observer of OBSERVER's station
SWEEP_TAKES_UP_AFTER = 60.0


def test_with_streams_that_stand_still_an_incident_reaches_its_coordinators(
    stack_without_streams: Stack, tmp_path_factory
) -> None:
    folder = tmp_path_factory.mktemp("urgent")
    sample_on(stack_without_streams, folder / "sample.json")
    deployed = Deployed(stack_without_streams, folder)
    token, started = deployed.operator(ELECTION), time.monotonic()
    words = f"beaten {uuid4().hex[:6]}"
    ordinary, incident = str(uuid4()), str(uuid4())
    assert deployed.sms("TU A100", OTHER, NUMBER, id=ordinary).status == 200
    assert deployed.sms(f"IN 3 {words}", OBSERVER, NUMBER, id=incident).status == 200
    eventually(lambda: [text for text in deployed.texts_to("+996555900000") if words in text])
    assert time.monotonic() - started < SWEEP_TAKES_UP_AFTER, "it may have been sweep: try on a quieter machine"
    waiting, processed = (deployed.message(f"generic#{value}") for value in (ordinary, incident))
    assert waiting is not None
    assert processed is not None
    assert (waiting["state"], processed["state"]) == ("received", "accepted")
    listed = deployed.get(f"/elections/{ELECTION}/incidents?state=new", token).json()["incidents"]
    shown = [deployed.get(f"/elections/{ELECTION}/incidents/{row['number']}", token).json() for row in listed]
    assert [message["text"] for message in shown if message["message"] == processed["key"]] == [words]
