"""docs/privacy.md names every table, every attribute that tells of people, every role, and how long things are kept."""

import datetime as dt
import re
from pathlib import Path

import pytest
from cloud_template import template

from chalicelib.services.access import sessions, sign_in
from chalicelib.services.access.operators import VALID_FOR as TOKEN_VALID_FOR
from chalicelib.services.access.permissions import ALLOWED, Permission, may
from chalicelib.services.privacy.personal import PERSONAL
from chalicelib.services.quick_count.live_count import KEPT_FOR as COUNT_KEPT_FOR
from chalicelib.services.upkeep.queues import KEPT_FOR as BOARD_KEPT_FOR
from chalicelib.store import actions, feed, jobs

ROOT = Path(__file__).parents[3]
PAGE = (ROOT / "docs" / "privacy.md").read_text()
ROWS = {name: line for line in PAGE.splitlines() if (name := line.removeprefix("| `").partition("`")[0]) != line}
TABLES = {
    resource["Properties"]["TableName"]["Fn::Sub"].partition("-")[2]
    for resource in template()["Resources"].values()
    if resource.get("Type") == "AWS::DynamoDB::Table"
}
DAY, HOUR, MINUTE = dt.timedelta(days=1), dt.timedelta(hours=1), dt.timedelta(minutes=1)


@pytest.mark.parametrize("table", sorted(TABLES))
def test_every_table_has_its_row_with_every_personal_attribute(table: str) -> None:
    assert table in ROWS
    missing = [name for name in PERSONAL.get(table, {}) if f"`{name}`" not in ROWS[table]]
    assert not missing


def test_every_role_is_told_with_what_it_sees_of_people() -> None:
    for role in ALLOWED:
        assert ROWS[role].endswith("|")
        assert ("nobody" in ROWS[role]) == (not may(role, Permission.READ_PEOPLE))


@pytest.mark.parametrize(
    ("words", "kept", "unit"),
    [
        (r"is given again \(`answer`: (\w+) days\)", actions.KEPT_FOR, DAY),
        (r"jobs \(`wanted`, `error`: (\w+) day;", jobs.KEPT_FOR, DAY),
        (r"`doubts`: (\d+) days\)", BOARD_KEPT_FOR, DAY),
        (r"`doubts`: (\d+) days\)", COUNT_KEPT_FOR, DAY),
        (r"log of the day has no words: (\d+) days", feed.KEPT_FOR, DAY),
        (r"for (\d+) minutes of idleness", sessions.IDLE, MINUTE),
        (r"and (\d+) hours at most", sessions.LASTS, HOUR),
        (r"links to sign in, which last (\d+) minutes", sign_in.VALID_FOR, MINUTE),
        (r"what its role sees, up to (\d+) days", TOKEN_VALID_FOR, DAY),
    ],
)
def test_it_says_how_long_as_the_code_does(words: str, kept: dt.timedelta, unit: dt.timedelta) -> None:
    sentence = re.search(words, PAGE)
    assert sentence is not None
    assert ({"one": 1, "two": 2}.get(sentence[1]) or int(sentence[1])) == kept / unit


def test_the_bucket_and_the_logs_forget_as_it_says() -> None:
    resources = template()["Resources"]
    [rule] = resources["Files"]["Properties"]["LifecycleConfiguration"]["Rules"]
    assert f"| {rule['ExpirationInDays']} day |" in PAGE
    assert resources["ApiAccessLog"]["Properties"]["RetentionInDays"] == 30
    assert '"log_retention_in_days": 30' in (ROOT / ".chalice" / "config.json").read_text()
    assert re.search(r"subjects of emails \|.*\| 30 days \|", PAGE)
