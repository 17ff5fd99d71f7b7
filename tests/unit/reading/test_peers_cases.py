"""What other systems' test suites and public bug reports showed, on the elections that they need: each text whole."""

from decimal import Decimal
from pathlib import Path

import pytest

from chalicelib.observation.election_file import read_election
from chalicelib.observation.elections.election import Election
from chalicelib.observation.reading.reading import read

FIELD = Path(__file__).parents[2] / "corpus" / "field"
CHECKLIST = """forms:
  - code: TC
    due: {by: "15:00"}
    questions:
      - {code: A, type: yesno}
      - {code: C, type: integer, min: 0, max: 5000}
  - code: TE
    due: {by: "15:00"}
    questions:
      - {code: A, type: decimal, min: 0, max: 5000}
"""


@pytest.fixture(scope="module")
def election() -> Election:
    files = {path.name: path.read_text("utf-8") for path in FIELD.iterdir()}
    yaml = files["election.yaml"].replace("forms:\n", CHECKLIST, 1)
    yaml = yaml.replace("station_pattern: '\\d{4}'", "station_pattern: '\\d{4}|\\d{6}'")
    yaml = yaml.replace("[TURNOUT, ЯВКА, КАТЫШУУ]", "[TURNOUT, ТУ, ЯВКА, КАТЫШУУ]")
    stations = files["stations.csv"] + "111111,North,Centre,School 5,900\n"
    return read_election({**files, "election.yaml": yaml, "stations.csv": stations}, "election.yaml")


@pytest.mark.parametrize(
    ("text", "answers", "rejected"),
    [
        # An observer's number, a unit word: what stands on either side is not joined as thousands.
        ("TC A1 C2@12 000 ballots", {"A": True}, {"C": "ambiguous"}),
        ("TC A1 C2 @12 000", {"A": True}, {"C": "ambiguous"}),
        ("TU A3 @2 100", {}, {"A": "ambiguous"}),
        ("OP E1 @2 450", {}, {"E": "ambiguous"}),
        ("TU A2 people 500 waiting", {}, {"A": "ambiguous"}),
        ("CL E2 voters 300 F5", {"F": 5}, {"E": "ambiguous"}),
        # Multipliers apart, letters glued to a number's end.
        *((f"TU A {typed}", {}, {"A": "ambiguous"}) for typed in ("2 k", "5 сотен", "5 сот", "5 hundred", "2 жүз")),
        *((f"TU A {typed}", {}, {"A": "ambiguous"}) for typed in ("2 tys", "2 ming", "2 т", "1 млн", "1 million")),
        ("TU A145u", {}, {"A": "ambiguous"}),
        ("CL C300w D5", {"D": 5}, {"C": "ambiguous"}),
        # A form is found where a letter is the first code's value.
        ("OP AlB0730", {"B": "07:30"}, {"A": "wrong_type"}),
        # What is counted is no hour.
        ("TU A320 10 голосов", {}, {"A": "ambiguous"}),
        # Decimals.
        ("TE A.5", {}, {"A": "ambiguous"}),
        ("TE A,5", {}, {"A": "ambiguous"}),
        ("TE A1,234", {}, {"A": "ambiguous"}),
        ("TE A1.5", {"A": Decimal("1.5")}, {}),
        # @ and a word begin a comment.
        ("TC111111A1C2@some words here", {"A": True, "C": 2}, {}),
        # A room, a gate, a street with a letter and a number is no answer.
        *((f"TC A1 {place} C2", {"A": True}, {}) for place in ("ворота", "улица", "entrance", "эшик", "вход", "zal")),
        ("OP B 7:30 A.M. C5", {"B": "07:30", "C": 5}, {}),
        # A name as it sounds in Cyrillic, once it is an alias.
        ("ТУ 1001 А320", {"A": 320}, {}),
    ],
)
def test_it_is_read_as_it_should_be(
    text: str, answers: dict[str, object], rejected: dict[str, str], election: Election
) -> None:
    (report,) = read(text, election).reports
    assert (dict(report.answers), dict(report.rejected)) == (answers, rejected), text


def test_what_begins_after_the_sign_is_kept_as_a_comment(election: Election) -> None:
    (report,) = read("TC111111A1C2@some words here", election).reports
    assert (report.station, report.comment) == ("111111", "@some words here")


def test_a_name_as_it_sounds_is_unread_until_it_is_an_alias() -> None:
    files = {path.name: path.read_text("utf-8") for path in FIELD.iterdir()}
    assert read("ТУ 1001 А320", read_election(files, "election.yaml")).reports == ()
