"""Whatever changes something by the API is in the sweep of faults: a new route says so here, or is played there."""

import fault_paths_decisions
import fault_paths_desk
import fault_paths_work

from chalicelib.entrypoints.api.routes import ROUTES

CHANGES_NOTHING = {
    "assign/preview",
    "correct/preview",
    "entries/read-back",
    "imports/check",
    "sends/preview",
    "calls/{station}/ring",
}
SESSION = ("/v1/session", "/v1/session/oidc", "/v1/session/request", "/v1/session/switch")
"""Who gets no answer signs in anew: a proof is used up once (tests/e2e/test_sign_in.py)."""


def test_every_route_that_changes_something_is_played() -> None:
    of_desk = fault_paths_desk.REQUESTS
    others = (*fault_paths_decisions.REQUESTS.values(), *fault_paths_work.REQUESTS.values())
    played = {request.route for requests in (of_desk, *others) for request in requests.values()}
    changing = {
        route
        for method, route in ROUTES
        if method == "POST" and route not in SESSION and not route.endswith(tuple(CHANGES_NOTHING))
    }
    assert played == changing
