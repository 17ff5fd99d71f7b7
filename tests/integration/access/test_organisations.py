"""A coalition's members: each sees what the election file says and acts for its own observers; sums are everybody's."""

import datetime as dt
import uuid
from collections.abc import Mapping
from dataclasses import dataclass
from http import HTTPStatus
from typing import Any

import pytest
from api_client import Api, ApiAnswer
from pipeline import Pipeline
from sample_election import changed

from chalicelib.observation.elections.clock import REAL_TIME
from chalicelib.services.access.accounts import Invitation, add_account
from chalicelib.services.access.operators import Operator, OperatorInvalid, add_operator
from chalicelib.services.elections import loading
from chalicelib.services.exports.contact_rows import contact_tables
from chalicelib.services.exports.other_rows import message_tables, roster_tables
from chalicelib.services.exports.report_rows import report_tables
from chalicelib.services.exports.table import ExportRequest, Scope
from chalicelib.store.elections import existing
from chalicelib.store.messages import Message

ELECTION = "/v1/elections/{election_id}"
REPORT = f"{ELECTION}/stations/{{station}}/reports/{{form}}/{{round}}"
ALL = {"phones": "all", "reports": "all", "stations": "all"}


@dataclass(frozen=True)
class Coalition:
    """Four stations: the first is A's and B's, the second A's, the third B's; `unread` is an SMS of A at the second."""

    pipeline: Pipeline
    tokens: Mapping[str, str]
    unread: Message

    def station(self, place: int) -> str:
        return self.pipeline.election.stations[place].number

    def observer(self, station: int, place: int = 0) -> Any:
        return self.pipeline.observers(station)[place]

    def get(self, who: str, route: str, query: dict[str, str] | None = None, **path: str) -> ApiAnswer:
        return Api(self.tokens[who]).get(route, query, election_id=self.pipeline.election.id, **path)

    def post(self, who: str, route: str, body: Any = None, seen: str = "1", **path: str) -> ApiAnswer:
        headers = {"if-match": f'"{seen}"', "idempotency-key": uuid.uuid4().hex}
        election = self.pipeline.election.id
        return Api(self.tokens[who]).ask("POST", route, body or {}, headers=headers, election_id=election, **path)


@pytest.fixture(scope="module")
def coalition(services: Any, emptied: None) -> Coalition:
    pipeline = Pipeline.loaded(services.webhook_secrets["generic"]["secrets"][0], size=4)
    election = pipeline.election
    organisations = dict.fromkeys(election.observers, "A")
    organisations |= {
        observer: "B" for observer in election.observers if observer.station == election.stations[2].number
    }
    organisations[pipeline.observers(0)[1]] = "B"
    observers = [row.model_copy(update={"organisation": code}) for row, code in organisations.items()]
    members = {
        "A": {"name": {"en": "Alpha"}},
        "B": {"name": {"en": "Beta"}},
        "C": {"name": {"en": "Gamma"}, "sees": ALL | {"phones": "own"}},
    }
    pipeline.election = changed(election, observers=observers, organisations=members)
    loading.load(pipeline.election, REAL_TIME)
    for place, text in ((0, "OP A1 B0700 C9"), (1, "OP A1 B0700 C7")):
        pipeline.say(pipeline.observers(0)[place].phones[0], text)
    pipeline.say(pipeline.observers(1)[0].phones[0], "OP A1 B0700 C5")
    pipeline.say(pipeline.observers(1)[0].phones[0], "IN 3 box is broken")
    unread = pipeline.say(pipeline.observers(1)[0].phones[0], "good morning what do I do")
    tokens = {who: _token(election.id, who) for who in ("A", "B", "C")} | {"whole": _token(election.id, None)}
    return Coalition(pipeline, tokens, unread)


def _token(election_id: str, organisation: str | None) -> str:
    name = organisation or "Whole"
    valid_for = dt.timedelta(days=40_000)
    return add_operator(name, "headquarters", election_id, (), dt.datetime.now(dt.UTC), valid_for, organisation)


