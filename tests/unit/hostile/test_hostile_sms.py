"""Thousands of hostile SMS: what they leave in rows, exports, emails, logs and terminals is text and nothing else.

`make test` takes a few hundred, `make fuzz` 10,000 (BAYKOO_FUZZ_SMS).
"""

import csv
import email
import email.policy
import gzip
import io
import json
import os
import re
import sys
import unicodedata
from collections.abc import Iterator
from email.message import EmailMessage
from html.parser import HTMLParser
from typing import Any, cast

import openpyxl
import pytest
from click.testing import CliRunner
from hostile_day import MORNING, NUMBER, URL, HostileDay, hostile_day, log_entries, small_election
from hostile_seeds import failed_before, keeping, seed

from chalicelib.cli import LazyGroup, main, trace
from chalicelib.rehearsal.senders.sms import Sms
from chalicelib.rehearsal.senders.vonage_sms import VonageSmsSender
from chalicelib.services.access.operators import Operator
from chalicelib.services.delivery.mime import mime
from chalicelib.services.elections.audit import audit
from chalicelib.services.exports.job import TABLES
from chalicelib.services.exports.table import ExportRequest, Scope
from chalicelib.services.exports.writers import write_csv, write_xlsx
from chalicelib.store.messages import Message

SMS = int(os.environ.get("BAYKOO_FUZZ_SMS", "400"))
PER_DAY = 400
SEEDS = list(dict.fromkeys((*failed_before("sms"), *(seed() + day for day in range(max(1, SMS // PER_DAY))))))
KINDS = ("reports", "incidents", "messages", "audit", "roster")
UNSEEN = r"[\s\u00ad\u200b-\u200f\u202a-\u202e\u2060-\u2069\ufeff\x00-\x20\x7f-\x9f]*"
STARTS_FORMULA = re.compile(rf"{UNSEEN}[=+\-@＝＋－＠]|[\t\r\n]")
FIGURE = re.compile(r"-?\d+(\.\d+)?")
MOST_LINES_OF_OURS, MOST_TRACED = 10, 12
FROM = "baykoo@example.org"
TAGS = {"html", "head", "meta", "title", "style", "body", "main", "section", "h1", "h2", "h3", "p", "ul", "li", "a"}
TAGS |= {"strong", "span", "table", "tr", "td", "th", "thead", "tbody", "caption", "img", "div", "br", "b", "small"}
ACTIVE = re.compile(r"(?i)\s*(javascript|data:text|vbscript):")


@pytest.fixture(scope="module", params=SEEDS)
def day(request: pytest.FixtureRequest) -> Iterator[HostileDay]:
    with keeping("sms", request.param), hostile_day(request.param, PER_DAY) as lived:
        yield lived
    sys.stdout.write(f"hostile SMS: answered {dict(lived.statuses)}, processed {dict(lived.states)}\n")


@pytest.fixture(autouse=True)
def _kept(day: HostileDay, request: pytest.FixtureRequest) -> Iterator[None]:
    """A sink that fails keeps the day's seed too."""
    failed = request.session.testsfailed
    yield
    if request.session.testsfailed > failed:
        with pytest.raises(AssertionError), keeping("sms", day.seed):
            raise AssertionError


def test_every_row_comes_of_an_sms_that_was_accepted(day: HostileDay) -> None:
    kinds = {"nonce", "twin", "parts", "sent"}
    ours = {"reply", "alert", "told", "digest", "summary", "report", "missing", "joined"}
    for row in day.rows("messages"):
        key = row["key"]["S"]
        if key in day.accepted or key.partition("#")[0] in kinds:
            continue
        assert key.partition("#")[0] in ours, row
        message = Message.from_raw_data(row)
        if not key.startswith(("digest#", "summary#", "report#", "missing#")):
            assert message.origin in day.accepted or set(message.parts or ()) <= day.accepted, row
    for row in day.rows("reports"):
        named = set(re.findall(r'"m(?:essage)?":\s*"([^"]+)"', row["answers"]["S"]))
        assert named <= day.accepted | {json.dumps(key)[1:-1] for key in day.accepted}, row
    assert {row["message"]["S"] for row in day.rows("incidents") if "message" in row} <= day.accepted
    assert audit("hostile").differences == ()
    assert len(day.accepted) > PER_DAY / 3, "most must be taken, or nothing is tried"


def test_parts_that_hold_more_than_any_sms_are_held_unjoined(day: HostileDay) -> None:
    """Eight parts of 60 KB would be a row of 480 KB, which no table takes."""
    parts = [f"big{day.seed}-{number}" for number in range(1, 9)]
    sender, phone = VonageSmsSender(by="form"), small_election().observers[0].phones[0]
    for number, name in enumerate(parts, 1):
        part = {"concat": "true", "concat-ref": "7", "concat-total": "8", "concat-part": str(number)}
        sms = Sms(name, phone, NUMBER, f"{number}" + " x" * 30_000, MORNING)
        day.deliver("vonage-sms", sender.sign(sms, URL + "vonage-sms", MORNING, nonce=name, **part), MORNING)
    states = {name: Message.get(f"vonage-sms#{name}").state for name in parts}
    assert states[parts[-1]] == "held", "the others wait for it, and are held in their turn"


def test_nothing_becomes_a_formula_in_an_export(day: HostileDay) -> None:
    for kind in KINDS:
        scope = Scope(
            day.loaded, Operator("Aida", "headquarters", "hostile", ()), ExportRequest(kind, "csv", people=True)
        )
        for table in TABLES[kind](scope):
            packed = io.BytesIO()
            count = write_csv(table, packed, lambda rows: None)
            text = gzip.decompress(packed.getvalue()).decode("utf-8-sig")
            before = csv.field_size_limit(len(text) + 1)
            rows = list(csv.reader(io.StringIO(text, newline="")))
            csv.field_size_limit(before)
            assert len(rows) == count + 1, "a text is in its cell, whatever lines it has"
            assert {len(row) for row in rows} == {len(table.columns)}
            dangerous = [cell for row in rows for cell in row if STARTS_FORMULA.match(cell)]
            assert [cell for cell in dangerous if not FIGURE.fullmatch(cell)] == [], kind


def test_a_sheet_opens_and_holds_text_alone(day: HostileDay) -> None:
    for kind in KINDS:
        scope = Scope(
            day.loaded, Operator("Aida", "headquarters", "hostile", ()), ExportRequest(kind, "xlsx", people=True)
        )
        file = io.BytesIO()
        count = write_xlsx(TABLES[kind](scope), file, lambda rows: None)
        book = openpyxl.load_workbook(file)
        cells = [cell for sheet in book for row in sheet.iter_rows() for cell in row]
        assert sum(sheet.max_row for sheet in book) - len(book.sheetnames) == count
        assert {cell.data_type for cell in cells} <= {"s", "n", "b"}
        assert not [cell for cell in cells if cell.hyperlink]
        book.close()


class _Page(HTMLParser):
    """What an email's HTML has beside text."""

    def __init__(self) -> None:
        super().__init__()
        self.odd: list[str] = []

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.odd += [tag] if tag not in TAGS else []
        self.odd += [f"{tag} {name}={value}" for name, value in attrs if name.startswith("on")]
        self.odd += [f"{tag} {name}={value}" for name, value in attrs if value and ACTIVE.match(value)]
        if tag == "a":
            self.odd += [
                f"{value}" for name, value in attrs if name == "href" and not (value or "").startswith("tel:+")
            ]

    def handle_comment(self, data: str) -> None:
        self.odd.append(data)


def test_an_email_has_our_headers_and_our_tags_alone(day: HostileDay) -> None:
    emails = day.emails()
    assert {email.key.partition("#")[0] for email in emails} >= {"alert", "summary", "missing", "report"}
    for row in emails:
        written = mime(row, FROM)
        assert all(len(line) < 999 and line.isascii() for line in written.split(b"\r\n"))
        assert not {*b"\r\n"} & {*written.replace(b"\r\n", b"")}
        read = cast(EmailMessage, email.message_from_bytes(written, policy=email.policy.default))
        assert [name for name in read if name.lower() not in ("mime-version", "content-type")][:3] == [
            "From",
            "To",
            "Subject",
        ]
        assert {name.lower() for name in read} <= {
            "from",
            "to",
            "subject",
            "mime-version",
            "content-type",
            "content-transfer-encoding",
        }
        assert not _controls(str(read["Subject"])), read["Subject"]
        html = read.get_body(("html",))
        if html is not None:
            page = _Page()
            page.feed(html.get_content())
            assert page.odd == []
        if row.key.startswith("alert#"):
            _require_quoted(read.get_body(("plain",)))


def _require_quoted(plain: Any) -> None:
    """An alert's body is a few lines of ours, and the observer's words, each line marked as theirs."""
    lines = plain.get_content().replace("\r\n", "\n").rstrip("\n").split("\n")
    ours = [line for line in lines if not line.startswith("> ")]
    assert len(ours) <= MOST_LINES_OF_OURS, lines
    assert not _controls("".join(lines).replace("\u200c", "").replace("\u200d", "")), lines


def test_an_entry_of_the_log_stays_one_line_that_is_json(day: HostileDay) -> None:
    entries = log_entries(day)
    assert all(isinstance(entry, dict) for entry in entries)
    assert len([entry for entry in entries if "_aws" not in entry]) == day.records
    assert {entry["level"] for entry in entries if "_aws" not in entry} <= {"INFO", "WARNING"}
    assert {entry["message"] for entry in entries if "_aws" not in entry} <= day.words, "no text of somebody's"


def _controls(written: str) -> list[str]:
    return [value for value in written if unicodedata.category(value) in ("Cc", "Cf", "Cs", "Zl", "Zp")]


def _run(*arguments: str) -> str:
    ran = CliRunner().invoke(cast(LazyGroup, main), arguments)
    assert ran.exit_code in (0, 1), (arguments, ran.output, ran.exception)
    assert not isinstance(ran.exception, Exception) or ran.exit_code == 1, (arguments, ran.exception)
    return ran.output


def test_a_terminal_is_sent_no_control_character(day: HostileDay, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(trace, "_log_steps", lambda way: iter(()))
    states = ("held", "accepted", "quarantined", "unrecognised", "command")
    commands = [
        ("messages", "list", "--election", "hostile", "--limit", "1000"),
        *(("messages", "list", "--election", "hostile", "--state", state, "--hours", "720") for state in states),
        ("messages", "held"),
        ("incident", "list", "--election", "hostile"),
        *(("incident", "show", str(number), "--election", "hostile") for number in range(1, 12)),
        ("audit", "--election", "hostile"),
        ("opt-outs", "--election", "hostile"),
        *(("trace", key) for key in sorted(day.accepted)[:MOST_TRACED]),
        *(("trace", key, "--json") for key in sorted(day.accepted)[:MOST_TRACED]),
    ]
    for command in commands:
        shown = _run(*command)
        assert [control for control in _controls(shown) if control != "\n"] == [], (command, shown)
