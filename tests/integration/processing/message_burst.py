"""Messages of all observers, as the stream tells them, and all that they come to."""

import datetime as dt
import random
import uuid
from typing import Any

from pipeline import Pipeline

from chalicelib.store.incidents import incidents_of

TEXTS = ("OP A1 B0730 C12 D1 E1668", "TU A{n}", "OP C{n} D2", "VO A1 B1 C2 D12", "IN 3 they beat us {n}")


def send_all(pipeline: Pipeline, seed: int, count: int) -> list[dict[str, Any]]:
    """Records of messages of all observers, of both of every station, as the stream tells them."""
    chance = random.Random(seed)
    records = []
    for place in range(count):
        observer = chance.choice(pipeline.election.observers)
        text = chance.choice(TEXTS).format(n=chance.randint(1, 12))
        sent_at = pipeline.now + dt.timedelta(seconds=place)
        message = pipeline.send(observer.phones[0], text, message_id=f"s{place:03}", sent_at=sent_at)
        image = {"SequenceNumber": f"{place:021}", "NewImage": message.serialize(), "StreamViewType": "NEW_IMAGE"}
        records.append({"eventID": uuid.uuid4().hex, "eventName": "INSERT", "dynamodb": image})
    return records


def counted(pipeline: Pipeline) -> tuple[object, ...]:
    incidents = sorted(
        (incident.station, str(incident.report), incident.severity) for incident in incidents_of(pipeline.election.id)
    )
    reports = sorted(str((report.report.station, report.report.form, report.counted)) for report in pipeline.reports())
    states = sorted((row.key.partition("-")[2], row.state) for row in pipeline.rows() if row.direction == "in")
    nation = pipeline.summary()["nation"]
    # Not the alerts: which of a burst's go out alone and which in its digest hangs on which incident came first.
    replies = sorted(row.key.partition("-")[2] for row in pipeline.outgoing() if row.key.startswith("reply#"))
    return incidents, reports, states, nation, replies
