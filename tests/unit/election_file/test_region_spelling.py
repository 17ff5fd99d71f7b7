"""Regions whose names look alike are one spelling; blanks make no difference."""

import json
from urllib.parse import quote, unquote

import pytest

from chalicelib.observation.election_file import inspect_election
from chalicelib.observation.election_file.regions import look_of

CYRILLIC = "Нарынский"


@pytest.mark.parametrize(
    ("value", "other"),
    [
        ("North", "NORTH"),
        ("North", "North\u200b"),
        ("South", "S\u043euth"),
        ("Osh city", "Osh\xa0city"),
        ("Issyk-Kul", "Issyk\u2011Kul"),
        ("Issyk-Kul", "Issyk\u2013Kul"),
        (CYRILLIC, CYRILLIC.replace("й", "и\u0306")),
        ("Орёл", "Орел"),
        ("Or\u2019ol", "Or'ol"),
        ("Ош", "O\u0448"),
        ("ﬁ", "fi"),
    ],
)
def test_names_that_the_eye_takes_for_one(value, other):
    assert value != other
    assert look_of(value) == look_of(other)


@pytest.mark.parametrize(
    ("value", "other"), [("North", "South"), ("Ош 1", "Ош 2"), ("Talas", "Talass"), ("Чуй", "Чуи")]
)
def test_names_of_two_regions(value, other):
    assert look_of(value) != look_of(other)


@pytest.mark.parametrize("blanks", ["  ", "\xa0", " \u2009", "\u3000"])
def test_blanks_are_folded_in_both_tables(files, blanks):
    texts = dict(files)
    texts["election.yaml"] = texts["election.yaml"].replace("North: 20", "New North: 20")
    texts["stations.csv"] = texts["stations.csv"].replace("1001,North", "1001,New North")
    texts["stations.csv"] = texts["stations.csv"].replace("1002,North", f"1002,New{blanks}North")
    texts["coordinators.csv"] = texts["coordinators.csv"].replace("North; South", f"New{blanks}North; South")
    inspection = inspect_election(texts, "election.yaml")
    assert inspection.problems == ()
    assert inspection.election.regions == ("New North", "South")
    assert inspection.election.coordinators[0].regions == ("New North", "South")


@pytest.mark.parametrize(
    "name", ["Osh & Suu", "A+B", "A, B", "O'sh", 'The "North"', "A:B", "A=B", "Ош (город)", "A~B!@$|"]
)
def test_a_name_that_is_taken_is_the_same_however_often_a_gateway_decodes_a_path(files, name):
    """API Gateway decodes a path's parameters, and so does the route: a name must stand both."""
    texts = dict(files)
    texts["election.yaml"] = texts["election.yaml"].replace("North: 20", f"{json.dumps(name)}: 20")
    cell = '"' + name.replace('"', '""') + '"'
    texts["stations.csv"] = texts["stations.csv"].replace(",North,", f",{cell},")
    texts["coordinators.csv"] = texts["coordinators.csv"].replace("North; South", "South")
    assert name in inspect_election(texts, "election.yaml").election.regions
    assert unquote(quote(name, safe="")) == unquote(name) == name
