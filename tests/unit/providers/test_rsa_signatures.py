"""RSA signatures and the certificates of their keys, as `cryptography` makes them; and one of AWS, of 2022."""

import base64
import contextlib
import hashlib
import json
from pathlib import Path

import pytest
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric import ec, padding
from hypothesis import given
from hypothesis import strategies as st

from chalicelib.providers.rsa_signatures import NotACertificate, PublicKey, public_key, verifies
from chalicelib.rehearsal.senders.sns import certificate_of, key_and_certificate

GENUINE_CERTIFICATE = json.loads(Path(__file__).with_name("sns_vectors.json").read_text())["certificate"]


def test_our_certificate_reader_finds_the_key_that_cryptography_wrote():
    for bits in (2048, 3072):
        key, certificate = key_and_certificate(bits)
        numbers = key.public_key().public_numbers()
        assert public_key(certificate) == PublicKey(numbers.n, numbers.e)
    chain = certificate + key_and_certificate(2048)[1]
    assert public_key(chain) == PublicKey(numbers.n, numbers.e)


@pytest.mark.parametrize(
    "pem",
    [
        "",
        "x",
        GENUINE_CERTIFICATE.replace("BEGIN CERTIFICATE", "BEGIN PUBLIC KEY"),
        GENUINE_CERTIFICATE.replace("MIIF", "MII"),
        f"<xml>\n{GENUINE_CERTIFICATE}\n</xml>",
        "-----BEGIN CERTIFICATE-----\nMAA=\n-----END CERTIFICATE-----",
        "-----BEGIN CERTIFICATE-----\nMIID\n-----END CERTIFICATE-----",
    ],
)
def test_what_is_no_certificate(pem):
    with pytest.raises(NotACertificate):
        public_key(pem)


def test_keys_that_are_not_rsa_or_too_small():
    with pytest.raises(NotACertificate, match="RSA"):
        public_key(certificate_of(ec.generate_private_key(ec.SECP256R1())))
    with pytest.raises(NotACertificate, match="too small"):
        public_key(key_and_certificate(1024)[1])


@given(st.data())
def test_no_damaged_certificate_makes_it_stumble(data):
    content = bytearray(base64.b64decode("".join(GENUINE_CERTIFICATE.split("\n")[1:-1])))
    for _ in range(data.draw(st.integers(1, 4))):
        content[data.draw(st.integers(0, len(content) - 1))] = data.draw(st.integers(0, 255))
    cut = data.draw(st.integers(0, len(content)))
    written = base64.b64encode(bytes(content[:cut])).decode()
    with contextlib.suppress(NotACertificate):
        public_key(f"-----BEGIN CERTIFICATE-----\n{written}\n-----END CERTIFICATE-----")


@pytest.mark.parametrize(("digest", "algorithm"), [("sha1", hashes.SHA1()), ("sha256", hashes.SHA256())])
@pytest.mark.parametrize("bits", [2048, 3072])
def test_signatures_that_cryptography_made(digest, algorithm, bits):
    key, certificate = key_and_certificate(bits)
    signature = key.sign(b"a message", padding.PKCS1v15(), algorithm)
    ours = public_key(certificate)
    assert verifies(ours, digest, b"a message", signature)
    assert not verifies(ours, digest, b"a messagf", signature)
    assert not verifies(ours, "sha256" if digest == "sha1" else "sha1", b"a message", signature)
    assert not verifies(ours, digest, b"a message", b"\x00" + signature)
    assert not verifies(ours, digest, b"a message", signature[:-1])
    beyond = int.from_bytes(signature) + ours.modulus
    if beyond.bit_length() <= bits:
        assert not verifies(ours, digest, b"a message", beyond.to_bytes(bits // 8))


@given(st.binary(min_size=256, max_size=256))
def test_no_other_bytes_are_a_signature(signature):
    assert not verifies(public_key(key_and_certificate()[1]), "sha256", b"a message", signature)


def test_padding_is_compared_whole():
    """A signature whose padding is short and whose end is free, which lenient readers of a small exponent's take."""
    key = PublicKey(2**2048 - 1, 3)
    ending = bytes.fromhex("3031300d060960864801650304020105000420") + hashlib.sha256(b"m").digest()
    target = int.from_bytes((b"\x00\x01" + b"\xff" * 8 + b"\x00" + ending).ljust(256, b"\x00"))
    root = round_up_cube_root(target)
    assert (root**3).to_bytes(256).startswith(b"\x00\x01" + b"\xff" * 8 + b"\x00" + ending)
    assert not verifies(key, "sha256", b"m", root.to_bytes(256))


def round_up_cube_root(number: int) -> int:
    low, high = 0, 1 << 700
    while low < high:
        middle = (low + high) // 2
        low, high = (middle + 1, high) if middle**3 < number else (low, middle)
    return low
