"""Which parts are one SMS, and the text they make: whatever the order, however often, wherever the phone cut it."""

import datetime as dt
import random
from collections.abc import Iterable, Sequence

import pytest
from hypothesis import given
from hypothesis import strategies as st

from chalicelib.observation.sms.multipart import (
    GAP,
    MOST_KNOWN,
    ONE_SMS_WITHIN,
    LongSms,
    PartText,
    StoredPart,
    TooManyParts,
    joined_text,
    with_piece,
    without_repetition,
)
from chalicelib.providers.encodings import decode_text

BEGUN = dt.datetime(2026, 10, 4, 8, tzinfo=dt.UTC)


def piece(number: int, text: str = "", *, seconds: float = 0, again: str = "") -> StoredPart:
    at = BEGUN + dt.timedelta(seconds=seconds)
    return StoredPart(f"{text}{number}{again}", number, at, at, f"{text}{number}")


def noted(pieces: Iterable[StoredPart], total: int) -> tuple[LongSms, ...]:
    known: tuple[LongSms, ...] = ()
    for value in pieces:
        known = with_piece(known, value, total)
    return known


def keys(sms: LongSms) -> set[str]:
    return {piece.key for piece in sms.pieces}


@st.composite
def arrivals(draw: st.DrawFn, name: str = "", begun: float = 0) -> tuple[int, list[StoredPart]]:
    """The parts of one SMS within the time that parts may take, some but not all again under another id."""
    total = draw(st.integers(2, 12))
    seconds = st.floats(0, ONE_SMS_WITHIN.total_seconds())
    pieces = [piece(number, name, seconds=begun + draw(seconds)) for number in range(1, total + 1)]
    pieces += [
        piece(number, name, seconds=begun + draw(seconds), again="x")
        for number in draw(st.sets(st.integers(1, total), max_size=total - 1))
    ]
    return total, draw(st.permutations(pieces))


@given(arrivals())
def test_every_order_makes_one_sms(arrived: tuple[int, list[StoredPart]]) -> None:
    total, pieces = arrived
    known = noted(pieces, total)
    complete = [sms for sms in known if sms.is_complete]
    assert len(complete) == 1
    assert {piece.number for piece in complete[0].pieces} == set(range(1, total + 1))
    for rest in [sms for sms in known if not sms.is_complete]:
        known = without_repetition(known, rest)
    [sms] = known
    assert keys(sms) | {again for again, _ in sms.repeats} == {piece.key for piece in pieces}
    assert all(first in keys(sms) for _, first in sms.repeats)


def test_all_parts_again_are_another_sms_that_says_the_same() -> None:
    known = noted([piece(1), piece(2), piece(2, again="x"), piece(1, again="x")], 2)
    assert [keys(sms) for sms in known if sms.is_complete] == [{"1", "2"}, {"1x", "2x"}]


@given(arrivals(), st.randoms(use_true_random=False))
def test_noting_a_part_again_changes_nothing(arrived: tuple[int, list[StoredPart]], chance: random.Random) -> None:
    total, pieces = arrived
    known = noted(pieces, total)
    chance.shuffle(pieces)
    for value in pieces:
        assert with_piece(known, value, total) == known


@given(st.data())
def test_references_that_come_again_later_mix_nothing(data: st.DataObject) -> None:
    apart = 2 * ONE_SMS_WITHIN.total_seconds() + 1
    names = "abc"
    found = [data.draw(arrivals(name, place * apart)) for place, name in enumerate(names)]
    arrived = [piece for total, pieces in found if total == found[0][0] for piece in pieces]
    known = noted(data.draw(st.permutations(arrived)), found[0][0])
    assert all(len({key[0] for key in keys(sms)}) == 1 for sms in known)
    assert {next(iter(keys(sms)))[0] for sms in known if sms.is_complete} == {part.key[0] for part in arrived}


def test_parts_of_two_sms_at_the_same_time_are_never_joined() -> None:
    [mixed] = noted([piece(1, "a"), piece(1, "b"), piece(2, "b"), piece(2, "a")], 2)
    assert mixed.is_mixed
    assert not mixed.is_complete


def test_a_part_that_may_be_of_two_sms_begins_its_own() -> None:
    minutes = ONE_SMS_WITHIN.total_seconds() / 2
    known = noted([piece(1, "a"), piece(1, "b", seconds=2.1 * minutes), piece(2, "c", seconds=1.05 * minutes)], 2)
    assert [keys(sms) for sms in known] == [{"a1"}, {"b1"}, {"c2"}]


