"""The audit trail by its routes."""

from chalicelib.entrypoints.api.routes import ROUTES, UNVERSIONED


def test_h2_no_route_changes_the_trail() -> None:
    about = [(method, path) for method, path in (*ROUTES, *UNVERSIONED) if "audit" in path]
    assert about == [("GET", "/v1/elections/{election_id}/audit")]
    assert {method for method, _ in ROUTES} == {"GET", "POST", "DELETE"}
    assert [path for method, path in ROUTES if method == "DELETE"] == ["/v1/session"]