def test_a_member_finds_its_own_stations_observers_and_messages(coalition: Coalition) -> None:
    region = coalition.pipeline.election.stations[0].region
    for who, places in (("A", (0, 1)), ("B", (0,)), ("C", (0, 1)), ("whole", (0, 1))):
        page = coalition.get(who, f"{ELECTION}/regions/{{region}}/stations", region=region).json()
        assert [station["station"] for station in page["stations"]] == [coalition.station(place) for place in places], (
            who
        )
    for who, count in (("A", 1), ("B", 0), ("C", 1)):
        waiting = coalition.get(who, f"{ELECTION}/messages", {"attention": "true"}).json()["messages"]
        assert [row["key"] for row in waiting] == [coalition.unread.key] * count, who


def test_lists_are_asked_for_one_member_s(coalition: Coalition) -> None:
    region = coalition.pipeline.election.stations[0].region
    route = f"{ELECTION}/regions/{{region}}/stations"
    page = coalition.get("whole", route, {"organisation": "B"}, region=region).json()
    assert [(station["station"], station["organisations"]) for station in page["stations"]] == [
        (coalition.station(0), ["A", "B"])
    ]
    listed = coalition.get("whole", f"{ELECTION}/observers", {"organisation": "B"}).json()["observers"]
    assert {row["organisation"] for row in listed} == {"B"}
    described = coalition.get("whole", ELECTION).json()["organisations"]
    assert described["C"] == {"name": {"en": "Gamma"}, "sees": ALL | {"phones": "own"}}


def test_of_a_station_of_two_each_sees_its_own_observer_s_answers(coalition: Coalition) -> None:
    own, other = coalition.observer(0), coalition.observer(0, 1)
    shown = coalition.get("A", f"{ELECTION}/stations/{{station}}", station=own.station)
    opening = next(report for report in shown.json()["reports"] if report["form"] == "OP")
    answers = {question["code"]: question["observers"] for question in opening["questions"]}
    assert [set(answers["C"]), answers["C"][own.number]["value"]] == [{own.number}, 9]
    assert other.phones[0] not in shown.text
    assert f'"{other.name}"' not in shown.text
    everything = coalition.get("whole", f"{ELECTION}/stations/{{station}}", station=own.station).json()
    opening = next(report for report in everything["reports"] if report["form"] == "OP")
    assert opening["state"] == "conflict"


def test_sums_are_the_coalition_s_for_everybody(coalition: Coalition) -> None:
    national = coalition.get("whole", f"{ELECTION}/summary").json()["nation"]["forms"]
    for who in ("A", "B", "C"):
        assert coalition.get(who, f"{ELECTION}/summary").json()["nation"]["forms"] == national


def test_who_sees_all_reports_and_no_phones_sees_no_people(coalition: Coalition) -> None:
    observer = coalition.observer(1)
    for route, path in ((f"{ELECTION}/messages/{{key}}", {"key": coalition.unread.key}), (f"{ELECTION}/observers", {})):
        answer = coalition.get("C", route, None, **path)
        assert answer.status == HTTPStatus.OK
        assert observer.phones[0] not in answer.text
        assert f'"{observer.name}"' not in answer.text


