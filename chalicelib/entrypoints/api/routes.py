"""Every route: its method and path, and the view that answers it."""

from typing import Any

from chalice.app import Chalice

from chalicelib.entrypoints.deferred_handlers import deferred

REPORT = "/v1/elections/{election_id}/stations/{station}/reports/{form}/{round}"
ROUTES = {
    ("GET", "/health"): "api.health:health",
    ("GET", "/openapi.json"): "api.documents:openapi",
    ("GET", "/docs"): "api.documents:docs",
    ("GET", "/v1/elections/{election_id}"): "api.election:election",
    ("POST", "/v1/session/request"): "api.session:request_sign_in",
    ("GET", "/v1/session"): "api.session:show_session",
    ("POST", "/v1/session"): "api.session:sign_in",
    ("DELETE", "/v1/session"): "api.session:sign_out",
    ("GET", "/v1/session/oidc"): "api.oidc:provider",
    ("POST", "/v1/session/oidc"): "api.oidc:begin",
    ("GET", "/v1/session/oidc/callback"): "api.oidc:callback",
    ("POST", "/v1/session/switch"): "api.switch_election:switch",
    ("GET", "/v1/roles"): "api.accounts:roles",
    ("GET", "/v1/elections/{election_id}/accounts"): "api.accounts:accounts",
    ("POST", "/v1/elections/{election_id}/accounts"): "api.accounts:add",
    ("POST", "/v1/elections/{election_id}/accounts/{account}"): "api.accounts:change",
    ("POST", "/v1/elections/{election_id}/accounts/{account}/regions"): "api.accounts:assign_regions",
    ("POST", "/v1/elections/{election_id}/accounts/{account}/revoke"): "api.accounts:end",
    ("POST", "/v1/elections/{election_id}/accounts/{account}/sign-out"): "api.accounts:sign_out",
    ("GET", "/v1/elections/{election_id}/exports"): "api.exports:exports",
    ("POST", "/v1/elections/{election_id}/exports"): "api.exports:add",
    ("GET", "/v1/elections/{election_id}/exports/{export}"): "api.exports:export",
    ("POST", "/v1/elections/{election_id}/exports/{export}/links"): "api.exports:links",
    ("POST", "/v1/elections/{election_id}/imports/check"): "api.imports:checked",
    ("POST", "/v1/elections/{election_id}/imports"): "api.imports:add",
    ("GET", "/v1/elections/{election_id}/imports/{job}"): "api.imports:shown",
    ("POST", "/v1/elections/{election_id}/wall-links"): "api.accounts:wall_link",
    ("GET", "/v1/elections/{election_id}/wall"): "api.wall:wall",
    ("GET", "/v1/elections/{election_id}/board"): "api.board:board",
    ("GET", "/v1/elections/{election_id}/search"): "api.search:search",
    ("GET", "/v1/elections/{election_id}/calls"): "api.calls:calls",
    ("GET", "/v1/elections/{election_id}/calls/figures"): "api.calls:figures",
    ("POST", "/v1/elections/{election_id}/calls/next"): "api.calls:next_call",
    ("POST", "/v1/elections/{election_id}/calls/put-on"): "api.call_list:put_on",
    ("POST", "/v1/elections/{election_id}/calls/take-off"): "api.call_list:take_off",
    ("GET", "/v1/elections/{election_id}/calls/{station}"): "api.calls:card",
    ("POST", "/v1/elections/{election_id}/calls/{station}/lease"): "api.calls:lease",
    ("POST", "/v1/elections/{election_id}/calls/{station}/renew"): "api.calls:renew",
    ("POST", "/v1/elections/{election_id}/calls/{station}/release"): "api.calls:release",
    ("POST", "/v1/elections/{election_id}/calls/{station}/take-over"): "api.calls:take_over",
    ("POST", "/v1/elections/{election_id}/calls/{station}/outcome"): "api.calls:outcome",
    ("POST", "/v1/elections/{election_id}/calls/{station}/undo"): "api.calls:undo",
    ("POST", "/v1/elections/{election_id}/calls/{station}/ring"): "api.rehearsals:ring",
    ("GET", "/v1/elections/{election_id}/training"): "api.rehearsals:training",
    ("GET", "/v1/elections/{election_id}/stations/{station}/contacts"): "api.calls:contacts",
    ("GET", "/v1/elections/{election_id}/summary"): "api.summary:summary",
    ("GET", "/v1/elections/{election_id}/regions/{region}/stations"): "api.stations:stations",
    ("GET", "/v1/elections/{election_id}/stations/{station}"): "api.stations:station",
    ("GET", "/v1/elections/{election_id}/reports"): "api.reports:reports",
    ("GET", "/v1/elections/{election_id}/doubts"): "api.reports:doubts",
    ("GET", "/v1/elections/{election_id}/observers"): "api.observers:observers",
    ("GET", "/v1/elections/{election_id}/observers/{number}"): "api.observers:observer",
    ("POST", "/v1/elections/{election_id}/stations/{station}/close"): "api.roster:close",
    ("POST", "/v1/elections/{election_id}/stations/{station}/reopen"): "api.roster:reopen",
    ("POST", "/v1/elections/{election_id}/stations/{station}/move"): "api.roster:move",
    ("POST", "/v1/elections/{election_id}/stations/{station}/undo"): "api.roster:undo_station",
    ("POST", "/v1/elections/{election_id}/observers/{number}/replace"): "api.roster:replace",
    ("POST", "/v1/elections/{election_id}/observers/{number}/reassign"): "api.roster:reassign",
    ("POST", "/v1/elections/{election_id}/observers/{number}/undo"): "api.roster:undo_observer",
    ("POST", f"{REPORT}/choose"): "api.reports:choose",
    ("POST", f"{REPORT}/leave-out"): "api.reports:leave_out",
    ("POST", f"{REPORT}/explain"): "api.reports:explain",
    ("POST", f"{REPORT}/confirm"): "api.reports:confirm",
    ("POST", f"{REPORT}/correct"): "api.reports:correct",
    ("POST", f"{REPORT}/correct/preview"): "api.reports:preview_correction",
    ("POST", f"{REPORT}/withdraw"): "api.reports:withdraw",
    ("POST", f"{REPORT}/undo"): "api.reports:undo",
    ("POST", f"{REPORT}/revoke"): "api.reports:revoke",
    ("POST", "/v1/elections/{election_id}/sends/preview"): "api.sends:preview",
    ("POST", "/v1/elections/{election_id}/sends/test"): "api.sends:test",
    ("POST", "/v1/elections/{election_id}/sends"): "api.sends:begin",
    ("GET", "/v1/elections/{election_id}/sends"): "api.sends:sends",
    ("GET", "/v1/elections/{election_id}/sends/{name}"): "api.sends:send",
    ("POST", "/v1/elections/{election_id}/sends/{name}/stop"): "api.sends:stop",
    ("POST", "/v1/elections/{election_id}/sends/{name}/resume"): "api.sends:resume",
    ("GET", "/v1/elections/{election_id}/messages"): "api.messages:messages",
    ("GET", "/v1/elections/{election_id}/messages/{key}"): "api.messages:message",
    ("GET", "/v1/elections/{election_id}/messages/{key}/conversation"): "api.messages:conversation",
    ("GET", "/v1/elections/{election_id}/observers/{number}/conversation"): "api.messages:observers_conversation",
    ("POST", "/v1/elections/{election_id}/entries/read-back"): "api.message_actions:read_back",
    ("POST", "/v1/elections/{election_id}/entries"): "api.message_actions:enter_by_phone",
    ("POST", "/v1/elections/{election_id}/messages/{key}/enter"): "api.message_actions:enter",
    ("POST", "/v1/elections/{election_id}/messages/{key}/incident"): "api.message_actions:incident",
    ("POST", "/v1/elections/{election_id}/messages/{key}/dismiss"): "api.message_actions:dismiss",
    ("POST", "/v1/elections/{election_id}/messages/{key}/answer"): "api.message_actions:answer",
    ("POST", "/v1/elections/{election_id}/messages/{key}/call"): "api.message_actions:call",
    ("POST", "/v1/elections/{election_id}/messages/{key}/pass"): "api.message_actions:pass_on",
    ("POST", "/v1/elections/{election_id}/messages/{key}/assign"): "api.message_actions:assign",
    ("POST", "/v1/elections/{election_id}/messages/{key}/assign/preview"): "api.message_actions:assign_preview",
    ("POST", "/v1/elections/{election_id}/messages/{key}/unassign"): "api.message_actions:unassign",
    ("POST", "/v1/elections/{election_id}/messages/{key}/spam"): "api.message_actions:spam",
    ("POST", "/v1/elections/{election_id}/messages/{key}/retry"): "api.message_actions:retry",
    ("POST", "/v1/elections/{election_id}/messages/{key}/undo"): "api.message_actions:undo",
    ("GET", "/v1/elections/{election_id}/held"): "api.held_rows:held",
    ("GET", "/v1/elections/{election_id}/tasks"): "api.tasks:peek",
    ("POST", "/v1/elections/{election_id}/tasks/next"): "api.tasks:take",
    ("POST", "/v1/elections/{election_id}/tasks/lease"): "api.tasks:lease",
    ("POST", "/v1/elections/{election_id}/tasks/take-over"): "api.tasks:take_over",
    ("POST", "/v1/elections/{election_id}/tasks/renew"): "api.tasks:renew",
    ("POST", "/v1/elections/{election_id}/tasks/release"): "api.tasks:release",
    ("GET", "/v1/elections/{election_id}/audit"): "api.records:audit",
    ("GET", "/v1/elections/{election_id}/summaries"): "api.records:summaries",
    ("GET", "/v1/elections/{election_id}/summaries/{hour}"): "api.records:sent_summary",
    ("GET", "/v1/elections/{election_id}/ledger"): "api.ledger:roots",
    ("GET", "/v1/elections/{election_id}/outbox"): "api.records:outbox",
    ("POST", "/v1/elections/{election_id}/outbox/again"): "api.records:again",
    ("POST", "/v1/elections/{election_id}/opt-outs"): "api.opt_outs:set_opt_out",
    ("GET", "/v1/elections/{election_id}/opt-outs"): "api.opt_outs:opt_outs",
    ("GET", "/v1/elections/{election_id}/providers"): "api.providers:providers",
    ("GET", "/v1/elections/{election_id}/incidents"): "api.incidents:incidents",
    ("GET", "/v1/elections/{election_id}/incidents/{number}"): "api.incidents:incident",
    ("POST", "/v1/elections/{election_id}/incidents/{number}/note"): "api.incident_changes:note",
    ("POST", "/v1/elections/{election_id}/incidents/{number}/assign"): "api.incident_changes:assign",
    ("POST", "/v1/elections/{election_id}/incidents/{number}/link"): "api.incident_changes:link",
    ("POST", "/v1/elections/{election_id}/incidents/{number}/unlink"): "api.incident_changes:unlink",
    ("POST", "/v1/elections/{election_id}/incidents/{number}/grade"): "api.incident_changes:grade",
    ("POST", "/v1/elections/{election_id}/incidents/{number}/move"): "api.incident_changes:move",
    ("POST", "/v1/elections/{election_id}/incidents/{number}/undo"): "api.incident_changes:undo",
    ("POST", "/v1/elections/{election_id}/incidents/{number}/{step}"): "api.incidents:step",
    ("GET", "/v1/elections/{election_id}/quick-count"): "api.quick_count:quick_count",
    ("POST", "/v1/elections/{election_id}/quick-count/{step}"): "api.quick_count:step",
}
"""Answered by the function APIHandler."""

