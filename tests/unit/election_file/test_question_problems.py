"""One broken YAML a rule, from questions on: where the mistake is said to be, and what to do."""

import pytest
from named_mistakes import MAIN, assert_named

OPTIONS = 'options: {1: {en: "media", ru: "СМИ"}, 2: {en: "police", ru: "милиция"}}'

# what is replaced by what, then the only problem: line, field, and a part of the message
IN_YAML = [
    # questions
    (
        "code: B, type: time",
        "code: А, type: time",
        21,
        "forms.OP.questions.А.code",
        "А (Cyrillic Capital Letter A); type it with Latin",
    ),
    ("code: B, type: time", "code: b, type: time", 21, "forms.OP.questions.b.code", "'b' is in small letters; write B"),
    ("code: B, type: time", "code: O, type: time", 21, "forms.OP.questions.O.code", "O, I and L are no codes"),
    ("code: B, type: time", "code: L2, type: time", 21, "forms.OP.questions.L2.code", "O, I and L are no codes"),
    (
        "code: B, type: time",
        "code: BBB, type: time",
        21,
        "forms.OP.questions.BBB.code",
        "is no question's code; use one Latin capital",
    ),
    (
        "code: B, type: time",
        "code: A, type: time",
        21,
        "forms.OP.questions.A.code",
        "A is already a question of this form in line 17",
    ),
    (
        "code: B, type: time",
        "code: A1, type: time",
        21,
        "forms.OP.questions.A1.code",
        "A1 reads like an answer to A in line 17",
    ),
    (
        "        min: 0",
        "        min: 6000",
        24,
        "forms.OP.questions.E.min",
        "min 6000 is greater than max 5000; exchange them",
    ),
    ("        min: 0", "        min: 0.5", 24, "forms.OP.questions.E.min", "0.5 is no whole number"),
    ("        max: 5000", "        max: .inf", 25, "forms.OP.questions.E.max", "this is no number"),
    ("        max: 5000", "        max: inf", 25, "forms.OP.questions.E.max", "this is no number"),
    ("code: B, type: time", "code: B, type: time, max: 4", 21, "forms.OP.questions.B.max", "only a number has a range"),
    (
        "code: B, type: time",
        "code: B, type: choice",
        21,
        "forms.OP.questions.B.options",
        "a choice needs two options at least",
    ),
    (
        "code: B, type: time",
        "code: B, type: choice, options: {1: one}",
        21,
        "forms.OP.questions.B.options",
        "two options",
    ),
    (
        "code: B, type: time",
        "code: B, type: time, options: {1: a, 2: b}",
        21,
        "forms.OP.questions.B.options",
        "only choice and choices",
    ),
    (
        OPTIONS,
        "options: {1: media, 2: police, x: other}",
        41,
        "forms.TU.questions.F.options.x",
        "this is no whole number",
    ),
    (
        OPTIONS,
        "options: {1: media, 2: police, 02: other}",
        41,
        "forms.TU.questions.F.options",
        "an option stands twice",
    ),
    (
        OPTIONS,
        "options: {1: media, 2: police, 1000: x}",
        41,
        "forms.TU.questions.F.options",
        "option 1000 cannot be typed",
    ),
    (
        "critical_if: 2",
        "critical_if: 3",
        42,
        "forms.TU.questions.F.critical_if",
        "3 is none of the options; use one of 1, 2",
    ),
    (
        "critical_if: false",
        "critical_if: 2",
        19,
        "forms.OP.questions.A.critical_if",
        "'2' is no answer of this type; write true or false",
    ),
    (
        "code: B, type: time",
        "code: B, type: time, critical_if: 9",
        21,
        "forms.OP.questions.B.critical_if",
        "delete the key",
    ),
    (
        "tolerance: 5%",
        "tolerance: five",
        37,
        "forms.TU.questions.A.tolerance",
        "'five' is no tolerance; write a count (5) or a share (5%)",
    ),
    ("tolerance: 5%", "tolerance: 500%", 37, "forms.TU.questions.A.tolerance", "is no tolerance"),
    (
        "code: B, type: time",
        "code: B, type: time, tolerance: 5",
        21,
        "forms.OP.questions.B.tolerance",
        "only a number has a tolerance",
    ),
    (
        "        type: integer\n        role: voted\n        tolerance: 5%",
        "        type: time\n        role: voted",
        36,
        "forms.TU.questions.A.role",
        "a role belongs to an integer",
    ),
    ("role: voted", "role: voters", 36, "forms.TU.questions.A.role", "'voters' is not possible here"),
    (
        "code: B, type: time",
        "code: B, type: integer, role: registered",
        26,
        "forms.OP.questions.E.role",
        "the role registered is taken in line 21",
    ),
    (
        "role: voted",
        "role: voted\n        candidate: first",
        37,
        "forms.TU.questions.A.candidate",
        "only votes are a candidate's",
    ),
    (
        "candidate: second",
        "candidate: first",
        53,
        "forms.CL.questions.G.candidate",
        "the candidate 'first' is taken in line 52",
    ),
    (
        "candidate: second",
        "candidate: turnout",
        53,
        "forms.CL.questions.G.candidate",
        "is the name of another estimate",
    ),
    ("        role: voted\n", "        role: votes\n", 48, "forms.CL", "form TU asks for votes already"),
    # checks
    ('"A <= OP.E"', '"A <= OP.Z"', 45, "forms.TU.checks.1.rule", "OP has no question Z: use one of A, B, E"),
    ('"A <= OP.E"', '"A <= XX.E"', 45, "forms.TU.checks.1.rule", "there is no form XX: use one of OP, TU, CL"),
    ('"A <= OP.E"', '"A <= (OP.E"', 45, "forms.TU.checks.1.rule", "column 11:"),
    ('"A <= OP.E"', '"A <= OP.A"', 45, "forms.TU.checks.1.rule", "cannot stand between a number and yes or no"),
    # incidents
    (
        '    1: {en: "Not',
        '    01: {en: "Not',
        59,
        "incidents.categories.01",
        "number the categories from 1 to 99, without leading zeros",
    ),
    ('    1: {en: "Not', '    X: {en: "Not', 59, "incidents.categories.X", "'X' is no category"),
    ("  code: IN", "  code: ИН", 55, "incidents.code", "type it with Latin letters"),
    # quick count
    ("North: 20", "North: 1", 63, "quick_count.population.North", "2 stations of 'North' are observed, but it has 1"),
    (
        "North: 20",
        "Noth: 20",
        63,
        "quick_count.population.Noth",
        "no station is in the region 'Noth'; did you mean \"North\"?",
    ),
    (", South: 30", "", 63, "quick_count.population", "the region 'South' is missing; write how many stations it has"),
    ("strata: region", "strata: city", 62, "quick_count.strata", "'city' is not possible here"),
    # rosters' names
    (
        "stations: stations.csv",
        "stations: station.csv",
        8,
        "stations",
        "there is no file 'station.csv' beside the YAML",
    ),
]
CASES = [(MAIN, *case) for case in IN_YAML]


@pytest.mark.parametrize("case", CASES, ids=lambda case: case[2][:40])
def test_the_mistake_is_named_where_it_is(changed, case):
    assert_named(changed, case)
