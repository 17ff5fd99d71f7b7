"""What a stack holds of people, and where of that something stands that should not."""

import json
import re
import zlib
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from typing import Any

import phonenumbers
from deployed import call

from infra.stack import Stack

DIGITS = re.compile(r"\+?\d(?:[\s().\u2013-]{0,2}\d){4,}")
SHORTEST_TEXT = 6
"""Shorter texts (OK, STOP) are words that logs use too."""
PREFIX = 6
EXCERPT = 16
"""Characters of an incoming SMS that give it away: a quotation may be cut."""


@dataclass(frozen=True)
class Personal:
    """Phones in E.164; names, texts and proofs as they are written."""

    phones: frozenset[str] = frozenset()
    words: frozenset[str] = frozenset()
    codes: frozenset[str] = frozenset()
    by_number: dict[str, str] = field(init=False, compare=False)
    by_prefix: dict[str, list[str]] = field(init=False, compare=False)

    def __post_init__(self) -> None:
        by_number = {form: phone for phone in self.phones for form in written_numbers(phone)}
        by_prefix: dict[str, list[str]] = {}
        for word in self.words:
            by_prefix.setdefault(word[:PREFIX], []).append(word)
        object.__setattr__(self, "by_number", by_number)
        object.__setattr__(self, "by_prefix", by_prefix)

    def in_text(self, text: str) -> Iterator[str]:
        """Yield what of people stands in a text, escaped or not."""
        for form in {text, *_unescaped(text)}:
            yield from self._in_form(form)

    def _in_form(self, text: str) -> Iterator[str]:
        for written in DIGITS.findall(text):
            digits = re.sub(r"\D", "", written)
            if digits in self.by_number:
                yield f"phone {self.by_number[digits]} as {written!r}"
        for run in re.findall(r"\d{11,}", text):
            yield from (f"phone {phone}" for phone in self.phones if phone[1:] in run)
        spaced = " ".join(text.split())
        for at in range(len(spaced)):
            for word in self.by_prefix.get(spaced[at : at + PREFIX], ()):
                if spaced.startswith(word, at):
                    yield f"words {word!r}"
        for run in re.findall(r"(?<![\w.,:-])\d{6}(?![\w.,:-])", text):
            if run in self.codes:
                yield f"code {run}"


def written_numbers(phone: str) -> set[str]:
    """The digits of a phone as people and gateways write it: international, national, without any prefix."""
    parsed = phonenumbers.parse(phone)
    national = phonenumbers.format_number(parsed, phonenumbers.PhoneNumberFormat.NATIONAL)
    subscriber = str(parsed.national_number)
    return {phone[1:], f"00{phone[1:]}", re.sub(r"\D", "", national), subscriber}


def _unescaped(text: str) -> Iterator[str]:
    """Yield the texts within JSON, and what backslashes stand for."""
    try:
        yield "\n".join(_strings(json.loads(text)))
    except ValueError:
        if "\\u" in text:
            yield re.sub(r"\\u([0-9a-fA-F]{4})", lambda match: chr(int(match[1], 16)), text)


def _strings(value: Any) -> Iterator[str]:
    if isinstance(value, Mapping):
        for name, item in value.items():
            yield str(name)
            yield from _strings(item)
    elif isinstance(value, list):
        for other_value in value:
            yield from _strings(other_value)
    else:
        text = str(value)
        yield text
        if text[:1] in "{[" and len(text) > 1:
            yield from _unescaped(text)


