"""What a person may write without being refused, and that nothing but a list of problems ever comes of the rest."""

import datetime as dt

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from chalicelib.observation.election_file import ElectionInvalid, inspect_election, read_election, roster_files
from chalicelib.observation.elections.election import Election
from chalicelib.observation.incidents.lifecycle import TOLD_TOGETHER_AT_MOST
from chalicelib.store.outcome import MOST_WRITES

OPTIONS = 'options: {1: {en: "media", ru: "СМИ"}, 2: {en: "police", ru: "милиция"}}'


def test_every_mistake_is_said_at_once(files):
    broken = files | {
        "election.yaml": files["election.yaml"]
        .replace("timezone: Asia/Bishkek", "timezone: Asia/Bishkok")
        .replace("  - code: OP", "  - code: op")
        .replace("        max: 5000", "        max: many")
        .replace("aliases: [TURNOUT, ЯВКА]", "aliases: [TURNOUT, ОТКРЫТИЕ]")
        .replace("    grace: 30m", "    grase: 30m")
        .replace("tolerance: 5%", "tolerance: five")
        .replace('"A <= OP.E"', '"A <="')
        .replace("severity: high", "severity: severe")
        .replace("South: 30", "Suoth: 30"),
        "stations.csv": files["stations.csv"].replace("1002,", "102,"),
        "observers.csv": files["observers.csv"].replace("0002,", "0001,").replace("+996555100003", "1"),
        "coordinators.csv": files["coordinators.csv"].replace("both@", "both"),
    }
    with pytest.raises(ElectionInvalid) as caught:
        read_election(broken, "election.yaml")
    places = [(problem.file, problem.line, problem.field) for problem in caught.value.problems]
    assert places == [
        ("election.yaml", 4, "timezone"),
        ("election.yaml", 12, "forms.op.code"),
        ("election.yaml", 25, "forms.OP.questions.E.max".replace("OP", "op")),
        ("election.yaml", 30, "forms.TU.aliases.2"),
        ("election.yaml", 32, "forms.TU.grase"),
        ("election.yaml", 37, "forms.TU.questions.A.tolerance"),
        ("election.yaml", 45, "forms.TU.checks.1.rule"),
        ("election.yaml", 59, "incidents.categories.1.severity"),
        ("election.yaml", 63, "quick_count.population"),
        ("election.yaml", 63, "quick_count.population.Suoth"),
        ("stations.csv", 3, "station"),
        ("observers.csv", 3, "observer"),
        ("observers.csv", 4, "phone"),
        ("observers.csv", 4, "station"),
        ("coordinators.csv", 2, "email"),
    ]
    assert str(caught.value).splitlines() == [str(problem) for problem in caught.value.problems]


def test_a_problem_reads_as_one_line(changed):
    (problem,) = changed("election.yaml", "Asia/Bishkek", "Asia/Bishkok").problems
    assert str(problem) == ("election.yaml:4: timezone: 'Asia/Bishkok' is no time zone; did you mean \"Asia/Bishkek\"?")


@pytest.mark.parametrize(
    ("old", "new", "read"),
    [
        ('["10:00", "12:00"]', "[10:00, 12:00]", lambda e: e.forms[1].round_names == ("10:00", "12:00")),
        ('{from: "07:00", by: "08:30"}', "{from: 7:00, by: 08:30}", lambda e: str(e.forms[0].due.from_) == "07:00"),
        ("critical_if: false", "critical_if: no", lambda e: e.forms[0].questions[0].critical_if is False),
        ("critical_if: false", "critical_if: Yes", lambda e: e.forms[0].questions[0].critical_if is True),
        (OPTIONS, "options: {1: yes, 2: off}", lambda e: options(e) == {1: "yes", 2: "off"}),
        (OPTIONS, 'options: {1: {en: "a", ru: "b"}, 2: "c"}', lambda e: options(e)[1] == {"en": "a", "ru": "b"}),
        ("2031-10-15", '"2031-10-15"', lambda e: e.date == dt.date(2031, 10, 15)),
        ("id: small", "id: 0042", lambda e: e.id == "0042"),
        ("  - code: CL", "  - code: ON", lambda e: e.forms[2].code == "ON"),
        ("grace: 30m", "grace: 1h30m", lambda e: e.forms[1].grace == dt.timedelta(minutes=90)),
        ("role: registered", "role: null", lambda e: e.forms[0].questions[2].role is None),
        ("role: registered", "role:", lambda e: e.forms[0].questions[2].role is None),
        ("id: small", "\ufeffid: small", lambda e: e.id == "small"),
        ("tolerance: 5%", "tolerance: 5", lambda e: e.forms[1].questions[0].tolerance == "5"),
    ],
)  # fmt: skip
def test_yaml_is_read_as_it_was_written(changed, old, new, read):
    inspection = changed("election.yaml", old, new)
    assert inspection.problems == ()
    assert read(inspection.election)


