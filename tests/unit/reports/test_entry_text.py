"""What a person types into fields is the text of an SMS that is read as just that."""

import pytest
from hypothesis import given
from hypothesis import strategies as st
from sample_election import sample

from chalicelib.observation.elections.election import Election, Form, Question
from chalicelib.observation.reading.reading import read
from chalicelib.observation.reports.entry_fields import EntryFields, FieldsRefused
from chalicelib.observation.reports.entry_text import entry_text

ELECTION = sample()


@pytest.fixture
def election() -> Election:
    return ELECTION


def faults(election: Election, fields: EntryFields) -> dict[str, str]:
    with pytest.raises(FieldsRefused) as refused:
        entry_text(election, fields)
    return {fault.at: fault.what for fault in refused.value.faults}


@pytest.mark.parametrize(
    ("fields", "text"),
    [
        (EntryFields("OP", "1001", None, {"E": "1 234", "A": "да", "B": "7:30", "D": " "}), "OP 1001 A1 B0730 E1234"),
        (EntryFields("TU", "1001", "12:00", {"A": "300"}), "TU 1001 12:00 A300"),
        (EntryFields("TU", None, "12:00", {"A": "300"}, "so said Aida"), "TU 12:00 A300 # so said Aida"),
        (EntryFields("VO", "1001", "-", {"F": "3,1", "C": "2"}), "VO 1001 C2 F13"),
        (EntryFields("IN", "1001", None, {"category": "3"}, "not let\nin"), "IN 1001 03 not let in"),
    ],
)
def test_fields_are_written_as_the_grammar_reads_them(election: Election, fields: EntryFields, text: str) -> None:
    assert entry_text(election, fields) == text
    (report,) = read(text, election).reports
    assert report.form == fields.form
    assert report.station == fields.station
    assert not report.rejected
    assert report.round == (None if fields.round == "-" else fields.round)


def test_each_field_that_no_sms_could_say_is_named(election: Election) -> None:
    typed = {"A": "5", "C": "5 D1", "E": "x", "Z": "1", "B": "07:30"}
    assert faults(election, EntryFields("OP", "77", None, typed)) == {
        "/station": "there is no station 77",
        "/answers/A": "out of range",
        "/answers/C": "wrong type",
        "/answers/E": "wrong type",
        "/answers/Z": "form OP has no question Z; it has A, B, C, D, E",
    }
    assert list(faults(election, EntryFields("TU", None, "13:00", {"A": "1"}))) == ["/round"]
    assert list(faults(election, EntryFields("XX", None, None, {"A": "1"}))) == ["/form"]
    assert list(faults(election, EntryFields("OP", None, None, {"A": ""}))) == ["/answers"]
    assert list(faults(election, EntryFields("IN", None, None, {"category": "99"}))) == ["/answers/category"]
    assert list(faults(election, EntryFields("OP", None, None, {"A": "1" * 301}))) == ["/answers/A"]


@pytest.mark.parametrize("typed", ["1 # D2", "1\nIN 3 beaten", "1; D2", "1 D2 E5", "@7 1", "test 1"])
def test_a_field_never_says_more_than_its_own_answer(election: Election, typed: str) -> None:
    try:
        text = entry_text(election, EntryFields("OP", "1001", None, {"A": typed}))
    except FieldsRefused:
        return
    assert text == "OP 1001 A1"


def typed_by(question: Question) -> st.SearchStrategy[str]:
    """What people type for a question, in the ways that they type it."""
    match question.type:
        case "yesno":
            return st.sampled_from(["1", "2", "да", "нет", "ооба", "жок", "yes", "no", " 1 "])
        case "time":
            return st.builds(
                "{:{width}}{}{:02}".format,
                st.integers(0, 23),
                st.sampled_from([":", ".", ""]),
                st.integers(0, 59),
                width=st.just("02"),
            )
        case "choice":
            return st.sampled_from([str(number) for number in question.options])
        case "choices":
            return st.lists(st.sampled_from(sorted(question.options)), min_size=1, unique=True).map(
                lambda several: ",".join(map(str, several))
            )
        case _:
            return st.integers(int(question.min or 0), int(question.max or 5000)).map(str)


def entries(form: Form) -> st.SearchStrategy[EntryFields]:
    answers = st.fixed_dictionaries({}, optional={question.code: typed_by(question) for question in form.questions})
    place = st.sampled_from([None, *form.round_names]) if form.rounds else st.none()
    return st.builds(EntryFields, st.just(form.code), st.just("1001"), place, answers.filter(bool))


@given(st.one_of([entries(form) for form in ELECTION.forms]))
def test_m5_what_is_typed_into_fields_gives_the_report_that_it_gives_as_an_sms(fields: EntryFields) -> None:
    typed = [f"{code}={value}" for code, value in fields.answers.items()]
    text = " ".join([fields.form, "1001", *filter(None, [fields.round]), *typed])
    [by_entry], [by_sms] = read(entry_text(ELECTION, fields), ELECTION).reports, read(text, ELECTION).reports
    assert not by_sms.rejected
    assert (by_entry.form, by_entry.station, by_entry.round) == (by_sms.form, by_sms.station, by_sms.round)
    assert dict(by_entry.answers) == dict(by_sms.answers)
