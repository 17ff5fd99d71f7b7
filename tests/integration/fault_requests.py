"""An operator's request as a path: made under one Idempotency-Key, at the version that was seen before."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import Any

from api_client import ApiAnswer
from fault_stage import Path, Stage

Preparing = Callable[[Stage], None]
Body = Mapping[str, Any]
ELECTION = "/v1/elections/{election_id}"
MESSAGE = ELECTION + "/messages/{key}"
STATION = ELECTION + "/stations/{station}"
OBSERVER = ELECTION + "/observers/{number}"
INCIDENT = ELECTION + "/incidents/{number}"
OPENING = "OP A1 B0730 C12 D1 E1668"
STRANGER = "+996777000111"


def nothing(stage: Stage) -> None:
    """There is nothing to prepare."""


@dataclass(frozen=True)
class Request:
    """`seen`: the route whose ETag is the version seen, or how it is found; `named`: the path's parameters;
    `progress`: the answer's field that tells how far the schedules' work is."""

    route: str
    body: Body | Callable[[Stage], Body] = field(default_factory=dict)
    before: Preparing = nothing
    seen: str | Callable[[Stage], str] | None = None
    named: Mapping[str, str] | Callable[[Stage], Mapping[str, str]] = field(default_factory=dict)
    after: Preparing = nothing
    progress: str = ""

    def path(self) -> Path:
        return Path(self._act, self._prepare, progress=self.progress)

    def _prepare(self, stage: Stage) -> None:
        self.before(stage)
        stage.memo["named"] = dict(_of(self.named, stage))
        stage.memo["body"] = dict(_of(self.body, stage))
        if self.seen is not None:
            stage.memo["seen"] = etag(stage, self.seen) if isinstance(self.seen, str) else self.seen(stage)

    def _act(self, stage: Stage) -> ApiAnswer:
        answer = ask(stage, self.route, stage.memo["body"], "tested", stage.memo.get("seen"))
        self.after(stage)
        return answer


def ask(stage: Stage, route: str, body: Body, key: str, seen: str | None = None, **named: str) -> ApiAnswer:
    """Make a request under a key, about what the path names; by a session's cookie where a path has one."""
    headers = {"idempotency-key": key, **stage.memo.get("session", {})} | (
        {"if-match": f'"{seen}"'} if seen is not None else {}
    )
    return stage.api.ask("POST", route, dict(body), headers=headers, **_path(stage, route, named))


def did(stage: Stage, route: str, body: Body, *, seen: str | None = None, **named: str) -> Any:
    """Do what a path needs to be done before."""
    stage.memo["before"] = stage.memo.get("before", 0) + 1
    answer = ask(stage, route, body, f"before-{stage.memo['before']}", seen, **named)
    assert answer.status < 300, (route, answer)
    return answer.json()


def etag(stage: Stage, route: str, **named: str) -> str:
    """The version of what a route shows."""
    answer = stage.api.get(route, **_path(stage, route, named))
    assert answer.status == 200, (route, answer)
    return answer.headers["etag"].strip('"')


def _path(stage: Stage, route: str, named: Mapping[str, str]) -> dict[str, str]:
    parameters = {
        "election_id": stage.election.id,
        "key": stage.key("waiting"),
        "station": stage.election.stations[0].number,
        "number": stage.election.observers[0].number if "/observers/" in route else "1",
        **stage.memo.get("named", {}),
        **named,
    }
    return {name: value for name, value in parameters.items() if f"{{{name}}}" in route}


def _of(given: Any, stage: Stage) -> Any:
    return given(stage) if callable(given) else given
