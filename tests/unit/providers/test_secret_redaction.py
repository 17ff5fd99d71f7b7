"""What is kept of a payload holds no secret that was sent along in it, however that was written."""

import json
from urllib.parse import quote, quote_plus

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from chalicelib.providers.shared_secret import without_secrets

WRITINGS = {
    "as it is": str,
    "percent-encoded": quote,
    "percent-encoded whole": lambda secret: quote(secret, safe=""),
    "in lower case": lambda secret: quote(secret, safe="").replace("%2F", "%2f"),
    "every byte": lambda secret: "".join(f"%{byte:02x}" for byte in secret.encode()),
    "as a form": quote_plus,
    "as JSON": lambda secret: json.dumps(secret)[1:-1],
    "as JSON with slashes escaped": lambda secret: json.dumps(secret)[1:-1].replace("/", "\\/"),
    "as JSON, every character": lambda secret: "".join(
        f"\\u{secret.encode('utf-16-be').hex().upper()[at : at + 4]}"
        for at in range(0, len(secret.encode("utf-16-be").hex()), 4)
    ),
}


@pytest.mark.parametrize("write", WRITINGS.values(), ids=WRITINGS)
@example(secret="00000u")
@example(secret="00000\\")
@given(secret=st.text(st.characters(min_codepoint=0x20, max_codepoint=0x2FFF, exclude_categories=("Cs",)), min_size=6))
def test_a_secret_is_blanked_however_it_is_written(write, secret):
    kept = without_secrets(f"\x01{write(secret)}\x02", {"secret": secret})
    assert kept == "\x01[secret]\x02"


def test_each_of_two_secrets_in_rotation_is_blanked():
    assert without_secrets("a=one%2f1&b=two+2", {"path_token": ["one/1", "two 2"]}) == "a=[secret]&b=[secret]"


def test_what_only_resembles_it_stays():
    assert without_secrets("t=aXc&u=ab%2fc", {"query_token": "a.c"}) == "t=aXc&u=ab%2fc"
