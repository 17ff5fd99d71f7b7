"""A step of an incident with an Idempotency-Key is taken once; without one as before."""

import datetime as dt
from http import HTTPStatus

from api_client import Api, ApiAnswer
from pipeline import Load, Pipeline

from chalicelib.services.access.operators import add_operator
from chalicelib.store.operators import AuditRow

ROUTE = "/v1/elections/{election_id}/incidents/{number}/{step}"


def reported(load: Load) -> tuple[Pipeline, Api]:
    pipeline = load(size=2)
    pipeline.say(pipeline.phone(), "IN 3 box is broken")
    valid_for = dt.timedelta(days=40_000)
    return pipeline, Api(add_operator("Aida", "operator", pipeline.election.id, (), dt.datetime.now(dt.UTC), valid_for))


def take(api: Api, pipeline: Pipeline, step: str, seen: str, key: str | None, note: str = "") -> ApiAnswer:
    headers = {"if-match": f'"{seen}"'} | ({"idempotency-key": key} if key else {})
    path = {"election_id": pipeline.election.id, "number": "1", "step": step}
    return api.ask("POST", ROUTE, {"note": note}, headers=headers, **path)


def steps(pipeline: Pipeline) -> list[tuple[str, str | None]]:
    rows = AuditRow.query(pipeline.election.id, consistent_read=True)
    return [(row.action, row.note) for row in rows if row.action.startswith("incident ")]


def test_a_step_that_comes_again_is_taken_once(load: Load) -> None:
    pipeline, api = reported(load)
    first = take(api, pipeline, "acknowledge", "1", "k1", "calling")
    again = take(api, pipeline, "acknowledge", "1", "k1", "calling")
    assert (first.status, again.status) == (HTTPStatus.OK, HTTPStatus.OK)
    assert (again.json()["version"], again.json()["state"]) == (2, "acknowledged")
    assert steps(pipeline) == [("incident acknowledge", "calling")]
    assert take(api, pipeline, "acknowledge", "1", "k1", "other").status == HTTPStatus.UNPROCESSABLE_ENTITY
    assert take(api, pipeline, "resolve", "1", "k2", "done").status == HTTPStatus.PRECONDITION_FAILED


def test_a_step_without_a_key_is_taken_as_before(load: Load) -> None:
    pipeline, api = reported(load)
    assert take(api, pipeline, "acknowledge", "1", None).status == HTTPStatus.OK
    assert take(api, pipeline, "acknowledge", "1", None).status == HTTPStatus.PRECONDITION_FAILED
    assert steps(pipeline) == [("incident acknowledge", None)]
