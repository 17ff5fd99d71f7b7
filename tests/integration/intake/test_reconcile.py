"""What a provider's webhook lost comes in from the provider's own list: once, marked, and by the same way."""

import datetime as dt
import json
from collections.abc import Iterator
from contextlib import closing, suppress
from dataclasses import replace
from pathlib import Path

import pytest
from click.testing import CliRunner
from pipeline import Load, Pipeline, stored
from provider_lists import VENDORS, Vendor

from chalicelib.cli import main
from chalicelib.observation.sms.states import Flag
from chalicelib.providers.inbound import InboundSms
from chalicelib.providers.listed_sms import ListFailed
from chalicelib.services.clients import provider_api
from chalicelib.services.intake import receive
from chalicelib.services.intake import reconcile as reconciling
from chalicelib.services.intake.reconcile import reconcile
from chalicelib.services.processing.process import process
from chalicelib.store.messages import Message
from chalicelib.store.providers import ProviderRow, reconciled
from chalicelib.store.requests import put_first
from infra.stack import Stack


def forget(name: str) -> None:
    """Nothing was compared before: tests' days go backwards."""
    with suppress(ProviderRow.DoesNotExist):
        ProviderRow.get(f"reconciled#{name}").delete()


@pytest.fixture(params=sorted(VENDORS))
def vendor(
    request: pytest.FixtureRequest, monkeypatch: pytest.MonkeyPatch, services: Stack
) -> Iterator[tuple[str, Vendor]]:
    answer, settings = VENDORS[request.param]
    made = Vendor(answer)
    forget(request.param)
    monkeypatch.setattr(provider_api, "provider_secrets", lambda name: {**settings, "base_url": made.url})
    yield request.param, made
    made.close()


@pytest.fixture
def day(load: Load) -> Pipeline:
    return load()


def came_in(name: str, vendor: Vendor, day: Pipeline) -> list[str]:
    """Ten SMS reached the provider an hour ago, and seven of them us; keys of all."""
    serial = int(day.election.id[1:]) + 1
    vendor.sms = [
        InboundSms(
            f"{serial}{number:03}", day.phone(number), day.number, "OP A1", day.now - dt.timedelta(minutes=60 - number)
        )
        for number in range(10)
    ]
    for value in vendor.sms[:4] + vendor.sms[7:]:
        assert put_first(receive._row(name, value, "by webhook", day.now)) is None
    return [f"{name}#{sms.id}" for sms in vendor.sms]


def settled(keys: list[str], day: Pipeline) -> None:
    for key in keys:
        process(stored(key), day.now)


def all_ten(name: str, keys: list[str], day: Pipeline) -> None:
    rows = [stored(key) for key in keys]
    prefix = f"{name}#{int(day.election.id[1:]) + 1}"
    stored_rows = list(Message.scan(Message.key.startswith(prefix), consistent_read=True))
    assert len(stored_rows) == 10, [row.key for row in stored_rows]
    assert [row.flag for row in rows] == [None] * 4 + [Flag.RECONCILED] * 3 + [None] * 3
    settled(keys, day)
    states = [stored(key).state for key in keys]
    lost = "accepted" if name != "plivo" else "unrecognised"  # Plivo lists no text
    assert states == ["accepted"] * 4 + [lost] * 3 + ["accepted"] * 3
    replies = [row.key for row in day.outgoing()]
    assert sorted(replies) == sorted(f"reply#{key}" for key in keys)
    assert day.differences() == ()


def test_what_the_webhook_lost_comes_in_once_and_marked(vendor: tuple[str, Vendor], day: Pipeline) -> None:
    name, server = vendor
    keys = came_in(name, server, day)
    found = reconcile(name, day.now, day.now - dt.timedelta(hours=3))
    assert (found.listed, found.known, found.taken_in, found.unreadable) == (10, 7, 3, 0)
    all_ten(name, keys, day)
    for later in (0, 5, 10):
        again = reconcile(name, day.now + dt.timedelta(minutes=later), day.now - dt.timedelta(hours=3))
        assert again.taken_in == 0
    all_ten(name, keys, day)


def test_a_fault_in_the_middle_keeps_what_was_read_and_the_next_run_does_the_rest(
    vendor: tuple[str, Vendor], day: Pipeline
) -> None:
    name, server = vendor
    keys = came_in(name, server, day)
    server.refusals = [(200, {}), (500, {})] if name != "plivo" else [(500, {})]
    since = day.now - dt.timedelta(minutes=90)
    with pytest.raises(ListFailed):
        reconcile(name, day.now, since)
    reconcile(name, day.now, since)
    all_ten(name, keys, day)


