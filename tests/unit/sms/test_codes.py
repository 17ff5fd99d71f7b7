"""A code is found, taken out before reading, and shown nowhere."""

import random

import pytest
from sample_election import sample

from chalicelib.observation.reading.reading import read
from chalicelib.observation.sms.codes import (
    MASK,
    codes_in,
    doubt_of,
    hashed,
    is_code,
    with_code_masked,
    without_code,
)
from chalicelib.observation.sms.states import Reason

ELECTION = sample()
REPORTS = (
    "OP A1 B0730 C12",
    "ОТКРЫТИЕ 1001 A да B 7:30 утра C12",
    "ачылыш A ооба B0731 C11 D1",
    "ЯВКА на 14 A1415",
    "TU 10:00 A 320",
    "IN 3 драка у входа",
    "IN 1001 2 кол салуу болду",
    "OP A1\nTU 12:00 A44 # рахмат",
    "Спасибо, всё понятно",
)


def placed(code: str, text: str) -> tuple[str, ...]:
    """Where people put a code, in their own ways of writing it."""
    return (
        f"*{code} {text}",
        f"* {code} {text}",
        f"*{code}\n{text}",
        f"\ufeff*\u200b{code}  {text}",
        f"＊{code} {text}",
        f"*{code}# {text}",
        f"*{code}{text}",
        f"{text} *{code}",
        f"{text}\n*{code}",
    )


@pytest.mark.parametrize("text", REPORTS)
def test_a_code_is_no_part_of_what_is_read(text: str) -> None:
    chance = random.Random(text)
    as_sent = read(text, ELECTION)
    for digits in (4, 5, 6, 8):
        code = str(chance.randrange(10 ** (digits - 1), 10**digits))
        for typed in placed(code, text):
            assert codes_in(typed) == (code,), typed
            assert read(without_code(typed), ELECTION) == as_sent, typed
            shown = with_code_masked(typed)
            assert code not in shown
            assert MASK in shown
            assert codes_in(shown) == ()


@pytest.mark.parametrize("text", REPORTS)
def test_what_is_shown_reads_as_what_was_sent(text: str) -> None:
    as_sent = read(text, ELECTION)
    shown = read(with_code_masked(f"*482193 {text}"), ELECTION)
    assert [(report.form, report.station, report.answers, report.rejected) for report in shown.reports] == [
        (report.form, report.station, report.answers, report.rejected) for report in as_sent.reports
    ]


def test_a_mask_stands_where_the_code_did() -> None:
    assert with_code_masked("*482193 OP A1") == "**** OP A1"
    assert with_code_masked("*482193OP A1 *771204") == "**** OP A1 ****"


@pytest.mark.parametrize(
    "text",
    ["A5*4821", "OP A1 B0730 C12", "+996555123456", "*996555123456 OP A1", "2*2 = 4", "*48 OP", "* OP A1", "5 ** 3000"],
)
def test_what_only_looks_like_a_code_is_left_alone(text: str) -> None:
    assert codes_in(text) == ()
    assert without_code(text) == with_code_masked(text) == text


def test_digits_of_any_script_are_a_code() -> None:
    assert codes_in("*٤٨٢١٩٣ OP A1") == ("482193",)
    assert "٤" not in with_code_masked("*٤٨٢١٩٣ OP A1")


def test_no_text_says_a_code_that_was_not_sent() -> None:
    """Whatever is typed: no digit that stood outside the code is lost, and none of the code is left."""
    chance = random.Random(17)
    letters = "OP A1 бвг 0123456789 *#@.,\n\u200bөүң ＊"
    for _ in range(5000):
        text = "".join(chance.choice(letters) for _ in range(chance.randrange(40)))
        codes = codes_in(text)
        kept = [letter for letter in without_code(text) if letter.isdigit()]
        all_digits = [letter for letter in text if letter.isdigit()]
        if not codes:
            assert without_code(text) == with_code_masked(text) == text
        else:
            assert len(kept) <= len(all_digits) - sum(map(len, codes))
        assert codes_in(without_code(text)) == codes_in(with_code_masked(text)) == (), text


def test_a_hash_tells_the_right_code_alone() -> None:
    kept = hashed("482193", "e/observer 1")
    assert "482193" not in kept
    assert is_code(kept, "482193")
    assert not is_code(kept, "482194")
    assert kept != hashed("482193", "e/observer 2")
    assert kept == hashed("482193", "e/observer 1")


def test_a_text_is_in_doubt_without_exactly_a_right_code() -> None:
    kept = [hashed("482193", "1"), hashed("771204", "2")]
    assert doubt_of([], "OP A1") is None
    assert doubt_of([], "*1111 OP A1") is None
    assert doubt_of(kept, "*482193 OP A1") is None
    assert doubt_of(kept, "*771204 OP A1") is None
    assert doubt_of(kept, "OP A1") == Reason.CODE_MISSING
    assert doubt_of(kept, "*482194 OP A1") == Reason.CODE_WRONG
    assert doubt_of(kept, "*482193 OP A1 *771204") == Reason.CODE_WRONG
    assert doubt_of(kept, "OP A1 482193") == Reason.CODE_MISSING
