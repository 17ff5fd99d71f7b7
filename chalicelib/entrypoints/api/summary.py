"""The summary API: what operators and the dashboard read. Every request but /health must prove an operator."""

from http import HTTPStatus
from typing import TYPE_CHECKING, Any
from urllib.parse import unquote

from chalice.app import Blueprint

from chalicelib.entrypoints.api.access import authorized, require_region
from chalicelib.entrypoints.api.problem import Problem, answering, now

if TYPE_CHECKING:
    from chalicelib.services.access.operators import Operator
    from chalicelib.store.elections import LoadedElection

operator_api = Blueprint(__name__)


@operator_api.route("/health")
@answering
def health() -> dict[str, Any]:
    """Answer that the API is up."""
    return {"status": "ok"}


@operator_api.route("/elections/{election_id}/summary")
@answering
def summary(election_id: str) -> dict[str, Any]:
    """The nation's and every region's summary, or of one region (`?region=`); the count's sums as they are released."""
    from chalicelib.observation.summaries.summary import without_answers
    from chalicelib.services.quick_count.release import withheld_sums
    from chalicelib.services.summaries.hourly import current_summary

    operator, loaded = _authorized(election_id)
    region = _query().get("region")
    if region is not None:
        require_region(operator, loaded, region)
    regions = (region,) if region is not None else None if operator.sees_all() else operator.regions
    found = current_summary(loaded, now(), regions)
    return without_answers(found, withheld_sums(loaded, operator)).document()


@operator_api.route("/elections/{election_id}/regions/{region}/stations")
@answering
def stations(election_id: str, region: str) -> dict[str, Any]:
    """A page of a region's stations with the state of their forms (`?after=` continues)."""
    from chalicelib.services.quick_count.release import withheld_answers
    from chalicelib.services.views.stations import stations_of_region

    operator, loaded = _authorized(election_id)
    name = unquote(region)
    require_region(operator, loaded, name)
    withheld = withheld_answers(loaded, operator)
    return stations_of_region(loaded, name, now(), _query().get("after"), withheld=withheld)


@operator_api.route("/elections/{election_id}/messages/{key}")
@answering
def message(election_id: str, key: str) -> dict[str, Any]:
    """One message: what came, how it was read, and what was sent about it."""
    from chalicelib.services.quick_count.release import withheld_answers
    from chalicelib.services.views.message import describe_message

    operator, loaded = _authorized(election_id)
    found = describe_message(operator, unquote(key), withheld_answers(loaded, operator))
    if found is None:
        raise Problem(HTTPStatus.NOT_FOUND, "There is no such message in this election, or not in your regions.")
    return found


@operator_api.route("/elections/{election_id}/opt-outs")
@answering
def opt_outs(election_id: str) -> dict[str, Any]:
    """The phones that want no bulk SMS and reminders, of those that the operator sees."""
    from chalicelib.services.opt_outs.listing import list_opt_outs

    operator, loaded = _authorized(election_id)
    if not operator.sees_phones():
        raise Problem(HTTPStatus.FORBIDDEN, "A viewer sees no phones; an operator or headquarters does.")
    return {"opt_outs": [one.document() for one in list_opt_outs(loaded.election) if one.is_seen_by(operator)]}


@operator_api.route("/elections/{election_id}/providers")
@answering
def providers(election_id: str) -> dict[str, Any]:
    """When each SMS provider was last heard, and which are silent; for headquarters and operators."""
    from chalicelib.services.intake.silence import described

    operator, _ = _authorized(election_id)
    if operator.role == "viewer":
        raise Problem(HTTPStatus.FORBIDDEN, "A viewer does not see providers; an operator or headquarters does.")
    return described(now())


def _authorized(election_id: str) -> tuple["Operator", "LoadedElection"]:
    return authorized(_request(), election_id)


def _request() -> Any:
    return operator_api.current_request


def _query() -> dict[str, str]:
    return _request().query_params or {}