def options(election):
    return election.forms[1].questions[1].options


def test_norwegian_is_a_language(files):
    norwegian = files["election.yaml"].replace("en: ", "no: ").replace("[ru, en]", "[ru, no]")
    tables = {name: text.replace(",en,", ",no,") for name, text in files.items() if name != "election.yaml"}
    inspection = inspect_election({"election.yaml": norwegian, **tables}, "election.yaml")
    assert inspection.problems == ()
    assert inspection.election.name["no"] == "Small election"


@pytest.mark.parametrize(
    "change",
    [
        lambda text: text.replace(";", "|").replace(",", ";").replace("|", ","),
        lambda text: text.replace(",", "\t"),
        lambda text: text.replace("\n", "\r\n"),
        lambda text: "\ufeff" + text,
        lambda text: text.replace("\n", "\n\n,,,,\n").rstrip(",\n"),
        lambda text: text.replace("station", "Station "),
    ],
    ids=["semicolons", "tabs", "windows", "mark", "empty rows", "capitals"],
)
def test_a_spreadsheet_may_save_stations_its_way(files, change):
    inspection = inspect_election(files | {"stations.csv": change(files["stations.csv"])}, "election.yaml")
    assert inspection.problems == ()
    assert [station.number for station in inspection.election.stations] == ["1001", "1002", "2001"]
    assert inspection.election.stations[2].registered == 1200


def test_phones_are_kept_in_international_form(changed):
    phones = [observer.phones for observer in changed().election.observers]
    assert phones[1] == ("+996555100002", "+996700100002")
    assert phones[3] == ("+996555100004",)


def test_two_observers_of_a_station_may_share_a_phone(changed):
    election = changed("observers.csv", "+996555100002;", "+996555100001;").election
    assert [observer.number for observer in election.observers_by_phone["+996555100001"]] == ["0001", "0002"]


def test_lines_are_counted_through_quoted_line_breaks(changed):
    inspection = changed("stations.csv", "School 1,900\n1002", '"School\n1",900\n102')
    assert [(problem.line, problem.field) for problem in inspection.problems[:1]] == [(4, "station")]


@pytest.mark.parametrize(
    ("file", "old", "new", "line", "field", "message"),
    [
        ("election.yaml", ', ru: "Открытие"}', "}", 13, "forms.OP.title", "no text in ru; another language's"),
        ("election.yaml", '{en: "Opened at", ru: "Открытие в"}', "{}", 21, "forms.OP.questions.B.label", "ru, en"),
        ("election.yaml", "  strata: region\n  population: {North: 20, South: 30}\n", "", None, "", ""),
        ("election.yaml", OPTIONS, "options: {1: a, 2: b}", 41, "forms.TU.questions.F.options", "one language only"),
        ("election.yaml", "[TURNOUT, ЯВКА]", "[TURNOUT, TU]", 30, "forms.TU.aliases.2", "is the form's code already"),
        ("stations.csv", "2001,South", "1003,North,,,\n2001,South", 8, "stations", "no observer is at 1003"),
        ("coordinators.csv", "Headquarters,hq@example.org,,en,*,email\n", "", None, "", ""),
        ("coordinators.csv", "ru,North; South", "ru,North", None, "", ""),
        ("stations.csv", "name,registered", "name,notes", 1, "notes", "no such column; it is not read"),
        ("observers.csv", "+996555100003", "+996155100003", 4, "phone", "is in no numbering plan known here"),
    ],
)  # fmt: skip
def test_what_is_doubtful_is_only_a_warning(changed, file, old, new, line, field, message):
    inspection = changed(file, old, new)
    assert inspection.election is not None
    found = [(warning.line, warning.field) for warning in inspection.warnings]
    assert found == ([] if line is None else [(line, field)])
    assert all(message in warning.message for warning in inspection.warnings)