def personal_data(stack: Stack, proofs: Iterable[str]) -> Personal:
    """Everything that the stack's tables hold of people, and proofs that only their holders may know."""
    phones, words, codes = set[str](), set(proofs), set[str]()
    for row in rows(stack, "messages"):
        phones |= {row[name] for name in ("sender", "recipient", "conversation") if name in row}
        words |= {row[name] for name in ("subject", "recipient") if "@" in row.get(name, "")}
        text = " ".join(row.get("text", "").split())
        words |= {text, text[:EXCERPT], text[-EXCERPT:]} if row.get("direction") == "in" else {text}
        words |= {row[name] for name in ("note", "raw") if name in row}
        if row["key"].startswith("signin#"):
            codes |= set(re.findall(r"\b\d{6}\b", text))
            words |= set(re.findall(r"sign-in=(\S+)", row["text"]))
    for written in _documents(stack):
        for person in [*written["observers"], *written["coordinators"]]:
            phones |= {*person.get("phones", ()), person.get("phone") or ""}
            words |= {person["name"], person.get("email") or ""} | _family_names(person["name"])
    for row in rows(stack, "elections"):
        phones |= set(json.loads(row.get("assignments", "{}")))
        for change in json.loads(row.get("changes", '{"observers": {}}'))["observers"].values():
            words |= {fields["name"] for fields in (change["fields"], change["before"]) if "name" in fields}
            phones |= {phone for fields in (change["fields"], change["before"]) for phone in fields.get("phones", ())}
    for table, named in {"accounts": ("name", "address"), "contacts": ("name", "note")}.items():
        words |= {row[value] for row in rows(stack, table) for value in named if value in row}
    return Personal(
        frozenset(phone for phone in phones if re.fullmatch(r"\+\d{8,15}", phone)),
        frozenset(word for row in words if len(word := " ".join(row.split())) >= SHORTEST_TEXT),
        frozenset(codes),
    )


def _family_names(name: str) -> set[str]:
    """Names that say who it is by themselves, in letters that no word of the program has."""
    return set(re.findall(r"[А-Яа-яЁё]{6,}", name))


def rows(stack: Stack, table: str) -> Iterator[dict[str, Any]]:
    """A table's rows, their values plain."""
    pages = stack.client("dynamodb").get_paginator("scan").paginate(TableName=f"{stack.name}-{table}")
    for page in pages:
        for item in page["Items"]:
            yield {name: next(iter(typed.values())) for name, typed in item.items()}


def _documents(stack: Stack) -> Iterator[Any]:
    parts: dict[tuple[str, str], dict[str, bytes]] = {}
    for row in rows(stack, "elections"):
        digest, _, number = row["part"].rpartition("#")
        if "document" in row and digest:
            parts.setdefault((row["id"], digest), {})[number] = bytes(row["document"])
    for pieces in parts.values():
        yield json.loads(zlib.decompress(b"".join(pieces[number] for number in sorted(pieces))))


def public_texts(stack: Stack) -> Iterator[tuple[str, str]]:
    """Yield whatever people read who need not know an observer, each with where it stands.

    All log groups, metrics with their dimensions, alarms, dashboards, emails' subjects and the links in emails.
    """
    yield from _log_lines(stack)
    watch = stack.client("cloudwatch")
    for page in watch.get_paginator("list_metrics").paginate():
        yield from (("metric", json.dumps(metric)) for metric in page["Metrics"])
    for page in watch.get_paginator("describe_alarms").paginate():
        for entry in (*page.get("MetricAlarms", ()), *page.get("CompositeAlarms", ())):
            yield f"alarm {entry['AlarmName']}", json.dumps(entry, default=str)
    for name in (row["DashboardName"] for row in watch.list_dashboards().get("DashboardEntries", ())):
        yield f"dashboard {name}", watch.get_dashboard(DashboardName=name)["DashboardBody"]
    sent = call(stack.mailbox(), None, {}).json()
    for item in (row for many in sent["messages"].values() for row in many):
        yield f"subject of an email to {item['To']}", item["Subject"]


def _log_lines(stack: Stack) -> Iterator[tuple[str, str]]:
    logs = stack.client("logs")
    for page in logs.get_paginator("describe_log_groups").paginate():
        for group in (group["logGroupName"] for group in page["logGroups"]):
            for events in logs.get_paginator("filter_log_events").paginate(logGroupName=group):
                yield from ((f"log group {group}", event["message"]) for event in events["events"])


def disclosures(personal: Personal, texts: Iterable[tuple[str, str]]) -> list[str]:
    """Where something of people stands, each with an excerpt."""
    return [
        f"{where}: {what} in {text[:300]!r}" for where, text in texts for what in dict.fromkeys(personal.in_text(text))
    ]
