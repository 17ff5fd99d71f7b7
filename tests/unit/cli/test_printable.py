"""What others wrote is shown in a terminal without acting on it."""

import unicodedata

import pytest
from hypothesis import given
from hypothesis import strategies as st

from chalicelib.cli.printable import printable


@pytest.mark.parametrize(
    ("written", "shown"),
    [
        ("they beat us\x1b]0;all is well\x07\x1b[2J", "they beat us\\x1b]0;all is well\\x07\\x1b[2J"),
        ("one\r\nОтветьте: ОК 99", "one\\r\\nОтветьте: ОК 99"),
        ("\u202eback to front", "\\u202eback to front"),
        ("Бакыт Ысак уулу 🙏", "Бакыт Ысак уулу 🙏"),
    ],
)
def test_b9_no_control_character_of_somebody_s_text_reaches_the_terminal(written: str, shown: str) -> None:
    assert printable(written) == shown


@given(st.text())
def test_b9_whatever_is_written_stands_on_one_line(written: str) -> None:
    shown = printable(written)
    assert len(shown.splitlines()) <= 1
    assert not any(unicodedata.category(character) in ("Cc", "Cf", "Cs") for character in shown)
