"""Emails of hundreds of regions and stations: they fit their rows, the worst first, and say what they leave out."""

import datetime as dt
import random

from chalicelib.observation.elections.coordinator import Coordinator
from chalicelib.observation.summaries.summary import Summary
from chalicelib.observation.summaries.turnout_chart import Point
from chalicelib.services.outbox import LARGEST_EMAIL, Email, Origin, email_row
from chalicelib.services.outreach.missing_list import _worst_first
from chalicelib.services.summaries.areas import areas_of
from chalicelib.store.tables import LARGE, LargeDocument

NOW = dt.datetime(2026, 10, 4, 8, tzinfo=dt.UTC)
ORIGIN = Origin("e1", "summary#10", NOW)


def sent(text: str, html: str | None) -> tuple[str, str | None]:
    row = email_row("summary#e1#10#x#email", "hq@example.org", Email("Subject", text, html), ORIGIN)
    assert sum(len(str(value).encode()) for value in row.attribute_values.values()) < 400_000
    return str(row.text), row.html


def test_a5_an_email_larger_than_its_row_is_sent_as_text_and_cut_at_a_line() -> None:
    assert sent("короткий", "<p>короткий</p>") == ("короткий", "<p>короткий</p>")
    text = "\n".join(f"область {number}: тихо" for number in range(3_000))
    assert sent(text, "x" * LARGEST_EMAIL) == (text, None)
    cut, html = sent("\n".join([text] * 10), "x")
    assert html is None
    assert len(cut.encode()) <= LARGEST_EMAIL + 100
    kept, _, more = cut.rpartition("\n")
    assert text.startswith(kept[:1_000])
    assert more == f"[…] +{30_000 - len(kept.splitlines())}"


def test_a5_charts_count_as_a_part_of_the_email() -> None:
    charts = {f"turnout-{place}": [Point(0, 0, 0)] * 24 for place in range(400)}
    row = email_row("k", "hq@example.org", Email("S", "text", "<p></p>", charts), ORIGIN)
    assert (row.html, row.charts) == (None, None)


class _Area:
    def __init__(self, critical: int) -> None:
        self.incidents = {"critical": critical}


class _Gap:
    is_silent = True


def test_a5_of_many_regions_the_worst_stand_first() -> None:
    headquarters = Coordinator(name="HQ", email="hq@example.org", language="en", alerts=("email",), regions=("*",))
    regions = {f"R{place}": _Area(critical=place) for place in range(60)}
    summary = Summary("e1", NOW, None, regions)  # type: ignore[arg-type]
    assert list(areas_of(headquarters, summary, {"nation": "All"}))[:2] == ["R59", "R58"]
    missing = {f"R{place}": [_Gap()] * place for place in range(60)}
    assert [region for region, _ in _worst_first(missing)][:2] == ["R59", "R58"]  # type: ignore[arg-type]
    few = {name: missing[name] for name in ("R1", "R3", "R2")}
    assert [region for region, _ in _worst_first(few)] == ["R1", "R3", "R2"]  # type: ignore[arg-type]


def test_a5_a_snapshot_of_hundreds_of_regions_fits_its_row() -> None:
    chance = random.Random(1)
    counters = ("received", "complete", "partial", "late", "conflict", "failed")
    document = {
        f"region {region}": {f"TU#{hour}:00": {name: chance.randint(0, 99) for name in counters} for hour in range(24)}
        for region in range(400)
    }
    attribute = LargeDocument()
    written = attribute.serialize(document)
    assert written is not None
    assert len(written) < 400_000
    assert attribute.deserialize(written) == document
    small = attribute.serialize({"a": 1})
    assert small == '{"a":1}'
    assert attribute.deserialize(small) == {"a": 1}
    assert len(str(document)) > LARGE
