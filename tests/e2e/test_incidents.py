"""Incidents on the deployed stack: who is told, in what language, what happens when nobody answers, and who may act."""

import datetime as dt
import re
import urllib.parse
from uuid import uuid4

import pytest
from deployed import Answered, Deployed, call, eventually
from functions import call_function

NUMBER = "+996312000017"
ELECTION = "incidents"
SPEED = 300
"""Election seconds a second: a quarter of an hour, which a severe incident waits, passes in three seconds."""
OBSERVER = "+996502000000"  # at station 1001, in Bishkek
BISHKEK, OSH = "+996555900000", "+996555900002"
BISHKEK_MAIL, OSH_MAIL, HQ_MAIL = "bishkek@example.org", "osh@example.org", "hq@example.org"


@pytest.fixture(scope="module")
def token(deployed: Deployed) -> str:
    clock = f"2017-10-15T09:00:00+06:00,{SPEED}"
    deployed.load_small(ELECTION, NUMBER, "--clock", clock)
    return deployed.operator(ELECTION)


def say(deployed: Deployed, text: str, sender: str) -> dict:
    """Hand an SMS in and wait for its outcome."""
    sms_id = str(uuid4())
    now = dt.datetime.now(dt.UTC).isoformat()
    assert deployed.sms(text, sender, NUMBER, id=sms_id, received_at=now).status == 200
    return eventually(lambda: (row := deployed.message(f"generic#{sms_id}")) and row["state"] != "received" and row)


def numbers(deployed: Deployed, token: str, **query: str) -> list[int]:
    answered = deployed.get(f"/elections/{ELECTION}/incidents?{urllib.parse.urlencode(query)}", token)
    assert answered.status == 200, answered.body
    return [incident["number"] for incident in answered.json()["incidents"]]


def incident(deployed: Deployed, token: str, text: str, category: str) -> tuple[int, str]:
    """Report an incident, and return its number and the SMS that told the region's coordinator."""
    before = numbers(deployed, token)
    assert say(deployed, text, OBSERVER)["state"] == "accepted"
    [number] = set(numbers(deployed, token)) - set(before)
    begins = f"Baykoo: Инцидент {number}, высокая важность: {category}. Участок 1001, Bishkek."
    alerts = eventually(lambda: [sms for sms in deployed.texts_to(BISHKEK) if sms.startswith(begins)])
    assert len(alerts) == 1
    return number, alerts[0]


def mails(deployed: Deployed, address: str, number: int) -> list[str]:
    """The emails about an incident of a category, which another election's tests do not report."""
    subject = re.compile(rf"(Incident|Инцидент) {number}, (high|высокая важность): [^V]")
    found = [mail for mail in deployed.emails_to(address) if subject.match(mail["Subject"])]
    return [f"{mail['Subject']}\n{mail['BodyText']}" for mail in found]


def post(deployed: Deployed, path: str, token: str, **headers: str) -> Answered:
    sent = {"Authorization": f"Bearer {token}", "Content-Type": "application/json"}
    sent |= {name.replace("_", "-"): value for name, value in headers.items()}
    return call(f"{deployed.stack.api_url}/elections/{ELECTION}/incidents/{path}", b'{"note": "seen"}', sent)


def test_nobody_answers_so_headquarters_are_told_and_no_other_region(deployed: Deployed, token: str) -> None:
    number, alert = incident(deployed, token, "IN 2 кидают пачками", "Вброс бюллетеней")
    assert alert.endswith(f"Ответьте: ОК {number}. кидают пачками")
    assert eventually(lambda: mails(deployed, BISHKEK_MAIL, number))
    late = eventually(lambda: call_function(deployed.stack, "Sweep") or mails(deployed, HQ_MAIL, number))
    assert "Nobody has taken it for 15 min!" in late[0]
    assert "Ballot stuffing" in late[0]
    assert not [sms for sms in deployed.texts_to(OSH) if f"Инцидент {number}," in sms]
    assert not mails(deployed, OSH_MAIL, number)


def test_ok_stops_it(deployed: Deployed, token: str) -> None:
    number, _ = incident(deployed, token, "IN 4 раздают деньги", "Подкуп")
    assert say(deployed, f"ок {number}", BISHKEK)["state"] == "command"
    done = f"Baykoo: Инцидент {number} теперь взят в работу, участок 1001."
    assert eventually(lambda: done in deployed.texts_to(BISHKEK))
    shown = deployed.get(f"/elections/{ELECTION}/incidents/{number}", token).json()
    assert [(entry["step"], entry["who"]) for entry in shown["history"]][1:] == [("acknowledge", "Coordinator Bishkek")]
    later, _ = incident(
        deployed, token, "IN 10 не дали", "Не выдали или изменили протокол"
    )  # escalates, so that the clock has passed for both
    assert eventually(lambda: call_function(deployed.stack, "Sweep") or mails(deployed, HQ_MAIL, later))
    call_function(deployed.stack, "Sweep")
    assert not mails(deployed, HQ_MAIL, number)