def test_a_provider_that_asks_for_a_rest_gets_it(vendor: tuple[str, Vendor], day: Pipeline) -> None:
    name, server = vendor
    keys = came_in(name, server, day)
    server.refusals = [(429, {"Retry-After": "600"})]
    since = day.now - dt.timedelta(minutes=90)
    for _ in range(3):
        with pytest.raises(ListFailed) as failed:
            reconcile(name, day.now, since)
        assert 590 <= (failed.value.retry_after or 0) <= 601
    assert len(server.asked) == 1
    reconcile(name, day.now + dt.timedelta(seconds=601), since)
    all_ten(name, keys, day)


def test_a_run_begins_where_the_last_one_ended(vendor: tuple[str, Vendor], day: Pipeline) -> None:
    name, server = vendor
    keys = came_in(name, server, day)
    reconcile(name, day.now - dt.timedelta(hours=5), day.now - dt.timedelta(hours=8))
    assert reconciled(name)[1]["until"] >= (day.now - dt.timedelta(hours=5, minutes=2)).isoformat()
    reconcile(name, day.now)
    all_ten(name, keys, day)


def test_what_came_in_long_ago_is_not_of_this_election(monkeypatch: pytest.MonkeyPatch, day: Pipeline) -> None:
    answer, settings = VENDORS["africastalking"]
    forget("africastalking")
    with closing(Vendor(answer)) as server:
        monkeypatch.setattr(provider_api, "provider_secrets", lambda name: {**settings, "base_url": server.url})
        keys = came_in("africastalking", server, day)
        old = replace(server.sms[0], id="5", sent_at=day.now - dt.timedelta(days=30))
        server.sms.insert(0, old)
        assert reconcile("africastalking", day.now).taken_in == 3
    all_ten("africastalking", keys, day)


def test_one_providers_failure_holds_up_no_other(
    monkeypatch: pytest.MonkeyPatch, day: Pipeline, caplog: pytest.LogCaptureFixture
) -> None:
    answer, settings = VENDORS["telerivet"]
    for name in ("infobip", "telerivet"):
        forget(name)
    monkeypatch.setattr(reconciling, "configured_providers", lambda: ["generic", "infobip", "telerivet"])
    with closing(Vendor(answer)) as server:
        urls = {"telerivet": server.url}
        monkeypatch.setattr(
            provider_api,
            "provider_secrets",
            lambda name: {**settings, "base_url": urls.get(name, "http://127.0.0.1:9")},
        )
        keys = came_in("telerivet", server, day)
        assert reconciling.reconcile_all(day.now).taken_in == 3
    failed, done = (record for record in caplog.records if record.message != "received")
    assert (failed.message, done.message) == ("one failed, the others go on", "reconciled")
    assert (failed.__dict__["kind"], failed.__dict__["thing"]) == ("provider to reconcile", "infobip")
    all_ten("telerivet", keys, day)


def test_a_list_whose_ids_nobody_has_tried_is_not_compared_by_the_schedule(
    monkeypatch: pytest.MonkeyPatch, day: Pipeline
) -> None:
    answer, settings = VENDORS["africastalking"]
    forget("africastalking")
    monkeypatch.setattr(reconciling, "configured_providers", lambda: ["africastalking"])
    with closing(Vendor(answer)) as server:
        kept = {**settings, "base_url": server.url}
        monkeypatch.setattr(provider_api, "provider_secrets", lambda name: kept)
        keys = came_in("africastalking", server, day)
        assert reconciling.reconcile_all(day.now).taken_in == 0
        assert server.asked == []
        kept["reconcile"] = True
        assert reconciling.reconcile_all(day.now).taken_in == 3
    all_ten("africastalking", keys, day)


def test_the_command_says_what_it_found(vendor: tuple[str, Vendor], services: Stack, tmp_path: Path) -> None:
    local = {"endpoint_url": services.endpoint_url, "region": services.region, "stack": services.name}
    (tmp_path / "local.json").write_text(json.dumps(local))
    environment = {"BAYKOO_LOCAL": str(tmp_path / "local.json")}
    done = CliRunner().invoke(main, ["provider", "reconcile", vendor[0]], env=environment)
    assert (done.exit_code, done.output) == (0, "listed 0, known 0, taken in 0\n")
    vendor[1].refusals = [(500, {})]
    failed = CliRunner().invoke(main, ["provider", "reconcile", vendor[0], "--since", "2026-01-01"], env=environment)
    assert (failed.exit_code, failed.output.partition(":")[0]) == (1, "Error")
    assert "HTTP 500" in failed.output
