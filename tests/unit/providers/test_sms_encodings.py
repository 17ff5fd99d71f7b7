"""SMS as bytes: GSM 03.38 and other charsets, and user data headers of long SMS."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from chalicelib.observation.sms.segments import BASIC
from chalicelib.observation.sms.segments import EXTENSION as EXTENDED
from chalicelib.providers.encodings import EXTENSION, GSM7, concatenation, decode_gsm7, decode_text

ALPHABET = sorted(BASIC | EXTENDED)


def gsm7(text: str) -> bytes:
    """The septets of a text, one a byte: what `decode_gsm7` undoes."""
    codes = {character: bytes([0x1B, code]) for code, character in EXTENSION.items()}
    return b"".join(codes.get(value) or bytes([GSM7.index(value)]) for value in text)


def test_the_alphabet_is_the_one_that_segments_are_counted_by():
    assert set(GSM7) - {"\x1b"} == BASIC
    assert set(EXTENSION.values()) == EXTENDED


@given(st.text(ALPHABET))
def test_every_text_of_the_alphabet_comes_back(text):
    assert decode_gsm7(gsm7(text)) == text


@pytest.mark.parametrize(
    ("content", "charset", "text"),
    [
        (b"\x00\x1b\x65\x1b\x3c1\x1b\x3e\x10", "GSM", "@€[1]Δ"),
        (b"\x00", "gsm-7", "@"),
        (b"a\x1b", "GSM", "a "),
        (b"a\x1b\x1bb", "GSM", "a b"),
        (b"\x1ba", "GSM", "a"),
        (b"\x80", "GSM", "\ufffd"),
        ("Ооба".encode("utf-16-be"), "UCS-2", "Ооба"),
        ("Ооба".encode("utf-16-be"), "UTF-16BE", "Ооба"),
        ("Ооба".encode("utf-16"), "UTF-16", "Ооба"),
        (b"\xfe\xff" + "Ооба".encode("utf-16-be"), "UTF-16", "Ооба"),
        ("😀".encode("utf-16-be"), "UTF-16BE", "😀"),
        ("a😀".encode("utf-16-be")[:-2], "UTF-16BE", "a\ufffd"),
        ("😀".encode("utf-16-be")[2:], "UTF-16BE", "\ufffd"),
        ("a".encode("utf-16-be") + b"\x04", "UTF-16BE", "a\ufffd"),
        ("\ufeffОоба".encode(), "UTF-8", "Ооба"),
        ("Ооба".encode()[:-1], "UTF-8", "Ооб\ufffd"),
        ("Ооба".encode("windows-1251"), "WINDOWS-1251", "Ооба"),
        (b"\x80 1", "windows-1252", "€ 1"),
        ("Ооба".encode(), "8-BIT", "Ооба"),
        (b"\x80 1", "8-BIT", "€ 1"),
        (b"\xe9", "no-such-charset", "é"),
        (b"YWJj", "base64", "YWJj"),
        (b"abc", "rot13", "abc"),
        (b"abc", "\x00", "abc"),
        (b"", "UTF-8", ""),
    ],
)
def test_charsets_by_the_names_that_gateways_use(content, charset, text):
    assert decode_text(content, charset) == text


@pytest.mark.parametrize(
    ("content", "text"),
    [
        ("a😀".encode("utf-16-be")[:-2], "a\ud83d"),
        ("😀a".encode("utf-16-be")[2:], "\ude00a"),
        ("😀".encode("utf-16-be")[:2] + b"\0a", "\ufffda"),
        (b"\xfe\xff" + "Ооба".encode("utf-16-be"), "Ооба"),
        (b"\xff\xfe" + "😀".encode("utf-16-le")[:2], "\ud83d"),
        ("a😀".encode("utf-16-be")[:-1], "a\ufffd\ufffd"),
        (b"", ""),
    ],
)
def test_a_part_keeps_the_halves_at_its_ends_alone(content, text):
    assert decode_text(content, "UTF-16BE", is_part=True) == text


@given(st.binary(max_size=80), st.text(max_size=12) | st.sampled_from(["GSM", "UTF-16", "8-BIT", "hex", "zip", "idna"]))
def test_no_bytes_in_any_charset_make_it_stumble(content, charset):
    decode_text(content, charset).encode()


@given(st.binary(max_size=40))
def test_no_header_makes_it_stumble(header):
    part = concatenation(header)
    assert part is None or 1 <= part.number <= part.total <= 255