def test_acting_on_another_member_s_is_refused(coalition: Coalition) -> None:
    """C sees all reports and stations, and has observers at none."""
    station, observer = coalition.station(1), coalition.observer(1)
    version = coalition.get("C", f"{ELECTION}/messages/{{key}}", key=coalition.unread.key).json()["version"]
    message = {"key": coalition.unread.key}
    report = {"station": station, "form": "OP", "round": "-"}
    note = {"note": "because"}
    actions: list[tuple[str, dict[str, str], Any, str]] = [
        (f"{ELECTION}/messages/{{key}}/dismiss", message, note, version),
        (f"{ELECTION}/messages/{{key}}/answer", message, {"text": "hello"}, version),
        (f"{ELECTION}/messages/{{key}}/enter", message, {"text": "OP A1"} | note, version),
        (f"{ELECTION}/entries", {}, {"observer": observer.number, "text": "OP A1"} | note, "1"),
        (f"{REPORT}/leave-out", report, {"observer": observer.number} | note, "1"),
        (f"{REPORT}/confirm", report, {"observer": observer.number}, "1"),
        (f"{REPORT}/correct", report, {"observer": observer.number, "answers": {"C": "4"}} | note, "1"),
        (f"{REPORT}/choose", report, {"observer": observer.number} | note, "1"),
        (f"{ELECTION}/incidents/{{number}}/{{step}}", {"number": "1", "step": "acknowledge"}, note, "1"),
        (f"{ELECTION}/incidents/{{number}}/note", {"number": "1"}, note, "1"),
        (f"{ELECTION}/calls/{{station}}/lease", {"station": station}, {}, "1"),
        (f"{ELECTION}/calls/{{station}}/outcome", {"station": station}, {"outcome": "no_answer"}, "1"),
        (f"{ELECTION}/stations/{{station}}/close", {"station": station}, note, "0"),
        (f"{ELECTION}/observers/{{number}}/reassign", {"number": observer.number}, {"station": station} | note, "0"),
    ]
    for route, path, body, seen in actions:
        answer = coalition.post("C", route, body, seen, **path)
        assert answer.status == HTTPStatus.FORBIDDEN, (route, answer)
    assert coalition.get("A", f"{ELECTION}/messages/{{key}}", key=coalition.unread.key).json()["version"] == version
    done = coalition.post("A", f"{ELECTION}/calls/{{station}}/lease", {}, station=station)
    assert done.status == HTTPStatus.OK, done


def test_a_report_of_two_members_is_decided_by_the_coalition(coalition: Coalition) -> None:
    own, other = coalition.observer(0), coalition.observer(0, 1)
    report = {"station": own.station, "form": "OP", "round": "-"}
    body = {"observer": own.number, "note": "seen"}
    shown = coalition.get("A", f"{ELECTION}/stations/{{station}}", station=own.station).json()
    seen = str(next(report for report in shown["reports"] if report["form"] == "OP")["version"])
    assert coalition.post("A", f"{REPORT}/choose", body, seen, **report).status == HTTPStatus.FORBIDDEN
    for_other = {"observer": other.number, "note": "seen"}
    assert coalition.post("A", f"{REPORT}/leave-out", for_other, seen, **report).status == HTTPStatus.FORBIDDEN
    assert coalition.post("A", f"{REPORT}/confirm", body, seen, **report).status == HTTPStatus.OK


def test_deciding_tells_a_member_nothing_of_another_s_observer(coalition: Coalition) -> None:
    """Neither where the report has changed since nor once it is decided; the whole coalition is told."""
    own, other = coalition.observer(0), coalition.observer(0, 1)
    report = {"station": own.station, "form": "OP", "round": "-"}
    body = {"observer": own.number, "note": "seen"}
    for who, newest in (("A", own), ("whole", other)):
        passed = coalition.post(who, f"{REPORT}/confirm", body, "99", **report)
        assert passed.status == HTTPStatus.PRECONDITION_FAILED, passed
        assert f"of observer {newest.number}," in passed.json()["detail"]
        version = passed.json()["detail"].partition("at version ")[2].partition(" ")[0]
    confirmed = coalition.post("A", f"{REPORT}/confirm", body, version, **report)
    assert confirmed.status == HTTPStatus.OK, confirmed
    answers = confirmed.json()
    assert (answers["answers"]["C"], answers["conflicts"], answers["doubts"]) == (9, [], [])
    version = str(answers["version"])
    decided = coalition.post("whole", f"{REPORT}/confirm", body, version, **report).json()
    assert (decided["conflicts"], bool(decided["doubts"])) == (["C"], True)


def test_a_member_sends_to_its_own_observers(coalition: Coalition) -> None:
    """Whoever it names, and no other member's."""
    own = [observer for observer in coalition.pipeline.election.observers if observer.organisation == "B"]
    tried = coalition.post("B", f"{ELECTION}/sends/preview", {"text": "hello"}).json()
    assert tried["recipients"] == len(own)
    other = coalition.post("B", f"{ELECTION}/sends/preview", {"text": "hello", "to": {"organisation": "A"}})
    assert other.status == HTTPStatus.FORBIDDEN


