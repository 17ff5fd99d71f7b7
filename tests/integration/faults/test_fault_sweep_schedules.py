"""Every call of what comes by the clock, of receipts and of providers' lists fails in every manner."""

import datetime as dt
from collections.abc import Callable, Iterator
from typing import Any

import pytest
from api_client import ApiAnswer
from carrier_apis import serving
from fault_stage import NUMBER, WEBHOOKS, Function, Path, Stage, staged
from fault_sweep import sweep_faults
from provider_lists import VENDORS, Vendor

from chalicelib.entrypoints.chase import chase
from chalicelib.entrypoints.reconcile import reconcile
from chalicelib.entrypoints.summarize import summarize
from chalicelib.entrypoints.sweep import sweep
from chalicelib.observation.elections.schedule import hours_of
from chalicelib.providers.inbound import InboundSms
from chalicelib.rehearsal.senders.twilio import TwilioSender
from chalicelib.services import outbox
from chalicelib.services.outbox import Origin
from chalicelib.store.messages import Message
from chalicelib.store.tables import put_new

MINUTE, HOUR = dt.timedelta(minutes=1), dt.timedelta(hours=1)
ARRIVED = "OP A1 B0730 C12 D1 E1668"


def by_the_clock(function: Function, prepare: Callable[[Stage], None], **options: Any) -> Path:
    def run(stage: Stage) -> ApiAnswer:
        try:
            function(None, None)
        except Exception:  # noqa: BLE001 - Lambda's, which logs it; nobody waits for an answer
            return ApiAnswer(500, {}, "")
        return ApiAnswer(200, {}, "")

    return Path(run, prepare, repeats=False, **options)


def stuck(stage: Stage) -> None:
    """A report and an incident that no stream has brought."""
    assert stage.webhook("report", ARRIVED).status == 200
    assert stage.webhook("incident", "IN 3 they beat us", stage.phone(2)).status == 200
    stage.now += 2 * MINUTE


def untaken(stage: Stage) -> None:
    """An incident that nobody has taken for so long that it is escalated."""
    stage.say("incident", "IN 3 they beat us")
    stage.now += 6 * MINUTE


def digest(stage: Stage) -> None:
    """So many incidents of a region that its coordinators get them in one."""
    for place in range(4):
        stage.say(f"incident{place}", f"IN 7 they agitate, {place}", stage.phone(place % 2))
        stage.now += MINUTE / 4
    stage.now += 6 * MINUTE


def looked_after(stage: Stage) -> None:
    stage.now -= HOUR
    stage.new_process()
    chase(None, None)
    stage.now += HOUR


def reminded(stage: Stage) -> None:
    looked_after(stage)
    for _ in range(2):
        stage.new_process()
        chase(None, None)
        stage.now += 15 * MINUTE


def summarized(stage: Stage) -> None:
    stage.say("report", ARRIVED)
    stage.new_process()
    summarize(None, None)


def told_an_hour_ago(stage: Stage) -> None:
    stage.now -= HOUR
    summarized(stage)
    stage.now += HOUR
    stage.say("incident", "IN 7 they agitate")


def over(stage: Stage) -> None:
    summarized(stage)
    hours = hours_of(stage.election)
    assert hours is not None
    stage.now = hours[1] + MINUTE


def undelivered(stage: Stage) -> None:
    """An SMS that the first carrier has taken and lost, and the receipt that says so."""
    origin = Origin(stage.election.id, "tested", stage.now)
    assert put_new(outbox.sms_row("reply#tested", "+996700123456", "Text", origin))
    stage.stream("reply#tested")
    reference = Message.get("reply#tested").reference
    fields = {"MessageSid": str(reference), "MessageStatus": "undelivered"}
    stage.memo["receipt"] = TwilioSender().sign_form(fields, f"{WEBHOOKS}twilio")


def received(stage: Stage) -> None:
    undelivered(stage)
    before = set(stage.cloud.database.tables["messages"])
    assert stage.hand_in("twilio", stage.memo["receipt"]).status == 200
    ((stage.memo["key"],),) = set(stage.cloud.database.tables["messages"]) - before


PATHS = {
    "sweep": by_the_clock(sweep, stuck),
    "escalate": by_the_clock(sweep, untaken),
    "send a digest": by_the_clock(sweep, digest),
    "remind": by_the_clock(chase, looked_after),
    "list who is missing": by_the_clock(chase, reminded),
    "summarize": by_the_clock(summarize, told_an_hour_ago, between=5.5 * MINUTE),
    "report at the end": by_the_clock(summarize, over),
}
RECEIPTS = {
    "receive a receipt": Path(lambda stage: stage.hand_in("twilio", stage.memo["receipt"]), undelivered),
    "match a receipt": Path(lambda stage: stage.stream(stage.memo["key"]), received, repeats=False),
}


@pytest.fixture
def stage(monkeypatch: pytest.MonkeyPatch) -> Stage:
    return staged(monkeypatch)


@pytest.mark.parametrize("name", PATHS)
def test_it_ends_as_undisturbed(name: str, stage: Stage) -> None:
    found = sweep_faults(PATHS[name], stage)
    assert not found, "\n".join(found)


@pytest.mark.parametrize("name", RECEIPTS)
def test_receipts_end_as_undisturbed(name: str, stage: Stage, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("BAYKOO_SMS_PROVIDER", "twilio,plivo")
    monkeypatch.setenv("BAYKOO_API_URL", WEBHOOKS.removesuffix("/webhooks/"))
    with serving() as stage.carriers:
        for provider, settings in stage.carriers.settings().items():
            stage.configure(provider, settings)
        found = sweep_faults(RECEIPTS[name], stage)
    assert not found, "\n".join(found)


@pytest.fixture
def listed(stage: Stage) -> Iterator[None]:
    """A provider whose list has SMS that its webhook never brought."""
    list_of, settings = VENDORS["twilio"]
    vendor = Vendor(list_of)
    stage.configure("twilio", {**settings, "base_url": vendor.url})
    begin = stage.now - HOUR
    vendor.sms = [InboundSms(f"SM{n}", stage.phone(n), NUMBER, "OP A1", begin + n * MINUTE) for n in range(2)]
    yield
    vendor.close()


@pytest.mark.usefixtures("listed")
def test_what_a_provider_lists_comes_in_as_undisturbed(stage: Stage) -> None:
    path = by_the_clock(reconcile, lambda stage: None, schedules=(reconcile, sweep, chase), rounds=3)
    found = sweep_faults(path, stage)
    assert not found, "\n".join(found)
