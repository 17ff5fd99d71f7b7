"""Writes the rows that a release leaves, for `test_upgrade.py` of later ones: run by name, with the release's own code.

``pytest tests/integration/store/write_release.py`` plays a small day in which everything that has rows happens, and
leaves `releases/NAME.jsonl`, a row a line as DynamoDB holds it, and `releases/NAME.json`, what that release reads in
them. NAME is the variable RELEASE. Everybody in it is made up.
"""

import base64
import datetime as dt
import json
import os
from pathlib import Path
from typing import Any

from long_sms import LongSms, configure, cut
from pipeline import Pipeline, small_election, stored

from chalicelib.observation.elections.clock import REAL_TIME
from chalicelib.rehearsal.senders.twilio import TwilioSender
from chalicelib.services.access.operators import add_operator
from chalicelib.services.elections import loading
from chalicelib.services.elections.audit import audit
from chalicelib.services.incidents.escalation import escalate_due
from chalicelib.services.intake.receive import receive
from chalicelib.services.outreach.reminders import chase_due
from chalicelib.services.processing.process import process
from chalicelib.services.summaries.current import current_summary
from chalicelib.services.summaries.hourly import queue_summaries_due
from chalicelib.services.sweep import sweep
from chalicelib.store.incidents import incidents_of
from infra.stack import Stack

RELEASE = os.environ.get("RELEASE", "trial")
FOLDER = Path(__file__).parent / "releases"
SERIAL, DAY, NUMBER = 7777, dt.date(2091, 3, 4), "+996312077777"
TOKEN_OF = "Ann"


def played(services: Stack, configure_provider: Any) -> tuple[Pipeline, str]:
    """A small election's morning, as far as ten past eleven; and an operator's token."""
    configure(services)
    configure_provider("twilio", TwilioSender().secrets)
    election = small_election(SERIAL, DAY, 8, id="released")
    loading.load(election, REAL_TIME)
    loading.route(NUMBER, election.id)
    at = dt.datetime.combine(DAY, dt.time(7), election.zone).astimezone(dt.UTC)
    day = Pipeline(services.webhook_secrets["generic"]["secrets"][0], election, NUMBER, at)
    token = add_operator(TOKEN_OF, "operator", election.id, (), day.now)
    chase_due(day.now)
    queue_summaries_due(day.now)
    morning(day)
    elections_incidents(day)
    for minutes in range(0, 250, 10):
        clocked(day, minutes)
    left_undone(day)
    return day, token


def morning(day: Pipeline) -> None:
    """Reports of every fate."""
    day.now += dt.timedelta(minutes=30)
    for station in range(3):
        lead, other = day.observers(station)
        day.say(lead.phones[0], f"OP {lead.station} A1 B0705 C{9 + station} D1 E1450")
        day.say(other.phones[0], f"OP A1 B0706 C{9 + station} D1 E{1450 + station}")
    phone = day.observers(0)[0].phones[0]
    day.say(phone, "OP C77", message_id="partly")
    day.say(phone, "what is this?")
    day.say(day.observers(3)[0].phones[0], "ОТКРЫТИЕ А1 В0712 С10 D0 Е900 # урна без пломбы")
    day.say("+996700999999", "OP A1")
    day.say(phone, "TU A100", message_id="first", sent_at=day.now)
    day.say(phone, "TU A100", message_id="second", sent_at=day.now)
    day.say(day.observers(2)[1].phones[0], "STOP")
    parts = LongSms(day, cut("VO A1 B1 C2 D3 F1,2 # " + "спокойно, " * 12, 3))
    for number in (2, 3, 1):
        process(parts.store(number, ""), day.now)


def elections_incidents(day: Pipeline) -> None:
    """Incidents in several states."""
    for station, text in enumerate(("IN 3 бьют наблюдателя", "IN 1 не пускают", "IN 2 вброс")):
        day.say(day.observers(station)[1].phones[0], text)
    [coordinator, *_] = [
        coordinator for coordinator in day.election.coordinators if coordinator.regions[0] == "Bishkek"
    ]
    for text in ("ОК 1", "ПОДТВЕРЖДАЮ 1", "ОК 2"):
        day.say(coordinator.phone, text)
    day.say(coordinator.phone, "MUTE 2h")


def clocked(day: Pipeline, minutes: int) -> None:
    """What the clock's functions do."""
    day.now += dt.timedelta(minutes=10)
    escalate_due(day.now, float("inf"))
    chase_due(day.now)
    queue_summaries_due(day.now)
    sweep(lambda: 60, lambda: day.now)
    if minutes == 100:
        for station in range(4):
            for observer in day.observers(station):
                day.say(observer.phones[0], f"TU A{300 + 10 * station}")


def left_undone(day: Pipeline) -> None:
    """What is under way when the newer release comes."""
    lead, other = day.observers(3)
    day.send(lead.phones[0], "ЯВКА A512", message_id="unread")
    day.send(other.phones[0], "IN 3 драка", message_id="unread-incident")
    day.say(other.phones[0], "VO A1 B1 C1 D4 F1", message_id="unanswered")  # its reply is queued
    signed = TwilioSender().sign_form({"MessageSid": "SM1", "MessageStatus": "delivered"}, _URL)
    assert receive("twilio", signed.arriving(day.now)).status == 200
    LongSms(day, cut("CL A2010 B1 C1201 # " + "тихо, " * 15, 2), reference="9", name="half").store(1, "")


_URL = "https://example.org/webhooks/twilio"


def read(day: Pipeline, token: str) -> dict[str, Any]:
    """What the release reads in its rows."""
    return {
        "now": day.now.isoformat(),
        "token": token,
        "differences": list(audit(day.election.id).differences),
        "states": {row.key: row.state for row in day.rows()},
        "summary": current_summary(day.current, day.now).document(),
        "incidents": {
            incident.id: [incident.number, incident.state, incident.severity]
            for incident in incidents_of(day.election.id)
        },
        "unread": [stored(day.key(name)).key for name in ("unread", "unread-incident")],
    }


def lines(stack: Stack) -> list[str]:
    """Every row of every table as a line; bytes as Base64."""
    database = stack.client("dynamodb")
    prefix = stack.outputs["TablePrefix"]
    rows = []
    for table in database.list_tables()["TableNames"]:
        for page in database.get_paginator("scan").paginate(TableName=table):
            rows += [{"table": table.removeprefix(prefix), "row": plain(row)} for row in page["Items"]]
    return sorted(json.dumps(row, ensure_ascii=False, sort_keys=True) for row in rows)


def plain(row: dict[str, Any]) -> dict[str, Any]:
    """A row whose bytes are Base64."""
    return {
        name: {kind: base64.b64encode(value).decode() if kind == "B" else value for kind, value in typed.items()}
        for name, typed in row.items()
    }


def test_write_the_rows_of_this_release(services: Stack, emptied: None, configure: Any) -> None:
    day, token = played(services, configure)
    answers = read(day, token)
    assert not answers["differences"]
    FOLDER.mkdir(exist_ok=True)
    (FOLDER / f"{RELEASE}.jsonl").write_text("\n".join(lines(services)) + "\n")
    (FOLDER / f"{RELEASE}.json").write_text(json.dumps(answers, ensure_ascii=False, indent=1, sort_keys=True) + "\n")