def test_an_export_has_the_member_s_rows_and_the_column(coalition: Coalition) -> None:
    loaded = existing(coalition.pipeline.election.id)

    def exported(tables: Any, organisation: str, **filters: Any) -> list[dict[str, Any]]:
        who = Operator("Ann", "headquarters", loaded.election.id, (), organisation=organisation)
        scope = Scope(loaded, who.looking_at(loaded.election), ExportRequest("reports", "csv", people=True, **filters))
        made = list(tables(scope))[-1 if tables is message_tables else 0 if tables is report_tables else 1]
        return [dict(zip(made.columns, row, strict=True)) for row in made.rows]

    rows = exported(report_tables, "B", forms=("OP",))
    assert [(row["observer"], row["organisation"]) for row in rows] == [(coalition.observer(0, 1).number, "B")]
    assert {row["organisation"] for row in exported(roster_tables, "B")} == {"B"}
    assert {row["observer"] for row in exported(message_tables, "B")} == {coalition.observer(0, 1).number}
    assert {message["from"] for message in exported(message_tables, "C") if message["direction"] == "in"} == {None}


def test_access_for_a_member_that_is_none_is_refused(coalition: Coalition) -> None:
    election = coalition.pipeline.election.id
    with pytest.raises(OperatorInvalid, match="no such organisation"):
        add_account(election, Invitation("A", "a@example.org", "viewer", (), "Z"), dt.datetime.now(dt.UTC))
    with pytest.raises(OperatorInvalid, match="no such organisation"):
        _token(election, "Z")


def test_a_call_s_names_and_notes_are_told_to_who_may_see_whom_it_was_about(coalition: Coalition) -> None:
    """Of a station of two members; a call on nobody's phone is told whole to whoever made it, and to the coalition."""
    station, contacts = coalition.station(0), f"{ELECTION}/stations/{{station}}/contacts"
    words = {"person": "back_up", "name": "Nazgul at the door", "note": "asks for Mr. Osmonov"}
    phone = coalition.observer(0, 1).phones[0]
    for who, called in (("A", {"outcome": "not_there"}), ("B", {"outcome": "not_there", "phone": phone})):
        assert coalition.post(who, f"{ELECTION}/calls/{{station}}/lease", {}, station=station).status == HTTPStatus.OK
        done = coalition.post(who, f"{ELECTION}/calls/{{station}}/outcome", called | words, station=station)
        assert done.status == HTTPStatus.OK, done

    def shown(who: str) -> list[tuple[str, str | None, str | None, str | None]]:
        answer = coalition.get(who, contacts, station=station)
        assert answer.status == HTTPStatus.OK, answer
        fields = ("who", "name", "phone", "note")
        return [tuple(contact[field] for field in fields) for contact in answer.json()["contacts"]]

    own = (words["name"], None, words["note"])
    of_b = ("B (headquarters)", words["name"], phone, words["note"])
    assert shown("whole") == [of_b, ("A (headquarters)", *own)]
    assert shown("A") == [("A (headquarters)", *own)]
    assert shown("B") == [of_b, ("A (headquarters)", None, None, None)]
    card = coalition.get("A", f"{ELECTION}/calls/{{station}}", station=station)
    assert card.status == HTTPStatus.OK
    for secret in (phone, words["name"], words["note"]):
        assert secret not in card.json()["last"].values(), secret
    for who, names in (("A", []), ("B", [words["name"]]), ("whole", [words["name"]] * 2)):
        operator = Operator(
            who, "headquarters", coalition.pipeline.election.id, (), organisation=None if who == "whole" else who
        )
        loaded = existing(coalition.pipeline.election.id)
        scope = Scope(loaded, operator.looking_at(loaded.election), ExportRequest("contacts", "csv", people=True))
        (table,) = contact_tables(scope)
        rows = [dict(zip(table.columns, row, strict=True)) for row in table.rows if row[1] == station]
        assert [row["name"] for row in rows if row["name"]] == names, who
