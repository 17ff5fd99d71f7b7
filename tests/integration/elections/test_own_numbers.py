"""The number that was written to leads to its election however a gateway writes it; one that leads nowhere is told."""

import json
from typing import Any

import pytest
from pipeline import Pipeline, stored

from chalicelib.services.elections import loading
from chalicelib.services.processing.process import process
from chalicelib.store.routes import route_to


def national(pipeline: Pipeline) -> str:
    return pipeline.number.removeprefix("+996")


def test_a_route_knows_the_country_of_its_election(pipeline: Pipeline) -> None:
    assert pipeline.election.default_region == "KG"
    assert loading.route("0" + national(pipeline), pipeline.election.id) == pipeline.number
    route = route_to(pipeline.number, fresh=True)
    assert route is not None
    assert (route.election, route.region) == (pipeline.election.id, "KG")


@pytest.mark.parametrize("written", ["0{}", "{}", "996{}", "00996{}", "+996 (0){}", "+9960{}", "tel:+996{}"])
def test_a_number_of_ours_in_any_form_leads_to_its_election(written: str, pipeline: Pipeline) -> None:
    message = pipeline.say(pipeline.phone(), "OP A1 B0730", to=written.format(national(pipeline)))
    assert (message.state, message.election) == ("accepted", pipeline.election.id)
    reply = pipeline.reply(message)
    assert reply is not None
    assert reply.sender == pipeline.number
    assert pipeline.differences() == ()


@pytest.mark.parametrize("to", ["+996700000000", "0700000000", "4455", "Election", "700000000"])
def test_an_sms_that_leads_to_no_election_is_measured(
    to: str, pipeline: Pipeline, capsys: pytest.CaptureFixture[str]
) -> None:
    message = pipeline.send(pipeline.phone(), "IN 3 they beat us", to=to)
    capsys.readouterr()
    process(message, pipeline.now)
    process(stored(message.key), pipeline.now)
    assert (stored(message.key).state, stored(message.key).reason) == ("quarantined", "no_election")
    [measured] = [line for line in capsys.readouterr().out.splitlines() if "SmsWithoutElection" in line]
    assert json.loads(measured)["SmsWithoutElection"] == [1.0]


def test_the_setting_stands_in_where_the_number_leads_nowhere(
    pipeline: Pipeline, monkeypatch: pytest.MonkeyPatch
) -> None:
    settings: dict[str, Any] = {"secrets": [pipeline.secret], "recipient": pipeline.number}
    monkeypatch.setattr("chalicelib.services.clients.provider_settings.provider_secrets", lambda *_, **__: settings)
    assert pipeline.say(pipeline.phone(), "OP A1 B0730", to="+996700000000").election == pipeline.election.id
    assert pipeline.say(pipeline.phone(), "OP A1 B0731", to="0" + national(pipeline)).election == pipeline.election.id
    other = loading.route(f"+9963129{pipeline.number[-5:]}", pipeline.election.id)
    message = pipeline.say(pipeline.phone(), "OP A1 B0732", to=other)
    assert message.recipient == other, "a number that leads somewhere counts"
    settings["recipient"] = "+996700000001"
    assert pipeline.send(pipeline.phone(), "OP A1", to="+996700000000").recipient == "+996700000000"
