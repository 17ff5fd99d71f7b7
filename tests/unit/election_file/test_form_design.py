"""Codes and aliases that are easily confused are warned of by `election check`."""

import pytest
from click.testing import CliRunner

from chalicelib.cli.cards import page
from chalicelib.cli.check import check
from chalicelib.observation.election_file import inspect_election
from chalicelib.observation.form_design.cards import cards
from chalicelib.observation.form_design.confusables import confusions, one_edit_apart
from chalicelib.observation.reading.reading import read


@pytest.fixture
def confused(changed):
    def find(old="", new=""):
        inspection = changed(*(("election.yaml", old, new) if old else ()))
        assert inspection.problems == ()
        return [
            (
                inspection.document.place(found.path),
                found.other and inspection.document.place(found.other),
                found.message,
            )
            for found in confusions(inspection.election)
        ]

    return find


NAMES, PLACE = "aliases: [TURNOUT, ЯВКА]", "forms.TU.aliases.2"
OPENING = "forms.OP.aliases.1"


@pytest.mark.parametrize(
    ("alias", "other", "message"),
    [
        ("OPENINGS", OPENING, "OPENINGS and OPENING differ by one letter"),
        ("OPENNIG", OPENING, "OPENNIG and OPENING differ by one letter"),
        ("OPENINGTIME", OPENING, "OPENINGTIME begins with OPENING"),
        ("ГОЛ", None, "ГОЛ is the beginning of common words (голос, голоса, голосов)"),
        ("ИЗБИРАТЕЛЯ", None, "ИЗБИРАТЕЛЯ is one letter away from the common word избиратель"),
        ("СЕЙЧСА", None, "СЕЙЧСА is one letter away from the common word сейчас"),
        ("УРН", None, "УРН is the beginning of common words (урна, урны)"),
        ("THE", None, "THE is a common word"),
        ("рахмат", None, "рахмат is a common word"),
    ],
)
def test_an_alias_that_is_easily_confused(confused, alias, other, message):
    found = [
        text for at, with_, text in confused(NAMES, f"aliases: [TURNOUT, {alias}]") if (at, with_) == (PLACE, other)
    ]
    assert any(text.startswith(message) for text in found), found


def test_an_unmistakable_alias_is_not_warned_of(confused):
    assert confused(NAMES, "aliases: [TURNOUT, КВОРУМ]") == [found for found in confused() if found[0] != PLACE]


@pytest.mark.parametrize(
    ("code", "other", "message"),
    [
        ("TO", "forms.TU.code", "TO and TU differ by one letter"),
        ("PO", "forms.OP.code", "PO and OP differ by one letter"),
        ("THE", None, "THE is a common word"),
    ],
)
def test_a_form_code_that_is_easily_confused(confused, code, other, message):
    found = confused("  - code: CL", f"  - code: {code}")
    assert [text.startswith(message) for at, with_, text in found if (at, with_) == (f"forms.{code}.code", other)] == [
        True
    ]


@pytest.mark.parametrize(
    ("old", "new", "place", "other", "message"),
    [
        ("code: E, type: integer", "code: B, type: integer", "B", "G", "B looks like 8: G1B2 could be G182"),
        ("code: G, type", "code: Z, type", "Z", "E", "Z looks like 2: E1Z2 could be E122"),
        (
            "code: G, type: integer, role: votes, candidate: second",
            "code: D, type: time",
            "D",
            "E",
            "D looks like 0: E1D2",
        ),
        (
            "code: E, type: integer, role: votes, candidate: first",
            "code: E, type: time",
            "G",
            "E",
            "G looks like 6: E1G30",
        ),
    ],
)
def test_a_code_that_looks_like_a_digit(confused, old, new, place, other, message):
    found = {(at, with_): text for at, with_, text in confused(old, new)}
    assert found[f"forms.CL.questions.{place}.code", f"forms.CL.questions.{other}.code"].startswith(message)


@pytest.mark.parametrize(
    ("codes", "pairs"),
    [
        ("BV", [("V", "B")]),
        ("HN", [("N", "H")]),
        ("MN", [("N", "M")]),
        ("EF", []),
        ("ACE", []),
        (["A1", "A12"], [("A12", "A1")]),
        (["A1", "A2"], []),
    ],
)
def test_codes_of_one_form_that_are_taken_for_one_another(changed, codes, pairs):
    listed = "\n".join(f'      - {{code: {code}, type: yesno, label: {{en: "x", ru: "x"}}}}' for code in codes)
    old = "      - {code: E, type: integer, role: votes, candidate: first}"
    inspection = changed(
        "election.yaml", old, f"{listed}\n      - {{code: K, type: integer, role: votes, candidate: first}}"
    )
    form = len(inspection.election.forms) - 1
    codes_of = {
        ("forms", form, "questions", position, "code"): question.code
        for position, question in enumerate(inspection.election.forms[form].questions)
    }
    found = [
        (codes_of[confusion.path], codes_of[confusion.other])
        for confusion in confusions(inspection.election)
        if confusion.path in codes_of and "looks like" not in confusion.message
    ]
    assert found == pairs


def test_a_code_like_a_digit_is_safe_where_no_number_is_long_enough(confused):
    short = "code: E, type: integer, max: 50, role: votes, candidate: first"
    found = confused("code: E, type: integer, role: votes, candidate: first", short)
    assert not any(place == "forms.CL.questions.G.code" for place, _, _ in found)