def test_a_region_without_a_coordinator_is_a_warning(files):
    alone = (
        files["coordinators.csv"]
        .replace("North; South", "North")
        .replace("Headquarters,hq@example.org,,en,*,email\n", "")
    )
    (warning,) = inspect_election(files | {"coordinators.csv": alone}, "election.yaml").warnings
    assert str(warning).startswith("election.yaml:10: coordinators: nobody is told of incidents in South;")


@pytest.mark.parametrize(("people", "is_valid"), [(38, True), (39, False)])
def test_more_coordinators_than_can_be_told_together_are_a_mistake(files, people, is_valid):
    more = "".join(f"N{number},n{number}@example.org,,en,South,email\n" for number in range(people))
    inspection = inspect_election(files | {"coordinators.csv": files["coordinators.csv"] + more}, "election.yaml")
    assert [str(problem).partition(";")[0] for problem in inspection.problems] == (
        []
        if is_valid
        else ["election.yaml:10: coordinators: 41 coordinators are told of an incident in South at the same time"]
    )


def test_an_incident_of_as_many_as_can_be_told_fits_one_transaction():
    beside = 20  # incident, number, watch, message, reply, twin, tallies, digest, a few reports
    assert 2 * TOLD_TOGETHER_AT_MOST + beside <= MOST_WRITES


def test_stations_that_no_sms_can_name_are_a_warning(files):
    lettered = {
        "election.yaml": files["election.yaml"].replace(r"'\d{4}'", r"'[A-Z]?\d{4}'"),
        "stations.csv": files["stations.csv"].replace("1001", "N1001"),
        "observers.csv": files["observers.csv"].replace("1001\n", "N1001\n"),
    }
    inspection = inspect_election(files | lettered, "election.yaml")
    assert inspection.problems == ()
    assert [str(warning).partition(";")[0] for warning in inspection.warnings] == [
        "election.yaml:8: stations: N1001 cannot be written in an SMS"
    ]


def test_the_tables_that_a_yaml_names(files):
    assert roster_files(files["election.yaml"]) == ("stations.csv", "observers.csv", "coordinators.csv")
    assert roster_files("[") == ()


PIECES = [
    "\t",
    "\n",
    " ",
    "-",
    ": ",
    "[",
    "]",
    "{",
    "}",
    '"',
    "'",
    "&a ",
    "*a",
    "!x ",
    "<<: ",
    "\x00",
    "\ud800",
    "#",
    "~",
]
PIECES += [
    ",",
    ";",
    "|\n",
    "%",
    "0",
    "9" * 30,
    "А",
    "🗳",
    "1e999",
    "nan",
    "null",
    "- - -",
    "?",
    "\\",
    "(",
    "+",
    "\ufeff",
    "\x85",
]


@st.composite
def mutations(draw: st.DrawFn, texts: dict[str, str]) -> dict[str, str]:
    mutated = dict(texts)
    for _ in range(draw(st.integers(1, 4))):
        name = draw(st.sampled_from(sorted(mutated)))
        text = mutated[name]
        start = draw(st.integers(0, len(text)))
        end = min(len(text), start + draw(st.integers(0, 25)))
        inserted = draw(st.sampled_from(PIECES) | st.text(max_size=8) | st.just(text[end : end + 40]))
        mutated[name] = text[:start] + inserted + text[end:]
    return mutated


@settings(max_examples=120)
@given(draw=st.data())
def test_any_text_is_an_election_or_a_list_of_problems(files, draw):
    mutated = draw.draw(mutations(files))
    inspection = inspect_election(mutated, "election.yaml")
    election = inspection.election
    assert (election is None) == bool(inspection.problems)
    assert all(problem.line >= 1 and problem.message for problem in inspection.problems + inspection.warnings)
    if election is not None:
        assert Election.model_validate_json(election.model_dump_json(by_alias=True)) == election


@settings(max_examples=100)
@given(text=st.text(alphabet="ab:-[]{}&*!|>'\"%@`#,? \n\t0~\x00é"))
def test_any_yaml_is_refused_with_problems(text):
    with pytest.raises(ElectionInvalid) as caught:
        read_election({"election.yaml": text}, "election.yaml")
    assert caught.value.problems


@pytest.mark.parametrize(
    "text", ["[" * 1200, "{a: " * 1200, "- " * 1200, "a: &a [*a]", "", "{}", "{[]: 1}", "42", "--- a\n--- b"]
)
def test_hostile_yaml_is_refused_with_problems(text):
    with pytest.raises(ElectionInvalid) as caught:
        read_election({"election.yaml": text}, "election.yaml")
    assert caught.value.problems