def test_an_incident_of_another_region_is_refused_kindly(deployed: Deployed, token: str) -> None:
    number, _ = incident(deployed, token, "IN 1 не пускают", "Наблюдателя не допустили или удалили")
    say(deployed, f"OK {number}", OSH)
    refused = f"Baykoo: Инцидента {number} в ваших регионах нет, ничего не изменено."
    assert eventually(lambda: refused in deployed.texts_to(OSH))
    assert deployed.get(f"/elections/{ELECTION}/incidents/{number}", token).json()["state"] == "new"


def test_operators_take_steps_on_the_version_that_they_have_seen(deployed: Deployed, token: str) -> None:
    operator = deployed.operator(ELECTION, "--region", "Bishkek")
    viewer = deployed.operator(ELECTION, role="viewer")
    stranger = deployed.operator(ELECTION, "--region", "Osh")
    number, _ = incident(deployed, token, "IN 9 считают без нас", "Непрозрачный подсчёт")
    path = f"/elections/{ELECTION}/incidents/{number}"
    say(deployed, f"OK {number}", BISHKEK)  # so that no escalation changes the version
    version = deployed.get(path, operator).json()["version"]
    for who, step, headers, status in [
        (viewer, "verify", {"If_Match": f'"{version}"'}, 403),
        (stranger, "verify", {"If_Match": f'"{version}"'}, 404),
        (operator, "verify", {}, 428),
        (operator, "verify", {"If_Match": f'"{version - 1}"'}, 412),
        (operator, "resolve", {"If_Match": f'"{version}"'}, 409),
        (operator, "burn", {"If_Match": f'"{version}"'}, 404),
        (operator, "verify", {"If_Match": f'"{version}"'}, 200),
        (operator, "resolve", {"If_Match": f'"{version}"'}, 412),
    ]:
        answered = post(deployed, f"{number}/{step}", who, **headers)
        assert answered.status == status, (step, headers, answered.body)
        assert answered.content_type == ("application/json" if status == 200 else "application/problem+json")
    shown = deployed.get(path, operator).json()
    assert (shown["state"], shown["version"], shown["history"][-1]["note"]) == ("verified", version + 1, "seen")
    assert shown["history"][-1]["who"] == "Ann (operator)"


def test_the_list_is_by_region_and_state(deployed: Deployed, token: str) -> None:
    number, _ = incident(deployed, token, "IN 2 опять", "Вброс бюллетеней")
    osh = deployed.operator(ELECTION, "--region", "Osh")
    assert numbers(deployed, token)[0] == number
    assert numbers(deployed, token) == sorted(numbers(deployed, token), reverse=True)
    assert number in numbers(deployed, token, region="Bishkek", state="new")
    assert number not in numbers(deployed, token, region="Bishkek", state="resolved")
    assert numbers(deployed, token, region="Osh") == numbers(deployed, osh) == []
    for query, status in [("region=Bishkek", 403), ("state=old", 400)]:
        refused = deployed.get(f"/elections/{ELECTION}/incidents?{query}", osh)
        assert (refused.status, refused.content_type) == (status, "application/problem+json")
    for unknown in ("999", "0", "one"):
        assert deployed.get(f"/elections/{ELECTION}/incidents/{unknown}", osh).status == 404


def test_where_no_dashboard_is_at_hand_the_command_line_does(deployed: Deployed, token: str) -> None:
    number, _ = incident(deployed, token, "IN 4 опять раздают", "Подкуп")

    def run(step: str, *options: str, expect: int = 0) -> str:
        return deployed.baykoo("incident", step, str(number), "--election", ELECTION, *options, expect=expect)

    assert run("acknowledge") == f"Incident {number} is now acknowledged.\n"
    run("resolve", expect=1)
    run("reject", expect=1)  # without a note
    assert run("reject", "--note", "a rumour") == f"Incident {number} is now rejected.\n"
    listed = deployed.baykoo("incident", "list", "--election", ELECTION, "--state", "rejected").splitlines()
    assert [line for line in listed if line.startswith(f"{number} rejected, high: Vote buying; station 1001, Bishkek")]
    shown = run("show")
    assert "text: опять раздают" in shown
    assert "reject by command line: a rumour" in shown
    table = f"{deployed.stack.name}-audit"
    lines = deployed.stack.client("dynamodb").scan(TableName=table)["Items"]
    actions = {
        (line["who"]["S"], line["action"]["S"]) for line in lines if line["subject"]["S"] == f"incident {number}"
    }
    assert actions == {("command line", "incident acknowledge"), ("command line", "incident reject")}
    deployed.baykoo("incident", "show", "9999", "--election", ELECTION, expect=1)
    deployed.baykoo("incident", "list", "--election", ELECTION, "--region", "Atlantis", expect=1)


def test_everything_adds_up(deployed: Deployed, token: str) -> None:
    assert "0 differences" in deployed.baykoo("audit", "--election", ELECTION)
