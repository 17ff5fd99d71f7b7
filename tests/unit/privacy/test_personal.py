"""Every attribute of every table is declared: either it tells of people, or it does not."""

import pkgutil
from collections import defaultdict
from importlib import import_module

import pytest
from pynamodb.models import Model

from chalicelib import store
from chalicelib.services.privacy.personal import KEYS, PERSONAL

IMPERSONAL = {
    "accounts": "account begun_at code expires expires_at id invited_at language regions revoked role salt token "
    "tried tries until used_at version",
    "audit": "action election",
    "contacts": "at ended entered id outcome owed person snoozed_until station undoes",
    "elections": "assigned clock_factor clock_origin clock_start digest election id incidents part parts region "
    "retired schema version",
    "incidents": "alerted_as alerts at category counted digested doubt due election held incident last links "
    "may_be_same_as message more number numbers opened opened_at region report severity stage state station until "
    "version wrong",
    "messages": "about asked attempts attention carrier cause channel charts cost counted_at counted_in currency "
    "direction doubts due_at election flag joined_at key known lost observer on_behalf_of part parts pending "
    "processed_at provider provider_at provider_wish queue reason receipt receipt_at received_at "
    "reference region revision schema segments sent_at state stored_at version",
    "ledger": "cut following header hour id keys kind leaves made_at root salts scope since",
    "operators": "election expires_at regions revoked role token",
    "optouts": "answered at election message source wish",
    "providers": "at expires failures id rest_until trips used version wait_until",
    "reports": "counted form region station version",
    "summaries": "election id made_at version",
    "tallies": "cell shard",
    "work": "asked_at at beat_at begun_at changed_at digest expires files lease lines need queued reached_at "
    "regions role rows since snoozed_until state total tries until version",
}


def attributes() -> dict[str, set[str]]:
    """Attributes by table, of all models of the store."""
    for module in pkgutil.iter_modules(store.__path__):
        import_module(f"chalicelib.store.{module.name}")
    found: dict[str, set[str]] = defaultdict(set)
    waiting = [*Model.__subclasses__()]
    while waiting:
        model = waiting.pop()
        waiting += model.__subclasses__()
        if model.__module__.startswith("chalicelib.store") and hasattr(model, "Meta") and hasattr(model.Meta, "table"):
            found[model.Meta.table] |= {stored.attr_name for stored in model.get_attributes().values()}
    return found


@pytest.mark.parametrize("table", sorted(attributes()))
def test_each_attribute_is_declared_personal_or_not(table: str) -> None:
    personal, impersonal = set(PERSONAL.get(table, {})), set(IMPERSONAL.get(table, "").split())
    assert attributes()[table] == personal | impersonal, f"does it tell of people? PERSONAL or IMPERSONAL, of {table}"
    assert not personal & impersonal


def test_every_table_is_gone_through() -> None:
    assert set(KEYS) | {"elections", "tallies", "ledger"} == set(attributes())
