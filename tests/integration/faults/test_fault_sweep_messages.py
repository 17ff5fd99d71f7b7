"""Every call on a message's way fails in every manner, in and out: the end is the undisturbed one."""

import datetime as dt
from collections.abc import Callable

import pytest
from fault_stage import DAY, NUMBER, WEBHOOKS, Path, Stage, staged
from fault_sweep import sweep_faults
from long_sms import LIMIT, VONAGE

from chalicelib.rehearsal.senders.sms import Sms
from chalicelib.services import outbox
from chalicelib.services.outbox import Email, Origin
from chalicelib.store.tables import put_new

OPENING = "OP 1001 A1 B0730 C12 D1 E1668"
TWO = ("OP A1 B0730 C1", "2 D1 E1668\nIN 3 they beat us")


def process(text: str, *before: str, sender: str | None = None, coordinator: bool = False) -> Path:
    """The stream brings an SMS; `before`: the observer's SMS until then."""

    def prepare(stage: Stage) -> None:
        for place, earlier in enumerate(before):
            stage.say(f"before{place}", earlier)
        phone = stage.election.coordinators[0].phone if coordinator else sender
        assert stage.webhook("tested", text, phone).status == 200

    return Path(lambda stage: stage.stream(stage.key("tested")), prepare, repeats=False)


def part(stage: Stage, number: int, again: str = "") -> str:
    """Have a part of a long SMS stored; returns its key."""
    sms = Sms(f"long-{number}{again}", stage.phone(), NUMBER, "", stage.now.astimezone(dt.UTC))
    more = {"concat": "true", "concat-ref": "7", "concat-total": str(len(TWO)), "concat-part": str(number)}
    more |= {"text": TWO[number - 1], "timestamp": str(int(stage.now.timestamp()))}
    more |= {"message-timestamp": f"{stage.now:%Y-%m-%d %H:%M:%S}"}
    signed = VONAGE.sign(sms, WEBHOOKS + VONAGE.name, stage.now, **more)
    assert stage.hand_in(VONAGE.name, signed).status == 200
    return f"{VONAGE.name}#long-{number}{again}"


def first(stage: Stage) -> str:
    return part(stage, 1)


def last(stage: Stage) -> str:
    stage.stream(part(stage, 1))
    return part(stage, 2)


def at_the_limit(stage: Stage) -> str:
    key = part(stage, 1)
    stage.stream(key)
    stage.now += LIMIT + dt.timedelta(seconds=1)
    return key


def late(stage: Stage) -> str:
    stage.stream(at_the_limit(stage))
    return part(stage, 2)


def again(stage: Stage) -> str:
    stage.stream(part(stage, 1))
    return part(stage, 1, "again")


def cut_off(stage: Stage) -> str:
    """What has come of an SMS whose other part did not."""
    stage.stream(at_the_limit(stage))
    return next(key for (key,) in stage.cloud.database.tables["messages"] if key.startswith("joined#"))


def long(prepare: Callable[[Stage], str]) -> Path:
    """The stream brings a part, and again what failed: sweep would come when no other part is waited for any more."""

    def store(stage: Stage) -> None:
        stage.memo["key"] = prepare(stage)

    return Path(lambda stage: stage.stream(stage.memo["key"]), store)


def deliver(channel: str, queue: str) -> Path:
    def store(stage: Stage) -> None:
        origin = Origin(stage.election.id, "tested", stage.now, queue)  # type: ignore[arg-type]
        if channel == "sms":
            row = outbox.sms_row("reply#tested", "+996555000111", "Text", origin)
        else:
            row = outbox.email_row("reply#tested", "somebody@example.org", Email("Subject", "Text"), origin)
        assert put_new(row)

    return Path(lambda stage: stage.stream("reply#tested"), store, repeats=False)


PATHS = {
    "receive": Path(lambda stage: stage.webhook("tested", OPENING)),
    "receive an incident": Path(lambda stage: stage.webhook("tested", "IN 3 they beat us")),
    "receive again": Path(
        lambda stage: stage.webhook("tested", "OP A2"), lambda stage: stage.say("tested", OPENING) and None
    ),
    "process": process(OPENING),
    "process what is partly accepted": process("OP 1001 A1 B0730 C99 D1"),
    "process an incident": process("IN 3 they beat us"),
    "process a critical answer": process("OP 1001 A1 B0730 C12 D2 E1668"),
    "process a critical answer again": process("OP 1001 D2 again", "OP 1001 D2"),
    "process what nobody can read": process("?!"),
    "process a stranger's": process(OPENING, sender="+996777000111"),
    "process a correction": process("OP 1001 C13 E1700", OPENING),
    "process the same again": process(OPENING, OPENING),
    "process an opt-out": process("STOP"),
    "process an opt-in": process("START", "STOP"),
    "process a coordinator's step": process("OK 1", "IN 3 they beat us", coordinator=True),
    "process a coordinator's query": process("?", "IN 3 they beat us", coordinator=True),
    "process a part that waits": long(first),
    "process the last part": long(last),
    "process a part at the limit": long(at_the_limit),
    "process a late part": long(late),
    "process a part that came again": long(again),
    "process what has come of a long SMS": long(cut_off),
    "deliver a reply": deliver("sms", "out"),
    "deliver an alert": deliver("sms", "alert"),
    "deliver an email": deliver("email", "alert"),
}


@pytest.mark.parametrize("name", PATHS)
def test_it_ends_as_undisturbed(name: str, monkeypatch: pytest.MonkeyPatch) -> None:
    stage = staged(monkeypatch)
    stage.configure(VONAGE.name, VONAGE.secrets)
    assert stage.election.date == DAY
    found = sweep_faults(PATHS[name], stage)
    assert not found, "\n".join(found)
