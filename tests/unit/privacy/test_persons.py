"""Whom a text names: phones however they are written, full names, quotations; and nobody else."""

import pytest

from chalicelib.services.privacy.persons import MARK, Persons

PERSONS = Persons(
    frozenset({"+996502000002"}),
    frozenset({"Нургуль Ким", "n.kim@example.org"}),
    frozenset({"IN 3 # избили у входа в школу"}),
)


@pytest.mark.parametrize(
    "written",
    [
        "+996502000002",
        "996502000002",
        "00996502000002",
        "0502000002",
        "502 00 00 02",
        "+996 (502) 000-002",
        "x996502000002y",
    ],
)
def test_a_phone_is_marked_however_it_is_written(written: str) -> None:
    marked = PERSONS.without(f"call {written}, now")
    assert MARK in marked
    assert "000002" not in marked.replace(" ", "")
    assert marked.startswith("call ")


@pytest.mark.parametrize(
    "written", ["+996502000003", "1996502", "2017-10-15T10:00:00+06:00", "A 502 B 00 C 00", "Ким", "Нургуль"]
)
def test_what_is_another_s_stays(written: str) -> None:
    assert PERSONS.without(written) == written


def test_names_and_addresses_are_marked_and_the_rest_stays() -> None:
    assert PERSONS.without("тут была нургуль ким (n.kim@example.org)!") == f"тут была {MARK} ({MARK})!"
    assert PERSONS.without(r'{"who": "\u041d\u0443\u0440\u0433\u0443\u043b\u044c \u041a\u0438\u043c"}') == MARK


def test_marking_again_changes_nothing() -> None:
    once = PERSONS.without("Нургуль Ким +996502000002")
    assert PERSONS.without(once) == once


def test_a_quotation_is_known_whole_cut_and_in_html() -> None:
    assert PERSONS.is_quoted_in("«IN 3 # избили у входа в школу»")
    assert PERSONS.is_quoted_in("…у  входа\nв школу")
    assert PERSONS.is_quoted_in("<p>IN 3 # избили у&hellip;</p>")
    assert not PERSONS.is_quoted_in("IN 3 # другое")
