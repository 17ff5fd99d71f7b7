"""By which provider a simulated observer's SMS come: the same for the same seed, evenly, and mostly by one."""

from collections import Counter
from dataclasses import replace

import pytest

from chalicelib.rehearsal.provider import Webhook
from chalicelib.rehearsal.run import webhook_of_each
from chalicelib.rehearsal.senders.generic import GenericSender
from chalicelib.rehearsal.simulation.day import Plan, simulate_day

PLAN = Plan(observers=80, minutes=5, noise=20, duplicates=10, incidents=5, seed=7)


def webhooks(count):
    return [Webhook(f"generic-{number}", "http://x", GenericSender(), "http://x") for number in range(count)]


def providers(election, plan, count):
    day = simulate_day(election, plan)
    return day, [webhook.provider for webhook in webhook_of_each(day, plan, webhooks(count))]


def test_the_seed_alone_decides(election):
    _, first = providers(election, PLAN, 4)
    assert providers(election, PLAN, 4)[1] == first
    assert providers(election, replace(PLAN, seed=8), 4)[1] != first


def test_an_observer_mostly_stays_with_one(election):
    day, chosen = providers(election, PLAN, 4)
    by_observer = {}
    for planned, provider in zip(day.messages, chosen, strict=True):
        by_observer.setdefault(planned.intended.observer.number, []).append(provider)
    stayed = sum(Counter(theirs).most_common(1)[0][1] for theirs in by_observer.values())
    assert 0.9 < stayed / len(chosen) < 1


@pytest.mark.parametrize(("observers", "count"), [(80, 4), (8, 4), (80, 11)])
def test_every_provider_has_its_share(observers, count, election):
    day, chosen = providers(election, replace(PLAN, observers=observers), count)
    assert set(Counter(chosen)) == {f"generic-{number}" for number in range(count)}
    texting = {planned.intended.observer.number for planned in day.messages}
    assert min(Counter(chosen).values()) > len(chosen) / count / 3, len(texting)


def test_one_provider_has_everything(election):
    assert set(providers(election, PLAN, 1)[1]) == {"generic-0"}
