"""A region as people write its name on a phone, in three languages, and what is none or could be two."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from chalicelib.observation.elections.region_names import region_named

REGIONS = ["Batken", "Bishkek", "Chuy", "Osh", "Osh city", "Jalal-Abad", "Issyk-Kul", "Talas"]


@pytest.mark.parametrize(
    ("written", "region"),
    [
        ("osh", "Osh"),
        ("Ош", "Osh"),
        ("Ошская", "Osh"),
        ("Ошская область", "Osh"),
        ("Ош облусу", "Osh"),
        ("OSH CITY", "Osh city"),
        ("Ош город", "Osh city"),
        ("г.Ош", "Osh city"),
        ("г. Ош", "Osh city"),
        ("Ош шаары", "Osh city"),
        ("бишкек", "Bishkek"),
        ("биш", "Bishkek"),
        ("г. Бишкек", "Bishkek"),
        ("Бишкек шаары", "Bishkek"),
        ("Бишкеке", "Bishkek"),
        ("Джалал-Абад", "Jalal-Abad"),
        ("жалалабад", "Jalal-Abad"),
        ("Жалал-Абад облусу", "Jalal-Abad"),
        ("Джалал-Абадская область", "Jalal-Abad"),
        ("Иссык куль", "Issyk-Kul"),
        ("Ысык-Көл", "Issyk-Kul"),
        ("ысыккол", "Issyk-Kul"),
        ("Иссык-Кульская", "Issyk-Kul"),
        ("чуй", "Chuy"),
        ("Чуйская", "Chuy"),
        ("Чүй облусу", "Chuy"),
        ("Баткенде", "Batken"),
        ("o", None),
        ("Naryn", None),
        ("-", None),
        ("город", None),
        ("", None),
    ],
)
def test_a_region_is_found_as_it_is_spoken(written: str, region: str | None) -> None:
    assert region_named(written, REGIONS) == region


def test_names_of_the_elections_own_find_themselves() -> None:
    for names in (REGIONS, ["Ысык-Көл", "Нарын", "Ош", "Ош шаары", "Чүй"]):
        assert [region_named(name, names) for name in names] == names


def test_what_could_be_two_is_neither() -> None:
    assert region_named("North", ["North East", "North West"]) is None
    assert region_named("Нарында", ["Нарын", "Нары"]) is None


@given(st.text(max_size=30))
def test_no_text_is_too_much(written: str) -> None:
    assert region_named(written, REGIONS) in (None, *REGIONS)
