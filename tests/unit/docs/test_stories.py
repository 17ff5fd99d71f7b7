"""Every action of the API has its story over HTTP on a deployed stack: a route that comes new says where it is told."""

from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Final

from chalicelib.entrypoints.api.routes import ROUTES

E2E = Path(__file__).parents[2] / "e2e"
ELECTION = "/v1/elections/{election_id}/"
REPORT = "stations/{station}/reports/{form}/{round}/"
STORIES: Final[Mapping[str, tuple[str, ...]]] = {
    "test_a1_a_link_by_email_signs_in_once": ("POST /v1/session/request", "POST /v1/session"),
    "test_a_session_reads_what_its_role_may_and_ends": ("DELETE /v1/session",),
    "test_who_has_an_account_is_signed_in": ("POST /v1/session/oidc",),
    "test_an_account_is_changed_signed_out_and_switches_elections": (
        "POST /v1/session/switch",
        *("accounts", "accounts/{account}", "accounts/{account}/sign-out", "accounts/{account}/revoke"),
        "accounts/{account}/regions",
    ),
    "test_the_wall_s_link_shows_the_wall_alone": ("wall-links",),
    "test_an_export_is_made_by_its_job_and_fetched_with_no_refusal": ("exports", "exports/{export}/links"),
    "test_a_roster_is_imported_by_its_job_with_no_refusal": ("imports/check", "imports"),
    "test_the_call_desk_from_list_to_audit": (
        *("calls/next", "calls/{station}/lease", "calls/{station}/outcome", "calls/{station}/undo"),
        *("calls/put-on", "calls/take-off"),
    ),
    "test_calls_and_tasks_are_taken_over_renewed_and_let_go": (
        *("calls/{station}/take-over", "calls/{station}/renew", "calls/{station}/release"),
        *("tasks/next", "tasks/lease", "tasks/take-over", "tasks/renew", "tasks/release"),
    ),
    "test_stations_and_observers_change_and_are_as_before": (
        *(f"stations/{{station}}/{what}" for what in ("close", "reopen", "move", "undo")),
        *(f"observers/{{number}}/{what}" for what in ("replace", "reassign", "undo")),
    ),
    "test_a_doubt_from_the_list_to_the_audit": (
        *(f"{REPORT}{what}" for what in ("choose", "leave-out", "explain", "confirm", "correct", "undo")),
    ),
    "test_a_correction_is_read_back_withdrawn_and_counted_again": (
        *(f"{REPORT}{what}" for what in ("correct/preview", "withdraw", "revoke")),
    ),
    "test_an_sms_to_many_is_tried_on_oneself_stopped_and_goes_on": (
        *("sends/preview", "sends/test", "sends", "sends/{name}/stop", "sends/{name}/resume", "opt-outs"),
    ),
    "test_m1_what_is_entered_counts_and_leaves_the_desk": (
        *("entries/read-back", "messages/{key}/enter", "messages/{key}/undo"),
    ),
    "test_what_was_said_by_phone_counts_and_the_audit_is_clean": ("entries",),
    "test_m2_thanks_are_dismissed_by_one_request": ("messages/{key}/dismiss",),
    "test_an_sms_is_answered_passed_on_left_for_a_call_and_made_an_incident": (
        *(f"messages/{{key}}/{what}" for what in ("answer", "pass", "call", "incident")),
    ),
    "test_m3_an_assigned_phone_s_sms_count_once_and_are_answered": (
        *(f"messages/{{key}}/{what}" for what in ("assign", "assign/preview", "unassign", "spam")),
    ),
    "test_three_wrong_codes_tell_the_coordinator_and_a_person_releases_the_phone": ("messages/{key}/retry",),
    "test_what_was_given_up_goes_again": ("outbox/again",),
    "test_incidents_are_noted_linked_graded_moved_and_go_through_their_life": (
        *(f"incidents/{{number}}/{what}" for what in ("note", "assign", "link", "unlink", "grade", "move", "undo")),
        "incidents/{number}/{step}",
    ),
    "test_nobody_else_sees_it_before_its_release_nor_after_it_was_withdrawn": ("quick-count/{step}",),
}
CHANGES_NOTHING: Final = {f"POST {ELECTION}calls/{{station}}/ring"}
"""A simulated observer's answer, in rehearsals alone (tests/integration/rehearsal/test_rehearsal_training.py)."""


def test_every_action_has_its_story() -> None:
    routes_told = {_whole(route) for routes in STORIES.values() for route in routes}
    assert routes_told == {f"{method} {path}" for method, path in ROUTES if method != "GET"} - CHANGES_NOTHING


def test_every_story_exists_and_names_what_it_does() -> None:
    files = [file.read_text("utf-8") for file in E2E.glob("test_*.py")]
    assert [(story, missing) for story, missing in _missing(files)] == []


def _missing(files: list[str]) -> Iterator[tuple[str, str]]:
    for story, routes in STORIES.items():
        text = next((text for text in files if f"def {story}(" in text), "")
        for route in routes:
            word = [part for part in route.split("/") if not part.startswith("{")][-1]
            if word not in text:
                yield story, route


def _whole(route: str) -> str:
    return route if " " in route else f"POST {ELECTION}{route}"
