"""Every model's largest row under the bounds of docs/limits.md fits DynamoDB's 400 KB.

Models are found, not listed: one that comes new fails here until LARGEST says what may grow in it. Every attribute that
can hold much (a document, bytes, a set) has to be named there; of the others a text is as long as a key may be.
"""

import json
import sys
from collections.abc import Callable, Mapping
from typing import Any

import pytest
from pynamodb.attributes import (
    BinaryAttribute,
    JSONAttribute,
    UnicodeAttribute,
)
from pynamodb.models import Model
from row_sizes import LARGEST_ROW, row_bytes
from store_models import KEY, MODELS, value_of

from chalicelib.entrypoints.api.exports import MOST_STATIONS
from chalicelib.entrypoints.api.request import LONGEST_BODY
from chalicelib.observation.elections.election import LONGEST_TEXT
from chalicelib.observation.elections.values import SEVERITIES
from chalicelib.observation.incidents.budget import MOST_SAME
from chalicelib.observation.incidents.lifecycle import TOLD_TOGETHER_AT_MOST
from chalicelib.observation.ledger.entries import SALT_BYTES
from chalicelib.observation.ledger.merkle import HASH_BYTES
from chalicelib.observation.reading.reading import LONGEST_READ
from chalicelib.observation.sms.multipart import MOST_KNOWN
from chalicelib.providers.webhook import LARGEST_BODY
from chalicelib.services.decisions.answers import MOST_WITHDRAWN
from chalicelib.services.opt_outs.record import ANSWERS_PER_HOUR
from chalicelib.services.outbox import LARGEST_EMAIL
from chalicelib.services.reports.covered_stations import MOST_COVERED, MOST_NAMED
from chalicelib.services.versions import LONGEST_NOTE
from chalicelib.store.attributes import IntSetAttribute
from chalicelib.store.elections import PART_BYTES
from chalicelib.store.escalations import MOST_NUMBERS
from chalicelib.store.incidents import MOST_STEPS
from chalicelib.store.keys import LONGEST_KEY
from chalicelib.store.ledger import MOST_ENTRIES, MOST_KEY_BYTES
from chalicelib.store.reports import LARGEST_ANSWERS

NOW = "2017-10-15T10:00:00+06:00"
LETTER = "ж"
NAME = LETTER * 100
"""What a person's, a region's or a station's name may be in a file that is read by people."""
NOTE = LETTER * LONGEST_NOTE
TEXT = LETTER * LONGEST_READ
REGIONS, COORDINATORS, QUESTIONS, OPTIONS = 200, 1_000, 100, 20
"""More than any election file that is known has: what grows with it alone, nobody but its author can make grow."""
REPORTS_SAID = [{"form": NAME, "round": NOW, "answers": {f"{place:05}": "1" * 20 for place in range(100)}}] * 20
"""Every form and round that a simulated observer tells on the phone."""
PARTS_OF_AN_SMS, LETTERS_OF_A_PART = 255, 153


def counters(count: int) -> dict[str, Any]:
    return {f"{place:05}.{'n' * 30}": {"N": "123456789"} for place in range(count)}


def figures(rows: int, width: int) -> list[list[Any]]:
    """A table of numbers that no two rows of which are alike, so that compression gains little."""
    return [[f"{row * 7919 % 9973}.{column * 104729 % 99991}" for column in range(width)] for row in range(rows)]


def released() -> dict[str, Any]:
    """A quick count: every estimate, and how far every stratum is in of the count and of the latest round."""
    return {"figures": figures(QUESTIONS, 10), "strata": [figures(REGIONS, 4)] * 2}