UNVERSIONED = {
    ("GET", "/elections/{election_id}/summary"): "api.summary:summary",
    ("GET", "/elections/{election_id}/regions/{region}/stations"): "api.stations:stations",
    ("GET", "/elections/{election_id}/messages/{key}"): "api.messages:message",
    ("GET", "/elections/{election_id}/held"): "api.held_rows:held",
    ("GET", "/elections/{election_id}/opt-outs"): "api.opt_outs:opt_outs",
    ("GET", "/elections/{election_id}/providers"): "api.providers:providers",
    ("GET", "/elections/{election_id}/incidents"): "api.incidents:incidents",
    ("GET", "/elections/{election_id}/incidents/{number}"): "api.incidents:incident",
    ("POST", "/elections/{election_id}/incidents/{number}/{step}"): "api.incidents:step",
    ("GET", "/elections/{election_id}/quick-count"): "api.quick_count:quick_count",
    ("POST", "/elections/{election_id}/quick-count/{step}"): "api.quick_count:step",
}
"""Paths of before there were versions: the same answers, for whoever still asks there."""

PAGE = {
    ("GET", "/"): "api.page:shell",
    ("GET", "/ui/{version}/{a}"): "api.page:file",
    ("GET", "/ui/{version}/{a}/{b}"): "api.page:file",
    ("GET", "/ui/{version}/{a}/{b}/{c}"): "api.page:file",
    ("GET", "/ui/{version}/{a}/{b}/{c}/{d}"): "api.page:file",
}
"""The page and its files, answered by the function APIHandler to anybody."""

WEBHOOKS = {
    ("GET", "/webhooks/{provider}"): "intake:webhook",
    ("POST", "/webhooks/{provider}"): "intake:webhook",
    ("GET", "/webhooks/{provider}/{token}"): "intake:webhook",
    ("POST", "/webhooks/{provider}/{token}"): "intake:webhook",
}
"""Answered by the function Intake (infra/template/api.yaml)."""


def register_routes(app: Chalice) -> None:
    """Register every route.

    A view gets the request, and the path's parameters by name. It judges a body's type itself, in words.
    """
    for (method, path), target in (ROUTES | UNVERSIONED | PAGE | WEBHOOKS).items():
        app.route(path, methods=[method], content_types=["*/*"])(_view(app, target))


def _view(app: Chalice, target: str) -> Any:
    view = deferred(target)
    log_request = deferred("request_log:log_request")

    def answer(**path: str) -> Any:
        log_request(getattr(app.current_request, "lambda_context", None))
        return view(app.current_request, **path)

    answer.__name__ = view.__name__
    return answer
