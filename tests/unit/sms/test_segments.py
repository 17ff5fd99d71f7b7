"""Segments of an SMS: 160 and 153 septets, 70 and 67 UCS-2 units (3GPP TS 23.038, 23.040)."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from chalicelib.observation.sms.segments import BASIC, EXTENSION, Segments, count_segments, fit


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("", Segments("GSM-7", 1, 0)),
        ("a" * 160, Segments("GSM-7", 1, 160)),
        ("a" * 161, Segments("GSM-7", 2, 161)),
        ("a" * 306, Segments("GSM-7", 2, 306)),
        ("a" * 307, Segments("GSM-7", 3, 307)),
        ("€" * 80, Segments("GSM-7", 1, 160)),
        ("€" * 81, Segments("GSM-7", 2, 162)),
        ("€" * 153, Segments("GSM-7", 3, 306)),  # 76 pairs a part, one septet of 153 stays empty
        ("a" * 152 + "€" + "a" * 152, Segments("GSM-7", 3, 306)),  # the pair moves whole into the second part
        ("a" * 151 + "€" + "a" * 153, Segments("GSM-7", 2, 306)),
        ("é" * 160, Segments("GSM-7", 1, 160)),
        ("ç", Segments("UCS-2", 1, 1)),
        ("`", Segments("UCS-2", 1, 1)),
        ("я" * 70, Segments("UCS-2", 1, 70)),
        ("я" * 71, Segments("UCS-2", 2, 71)),
        ("я" * 134, Segments("UCS-2", 2, 134)),
        ("я" * 135, Segments("UCS-2", 3, 135)),
        ("€" * 69 + "я", Segments("UCS-2", 1, 70)),
        ("😀" * 35, Segments("UCS-2", 1, 70)),
        ("😀" * 36, Segments("UCS-2", 2, 72)),
        ("😀" * 67, Segments("UCS-2", 3, 134)),  # 33 pairs a part
        ("я" * 66 + "😀" + "я" * 66, Segments("UCS-2", 3, 134)),
        ("\ud83d", Segments("UCS-2", 1, 1)),  # half a pair, as some phones send
    ],
)
def test_counts_by_the_standard(text: str, expected: Segments) -> None:
    assert count_segments(text) == expected


def test_alphabet_has_its_size() -> None:
    assert len(BASIC) == 127  # 128 septets, one of them the escape
    assert len(EXTENSION) == 10
    assert not BASIC & EXTENSION


@pytest.mark.parametrize(
    ("text", "segments", "expected"),
    [
        ("short", 2, "short"),
        ("word " * 40, 1, ("word " * 32).rstrip()),
        ("слово " * 20, 1, ("слово " * 11).rstrip()),
        ("слово " * 40, 2, ("слово " * 22).rstrip()),
        ("я" * 200, 2, ""),
        ("a" * 160 + " b", 1, "a" * 160),
        ("a" * 161, 1, ""),
        ("one\n" + "two " * 60, 1, "one\n" + ("two " * 39).rstrip()),
    ],
)
def test_fit_cuts_at_words(text: str, segments: int, expected: str) -> None:
    assert fit(text, segments) == expected


@given(st.text(st.characters() | st.sampled_from("  aбё€{}😀\n"), max_size=700), st.integers(1, 3))
def test_fit_is_the_longest_beginning_of_whole_words(text: str, segments: int) -> None:
    kept = fit(text, segments)
    assert text.startswith(kept)
    assert not kept or count_segments(kept).count <= segments
    rest = text[len(kept) :]
    if rest:
        assert not kept or rest[0].isspace()
        further = kept + rest[: len(rest) - len(rest.lstrip())] + rest.split()[0] if rest.split() else text
        assert count_segments(further).count > segments