def test_it_is_due_when_it_is_complete_or_nothing_came_for_two_minutes() -> None:
    [stored_noted] = noted([piece(1)], 2)
    assert [stored_noted.is_due(BEGUN + dt.timedelta(seconds=seconds)) for seconds in (0, 119, 120)] == [
        False,
        False,
        True,
    ]
    [two] = noted([piece(1), piece(2, seconds=60)], 2)
    [more] = noted([piece(1), piece(2, seconds=60)], 3)
    assert two.is_due(BEGUN)
    assert [more.is_due(BEGUN + dt.timedelta(seconds=seconds)) for seconds in (179, 180)] == [False, True]


def test_what_is_long_over_is_forgotten_but_nothing_that_was_not_read() -> None:
    days = dt.timedelta(days=2).total_seconds()
    read, unread = LongSms(2, (piece(1, "a"),), read=1), LongSms(2, (piece(1, "b", seconds=5),))
    assert [keys(sms) for sms in with_piece([read, unread], piece(1, "c", seconds=days), 2)] == [{"b1"}, {"c1"}]


@st.composite
def cut_texts(draw: st.DrawFn) -> tuple[str, list[bytes]]:
    """A text and the UTF-16 that a phone makes of it in parts, cut anywhere between two of its units."""
    text = draw(st.text(st.sampled_from("a1 ы😀𝟘\u200d") | st.characters(exclude_categories=["Cs"]), min_size=2))
    text = text.replace("\ufeff", "")
    content = text.encode("utf-16-be")
    places = sorted(draw(st.sets(st.integers(1, max(1, len(content) // 2 - 1)), max_size=9)))
    ends = [2 * place for place in places] + [len(content)]
    return text, [content[begin:end] for begin, end in zip([0, *ends], ends, strict=False)]


def read_part(number: int, content: bytes) -> PartText:
    return PartText.of(number, decode_text(content, "UTF-16BE", is_part=True))


@given(cut_texts(), st.randoms(use_true_random=False))
def test_a_text_is_the_same_wherever_it_was_cut(made: tuple[str, list[bytes]], chance: random.Random) -> None:
    text, contents = made
    parts = [read_part(number, content) for number, content in enumerate(contents, 1)]
    chance.shuffle(parts)
    assert joined_text(len(parts), parts) == text
    assert all(part.text.encode() for part in parts), "what is stored and shown are whole characters"


def halves(*texts: str) -> list[PartText]:
    return [PartText.of(number, text) for number, text in enumerate(texts, 1)]


def test_half_a_character_whose_other_half_is_not_beside_it_stays_unreadable() -> None:
    assert joined_text(2, halves("a\ud83d", "b")) == "a\ufffdb"
    assert joined_text(2, halves("a", "\ude00b")) == "a\ufffdb"
    assert joined_text(3, [halves("a\ud83d", "", "\ude00b")[place] for place in (0, 2)]) == f"a\ufffd{GAP}\ufffdb"
    assert PartText.of(1, "\ude00a\ud83db\ud83d").text == "\ufffda\ufffdb\ufffd"


def test_gaps_stand_where_parts_are_missing() -> None:
    def written(numbers: Sequence[int]) -> str:
        return joined_text(4, [PartText(number, str(number)) for number in numbers])

    assert written([2, 1, 4, 3]) == "1234"
    assert [written(numbers) for numbers in ([1], [4], [1, 4], [2, 3])] == [
        f"1{GAP}", f"{GAP}4", f"1{GAP}4", f"{GAP}23{GAP}",
    ]  # fmt: skip


def test_a6_an_sms_has_room_for_twice_its_parts() -> None:
    pieces = [piece(1, f"text {place}", seconds=place / 10) for place in range(7)]
    known = noted(pieces[:6], 3)
    with pytest.raises(TooManyParts):
        with_piece(known, pieces[6], 3)
    again = [piece(2, "the same", seconds=place / 10, again=str(place)) for place in range(8)]
    known = noted(again[:7], 3)
    with pytest.raises(TooManyParts):
        with_piece(known, again[7], 3)


def test_a6_parts_of_one_reference_have_a_bound_together() -> None:
    known: tuple[LongSms, ...] = ()
    for place in range(MOST_KNOWN):
        known = with_piece(known, piece(1, f"text {place}", seconds=place * 700), 2)
    with pytest.raises(TooManyParts):
        with_piece(known, piece(1, "one more", seconds=1), 2)
