"""Telephone numbers are compared as numbers, however they are written."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from chalicelib.observation.sms.phones import international, is_international, written_forms


@pytest.mark.parametrize(
    ("written", "region", "canonical"),
    [
        ("+996555100001", None, "+996555100001"),
        ("+9960555100001", None, "+996555100001"),
        ("+996(0)555100001", None, "+996555100001"),
        ("00996 0555 100 001", None, "+996555100001"),
        ("996 0555100001", "KG", "+996555100001"),
        ("9960555100001", None, "+996555100001"),
        ("tel:+996555100001", None, "+996555100001"),
        ("TEL:+996-555-100001;ext=5", None, "+996555100001"),
        ("0555100001", "KG", "+996555100001"),
        ("555100001", "KG", "+996555100001"),
        ("0555100001", None, "0555100001"),
        ("+44 (0)7911 123456", None, "+447911123456"),
        ("+3606201234567", None, "+36201234567"),
        ("+390612345678", None, "+390612345678"),
        ("+2250701234567", None, "+2250701234567"),
        ("+541123456789", None, "+5491123456789"),
        ("+5491123456789", None, "+5491123456789"),
        ("011 15 2345-6789", "AR", "+5491123456789"),
        ("+5215512345678", None, "+525512345678"),
        ("+525512345678", None, "+525512345678"),
        ("+551187654321", None, "+5511987654321"),
        ("+5511987654321", None, "+5511987654321"),
        ("+551132654321", None, "+551132654321"),
        ("+380501234567", None, "+380501234567"),
        ("4455", "KG", "4455"),
        ("MegaCom", "KG", "MegaCom"),
        ("tel:MegaCom", "KG", "MegaCom"),
        ("", "KG", ""),
        ("tel:", None, ""),
        ("+", None, "+"),
        ("+0", None, "+0"),
    ],
)
def test_one_written_form_for_each_number(written, region, canonical):
    assert international(written, region) == canonical


@given(st.text("+0123456789 ()-", max_size=20), st.sampled_from([None, "KG", "AR", "MX", "BR", "IT", "HU"]))
def test_writing_a_number_again_changes_nothing_and_nothing_raises(written, region):
    once = international(written, region)
    if once.startswith("+"):
        assert international(once, region) == once
        assert international(once) == once


@pytest.mark.parametrize(
    ("written", "has_country"),
    [("+996700", True), ("00996700", True), (" tel:+996700", True), ("0700900001", False), ("700900001", False)],
)
def test_whether_a_number_has_its_country(written, has_country):
    assert is_international(written) is has_country


@pytest.mark.parametrize(
    ("number", "written"),
    [
        ("+996700100002", ("+996700100002", "996700100002", "0700100002")),
        ("+447700900123", ("+447700900123", "447700900123", "07700900123")),
        ("4455", ("4455",)),
    ],
)
def test_how_gateways_write_a_number(number: str, written: tuple[str, ...]) -> None:
    assert written_forms(number) == written