@pytest.mark.parametrize(
    ("first", "second", "close"),
    [
        ("OPEN", "OPEN", False),
        ("OPEN", "OPAN", True),
        ("OPEN", "OPE", True),
        ("OPEN", "PEN", True),
        ("OPEN", "OPNE", True),
        ("OPEN", "POEN", True),
        ("OPEN", "OPENED", False),
        ("OPEN", "POENX", False),
        ("OPEN", "PONE", False),
        ("", "A", True),
    ],
)
def test_one_edit(first, second, close):
    assert one_edit_apart(first, second) is close
    assert one_edit_apart(second, first) is close


def test_check_warns_and_succeeds(folder):
    result = CliRunner().invoke(check, [str(folder / "election.yaml")])
    assert result.exit_code == 0
    lines = result.output.splitlines()
    assert lines[-1].startswith("election.yaml is valid: 3 forms, 3 stations, 4 observers, 2 regions.")
    assert all(line.startswith("warning: election.yaml:") for line in lines[:-1])
    assert any("G looks like 6" in line and line.endswith("(see line 52)") for line in lines)


def test_check_prints_every_problem_and_fails(folder, files):
    broken = files["election.yaml"].replace("Asia/Bishkek", "Asia/Bishkok").replace("  - code: OP", "  - code: op")
    (folder / "election.yaml").write_text(broken, "utf-8")
    (folder / "observers.csv").write_bytes(files["observers.csv"].replace("Anna", "Анна").encode("cp1251"))
    result = CliRunner().invoke(check, [str(folder / "election.yaml")])
    assert result.exit_code == 1
    assert result.stderr.splitlines() == [
        "election.yaml:4: timezone: 'Asia/Bishkok' is no time zone; did you mean \"Asia/Bishkek\"?",
        "election.yaml:12: forms.op.code: 'op' is in small letters; write OP (observers may type either)",
        'observers.csv:2: the file is not UTF-8; save it again as UTF-8 (in Excel: "CSV UTF-8")',
        "Error: 3 problems in the election's files",
    ]


def test_a_code_that_is_not_read_as_it_sounds(confused):
    heard = "typed as it sounds, TU is ТУ, which is not read; add the alias ТУ"
    assert ("forms.TU.code", None, heard) in confused()
    assert heard not in [message for _, _, message in confused(NAMES, "aliases: [TURNOUT, ТУ]")]
    assert "add the alias ВО" not in str(confused("code: TU", "code: VO"))


def test_two_forms_names_that_a_digit_makes_one(files):
    yaml = files["election.yaml"].replace(NAMES, "aliases: [TURNOUT, GАБ]")
    yaml = yaml.replace("aliases: [ИН, НАРУШЕНИЕ]", "aliases: [ИН, БАG]")
    inspection = inspect_election({**files, "election.yaml": yaml}, "election.yaml")
    found = {
        confusion.message: inspection.document.place(confusion.path) for confusion in confusions(inspection.election)
    }
    message = "БАG and GАБ are one with a digit for a letter, 6A6, which is then read as neither; choose another word"
    assert found[message] == "incidents.aliases.2"
    assert read("6А6 A5", inspection.election).reports == ()


def test_a_name_that_a_digit_makes_an_answer(confused):
    found = confused("  - code: CL", "  - code: BO")
    message = "B0 for BO is an answer to B, so a digit for its letter is not repaired; use another word"
    assert ("forms.BO.code", None, message) in found
    assert "is not repaired" not in str(confused("  - code: CL", "  - code: VO"))


@pytest.mark.parametrize(("codes", "alike"), [(["AB", "A8"], True), (["AZ", "A2"], True), (["AB", "A7"], False)])
def test_codes_that_look_alike_by_a_digit(changed, codes, alike):
    listed = "\n".join(f'      - {{code: {code}, type: yesno, label: {{en: "x", ru: "x"}}}}' for code in codes)
    old = "      - {code: E, type: integer, role: votes, candidate: first}"
    inspection = changed("election.yaml", old, f"{listed}\n{old}")
    found = [
        confusion
        for confusion in confusions(inspection.election)
        if f"{codes[0]} and {codes[1]} look alike" in confusion.message
    ]
    assert bool(found) is alike


def test_hours_that_recur_are_warned_of_with_what_an_sms_must_say(changed):
    inspection = changed("election.yaml", 'rounds: ["10:00", "12:00"]', 'rounds: ["D-1 10:00", "10:00", "D+1 10:00"]')
    election = inspection.election
    (found,) = [confusion for confusion in confusions(election) if "recurs" in confusion.message]
    assert inspection.document.place(found.path) == "forms.TU.rounds.2"
    assert inspection.document.place(found.other) == "forms.TU.rounds.1"
    assert "TU 15.10 10:00 A…" in found.message
    for text, named in (
        ("TU 14.10 10:00 A5", "D-1 10:00"),
        ("TU D-1 10:00 A5", "D-1 10:00"),
        ("TU D+1 10:00 A5", "D+1 10:00"),
    ):
        (report,) = read(text, election).reports
        assert (report.round, dict(report.answers), dict(report.rejected)) == (named, {"A": 5}, {})
    card = next(card for card in cards(election, "en") if card.code == "TU")
    assert "like TU 14.10 10:00." in page(election, "en", [card])


def test_hours_that_do_not_recur_are_not_warned_of(confused, changed):
    assert "recurs" not in str(confused())
    election = changed().election
    assert all(card.another_day is None for card in cards(election, "en"))
