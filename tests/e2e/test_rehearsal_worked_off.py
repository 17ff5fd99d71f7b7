"""After a rehearsal with people's typing, everything that waits for a person is worked off by the API alone.

And nobody stands in a log, metric, alarm, dashboard, URL or email's subject, after it and a day of operators.

BAYKOO_REHEARSED_OBSERVERS=1000 does it for the whole sample; usually a few observers do.
"""

import json
import logging
import os
import re
import time
import urllib.parse
from collections import Counter
from http import HTTPStatus
from typing import Any
from uuid import uuid4

import pytest
from deployed import Answered, Deployed
from operators_day import ELECTION, HURT, SAYING, Room, whole_day
from personal_data import Personal, disclosures, personal_data, public_texts
from rehearsing import baykoo, counted, output_of
from stack import sample_on

OBSERVERS = int(os.environ.get("BAYKOO_REHEARSED_OBSERVERS", "20"))
MINUTES = os.environ.get("BAYKOO_REHEARSED_MINUTES", "0.3")
PROVIDERS = "generic,kannel"


class Operator:
    """Somebody at the messages desk who knows the API and nothing else."""

    def __init__(self, deployed: Deployed, election: str) -> None:
        self.deployed, self.api = deployed, f"/v1/elections/{election}"
        self.token = deployed.operator(election)
        self.did: Counter[str] = Counter()

    def get(self, path: str) -> Any:
        answered = self.deployed.get(f"{self.api}/{path}", self.token)
        assert answered.status == HTTPStatus.OK, answered.body
        return answered.json()

    def act(self, key: str, action: str, body: Any) -> Answered:
        path = f"{self.api}/messages/{urllib.parse.quote(key, safe='')}"
        seen = self.deployed.get(path, self.token).headers["ETag"]
        named = {"if_match": seen, "idempotency_key": str(uuid4())}
        return self.deployed.post(f"{path}/{action}", body, self.token, **named)

    def works_off(self, row: dict[str, Any]) -> None:
        """Do what a person would: read what can be read, assign whom the text names, dismiss the rest."""
        key, kind = row["key"], row["kind"]
        message = self.get(f"messages/{urllib.parse.quote(key, safe='')}")
        suggestions = [fields for fields in message["suggestions"] if fields["answers"]]
        if kind == "unknown_number":
            named = next((fields["station"] for fields in message["suggestions"] if fields["station"]), None)
            if named and self._is_assigned(key, named):
                return
            self._must(self.act(key, "spam", {"note": "nobody's"}), "muted")
        elif (
            suggestions and (entered := self.act(key, "enter", {"fields": suggestions[0]})).status == HTTPStatus.CREATED
        ):
            self._must(entered, "entered")
        else:
            self._must(self.act(key, "dismiss", {"identical": kind == "not_understood"}), "dismissed")

    def _is_assigned(self, key: str, station: str) -> bool:
        observers = self.get(f"stations/{station}")["observers"]
        if not observers:
            return False
        self._must(self.act(key, "assign", {"observer": observers[0]["number"]}), "assigned")
        return True

    def _must(self, answered: Answered, what: str) -> None:
        gone = answered.status in (HTTPStatus.PRECONDITION_FAILED, HTTPStatus.NOT_FOUND)  # another of its phone took it
        assert gone or answered.status in (HTTPStatus.OK, HTTPStatus.CREATED), answered.body
        self.did[what] += not gone


@pytest.fixture(scope="module")
def rehearsed(deployed: Deployed) -> tuple[str, str]:
    sample = sample_on(deployed.stack, deployed.folder / "sample.json", all_stations=OBSERVERS > 100)
    before = set(output_of(baykoo(sample, "election", "list")).split())
    arguments = (
        f"--observers={OBSERVERS}",
        f"--minutes={MINUTES}",
        "--noise=20",
        "--seed=7",
        f"--provider={PROVIDERS}",
    )
    page = deployed.folder / "page.html"
    output = output_of(baykoo(sample, "rehearse", *arguments, f"--report={page}"))
    (name,) = {word for word in output_of(baykoo(sample, "election", "list")).split() if "rehearsal" in word} - before
    return name, output


def test_what_waits_after_a_rehearsal_is_worked_off_by_the_api_alone(
    deployed: Deployed, rehearsed: tuple[str, str]
) -> None:
    election, output = rehearsed
    operator = Operator(deployed, election)
    waited = operator.get("messages?attention=true&limit=100")["waiting"]["count"]
    assert waited > 0, output
    for _ in range(waited + 50):
        queue = operator.get("messages?attention=true&limit=20")["messages"]
        if not queue:
            break
        operator.works_off(queue[0])
    end = operator.get("messages?attention=true")
    assert (end["waiting"]["count"], end["messages"]) == (0, [])
    audited = deployed.baykoo("audit", "--election", election)
    assert re.search(r"\b0 differences", audited), audited
    assert sum(operator.did.values()) > 0
    logging.getLogger(__name__).info(
        "%s SMS, %s waited: %s; %s", counted(output, "Sent"), waited, operator.did, audited
    )


@pytest.fixture(scope="module")
def room(deployed: Deployed, rehearsed: tuple[str, str]) -> Room:
    return whole_day(deployed)


@pytest.fixture(scope="module")
def personal(deployed: Deployed, room: Room) -> Personal:
    secrets = [str(row) for settings in deployed.stack.webhook_secrets.values() for row in settings.get("secrets", ())]
    return personal_data(deployed.stack, [*room.proofs, *secrets])


def test_a_rehearsal_and_a_day_of_operators_leave_nobody_in_them(
    deployed: Deployed, room: Room, personal: Personal
) -> None:
    assert len(personal.phones) > 100
    assert {SAYING, "Айгерим Осмоналиева", "Каныкей Сулайманова", "Жаныбек Кадыркулов"} <= personal.words
    assert personal.codes
    texts = list(public_texts(deployed.stack))
    assert {where.partition(" ")[0] for where, _ in texts} >= {"log", "alarm", "dashboard", "subject"}
    assert sum(where.startswith("log") for where, _ in texts) > 200
    assert disclosures(personal, texts) == []
    assert disclosures(personal, [("URL", url) for url in room.urls]) == []


@pytest.mark.parametrize(
    "line",
    [
        '{"phone": "+996502000002"}',
        "996 502 000 002",
        "called 0502 000-002 again",
        "subscriber 502000002",
        "00996502000002",
        json.dumps({"message": "IN 3 # избили наблюдателя"}),
        "input_value='IN 3 # избили набл…'",
        "Жаныбек Кадыркулов",
        "account of aigerim.osmonalieva@example.org",
    ],
)
def test_what_is_planted_in_a_log_is_named(deployed: Deployed, personal: Personal, line: str) -> None:
    logs, group = deployed.stack.client("logs"), "/aws/lambda/planted"
    logs.create_log_group(logGroupName=group)
    try:
        logs.create_log_stream(logGroupName=group, logStreamName="1")
        events = [{"timestamp": int(time.time() * 1000), "message": line}]
        logs.put_log_events(logGroupName=group, logStreamName="1", logEvents=events)
        assert disclosures(
            personal, ((where, text) for where, text in public_texts(deployed.stack) if "planted" in where)
        )
    finally:
        logs.delete_log_group(logGroupName=group)


def test_masked_phones_and_other_numbers_are_nobody_s(personal: Personal) -> None:
    lines = ["+996 502 ••• 002", "took 502000 ms", "2026-11-29T13:01:17.123456+00:00", HURT[:8] + "…"]
    assert disclosures(personal, [(ELECTION, line) for line in lines]) == []