LARGEST: Mapping[str, Callable[[], Mapping[str, Any]]] = {
    # who may do what, and who did what
    "OperatorRow": lambda: {"regions": [NAME] * REGIONS},
    "AuditRow": lambda: {"note": NOTE, "before": LETTER * LONGEST_BODY, "after": LETTER * LONGEST_BODY},
    "AccountRow": lambda: {"regions": [NAME] * REGIONS},
    "PlaceRow": dict,
    "LeaseRow": dict,
    "ProofRow": dict,
    "SessionRow": dict,
    "AttemptsRow": dict,
    # what people work on
    "ActionRow": lambda: {"answer": figures(500, 20)},
    "KeptRow": lambda: {"document": figures(REGIONS, 50)},
    "CallRow": lambda: {
        "need": {"owed": [[KEY, NOW]] * 50},
        "last": {"note": NOTE, "who": NAME},
        "phones": {f"+99670000{place:04}": [NAME, NOW, 3] for place in range(40)},
        "promise": {"at": NOW, "phone": KEY, "observer": KEY, "contact": KEY},
        "by_hand": {"who": NAME, "at": NOW, "why": NOTE, "id": KEY},
    },
    "ContactRow": lambda: {
        "note": NOTE,
        "owed": [[KEY, NOW]] * 50,
        "before": {"note": NOTE, "phones": [NAME] * 40},
        "ended": [KEY] * 40,
    },
    "FiguresRow": lambda: {"": counters(50)},
    "SimulatedStationRow": lambda: {
        "phones": {
            f"+99670000{place:04}": {"observer": KEY, "outcomes": ["wrong_number", "answered"], "reports": REPORTS_SAID}
            for place in range(4)
        }
    },
    "DoubtRow": lambda: {"doubts": [[KEY, NOW, NAME]] * 100},
    "FeedRow": lambda: {"lines": [[NOW, KEY, NAME, place] for place in range(300)]},
    "JobRow": lambda: {
        "wanted": {"regions": [NAME] * REGIONS, "stations": [NAME] * MOST_STATIONS},
        "regions": [NAME] * REGIONS,
        "files": [KEY] * 100,
    },
    "SendRow": lambda: {
        "text": TEXT,
        "texts": dict.fromkeys(["ky", "ru", "en"], TEXT),
        "note": NOTE,
        "choice": {"regions": [NAME] * REGIONS, "observers": [KEY] * 100},
    },
    # messages
    "Message": lambda: max((arrived(), joined(), email()), key=lambda row: len(str(row).encode())),
    "ReceiptRow": lambda: {"receipt_detail": LETTER * LARGEST_BODY},
    "PartsRow": lambda: {
        "known": [
            {
                "pieces": [[KEY, place, NOW, NOW, "d" * 16] for place in range(MOST_KNOWN // 2)],
                "repeats": [[KEY, KEY]] * (MOST_KNOWN // 4),
                "read": 255,
            }
        ]
    },
    "Nonce": dict,
    "DedupRow": dict,
    "SentPointer": dict,
    "OptOutRow": lambda: {"answered": [NOW] * ANSWERS_PER_HOUR},
    # reports and numbers
    "ReportRow": lambda: {
        "answers": "a" * (LARGEST_ANSWERS - 2),
        "counted": {f"{place:05}.{'n' * 12}": 123456789 for place in range(QUESTIONS * 10)},
        "decisions": {"withdrawn": {f"{KEY}{place}": 0 for place in range(MOST_WITHDRAWN)}, "by": [[NAME, NOW, NOTE]]},
    },
    "TallyRow": lambda: {"": counters(QUESTIONS * OPTIONS)},
    "SummaryRow": lambda: {"document": figures(REGIONS, QUESTIONS)},
    "ReleaseRow": lambda: {
        "document": released(),
        "change": {"who": NAME, "note": NOTE},
        "proposal": {"who": NAME, "note": NOTE, "until": NOW, "document": released()},
    },
    "SealRow": lambda: {"header": [KEY] * 10},
    "OpeningRow": dict,
    "PartRow": lambda: {
        "keys": b"k" * (MOST_KEY_BYTES + LONGEST_KEY + 4 * MOST_ENTRIES),
        "salts": b"s" * (SALT_BYTES * MOST_ENTRIES),
        "leaves": b"l" * (HASH_BYTES * MOST_ENTRIES),
        "following": {"key": KEY},
    },
    "ProgressRow": lambda: {"document": {"rounds": [[KEY, NOW]] * 200}},
    # incidents
    "Incident": lambda: {
        "text": LETTER * (LARGEST_BODY // 2),
        "may_be_same_as": list(range(100_000, 100_000 + MOST_SAME)),
        "history": [{"at": NOW, "step": "acknowledge", "state": "acknowledged", "who": NAME, "note": NOTE}]
        * MOST_STEPS,
        "alerts": ["a" * 200] * (2 * TOLD_TOGETHER_AT_MOST * (4 + len(SEVERITIES) - 1)),
        "links": list(range(100_000, 100_200)),
    },
    "IncidentNumber": dict,
    "NumberCounter": dict,
    "StationRow": dict,
    "OpenIncident": dict,
    "MovedIncident": dict,
    "Watch": dict,
    "Digest": lambda: {"numbers": set(range(100_000, 100_000 + MOST_NUMBERS))},
    "Mute": dict,
    "SpentRow": lambda: {"": counters(2 * COORDINATORS)},
    "WrongCodesRow": dict,
    "CoveredRow": lambda: {"counted": [KEY] * MOST_COVERED, "held": [KEY] * MOST_NAMED},
    # elections, and what workers share
    "ElectionRow": lambda: {"document": b"z" * PART_BYTES, "assignments": {}, "changes": {}},
    "RouteRow": lambda: {"incidents": "(?:ТРЕВОГА|alarm)|" * 2_000},
    "ProviderRow": lambda: {"document": {"lags": [[NOW, 12.5]] * 500}},
    "CarrierRow": dict,
}


def arrived() -> dict[str, Any]:
    """An SMS of the largest body, kept raw beside, of which as many incidents are read as its text has room for."""
    form = {
        "form": "INCIDENT",
        "station": "8503",
        "round": "-",
        "answers": {"K": 3},
        "flags": ["repeated"],
        "n": "x" * 40,
    }
    return {
        "text_as_sent": "a" * LARGEST_BODY,
        "raw": "a" * (2 * LARGEST_BODY),
        "reading": {"reports": [form] * (LONGEST_READ // len("IN3\n")), "comment": TEXT},
        "last_error": LETTER * 500,
        "note": NOTE,
        "resolution": {"note": NOTE, "before": LETTER * 1_000},
    }


def joined() -> dict[str, Any]:
    """A long SMS of as many parts as there can be, of the longest ids."""
    return arrived() | {
        "text_as_sent": LETTER * (PARTS_OF_AN_SMS * LETTERS_OF_A_PART),
        "raw": None,
        "parts": [KEY] * PARTS_OF_AN_SMS,
    }


def email() -> dict[str, Any]:
    return {"html": "a" * (LARGEST_EMAIL - 1_000), "text_as_sent": "a" * 1_000, "subject": LETTER * LONGEST_TEXT}


def largest(model: type[Model]) -> dict[str, Any]:
    named = dict(LARGEST[model.__name__]())
    free: dict[str, Any] = named.pop("", {})
    attributes = model.get_attributes()
    values = {
        name: value_of(attribute) for name, attribute in attributes.items() if not isinstance(attribute, JSONAttribute)
    }
    values |= named
    row = model(**{name: value for name, value in values.items() if value is not None}).serialize()
    return dict(row) | free


@pytest.mark.parametrize("model", MODELS, ids=lambda model: model.__name__)
def test_the_largest_row_of_every_model_fits(model: type[Model]) -> None:
    assert model.__name__ in LARGEST, f"say in LARGEST what may grow in {model.__name__}, and by which bound"
    size = row_bytes(largest(model))
    sys.stdout.write(f"{model.__name__}: {size:,} bytes at the most\n")
    assert size <= LARGEST_ROW


@pytest.mark.parametrize("model", MODELS, ids=lambda model: model.__name__)
def test_whatever_can_hold_much_has_its_bound_named(model: type[Model]) -> None:
    much = JSONAttribute | BinaryAttribute | IntSetAttribute
    attributes = {name for name, attribute in model.get_attributes().items() if isinstance(attribute, much)}
    named = LARGEST[model.__name__]().keys()
    every = arrived().keys() | joined().keys() | email().keys() | FEW if model.__name__ == "Message" else named
    assert attributes <= set(every), f"say in LARGEST how large {attributes - set(every)} may be"
    assert set(named) - {""} <= set(model.get_attributes())


FEW = {"part", "asked", "lost", "charts"}
"""Of a message: a part's reference and numbers, the carriers' names, and points that LARGEST_EMAIL counts."""


def test_a_model_that_comes_new_fails_until_it_says_its_largest_row() -> None:
    class NewRow(Model):
        class Meta:
            table_name = "new"

        id = UnicodeAttribute(hash_key=True)

    with pytest.raises(AssertionError, match="say in LARGEST"):
        test_the_largest_row_of_every_model_fits(NewRow)


def test_sizes_are_counted_as_aws_counts_them() -> None:
    row = {"a": {"S": "ж"}, "bc": {"N": "123456"}, "d": {"BOOL": True}, "e": {"NS": ["1", "100000"]}}
    assert row_bytes(row) == (1 + 2) + (2 + 5) + (1 + 1) + (1 + 2 + 5)
    assert json.dumps(LETTER, ensure_ascii=False).encode() == b'"' + "ж".encode() + b'"'
