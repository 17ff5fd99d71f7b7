"""A form that is sent many times: what its part of the election file has to say, and what its card tells."""

import pytest

from chalicelib.cli.cards import page
from chalicelib.observation.election_file import inspect_election
from chalicelib.observation.form_design.cards import cards

VISIT = """  - code: VI
    title: {en: "Visit", ru: "Визит"}
    expect: many
    serial: N
    due: {by: "20:00"}
    questions:
      - {code: N, type: integer, min: 1, max: 999, label: {en: "Number", ru: "Номер"}}
      - {code: A, type: yesno, label: {en: "Let in?", ru: "Пустили?"}}
"""
FORMS = "forms:\n"


def with_visit(changed, *replaced):
    visit = VISIT
    for old, new in replaced:
        assert visit.count(old) == 1, old
        visit = visit.replace(old, new)
    return changed("election.yaml", FORMS, FORMS + visit)


def test_a_form_that_is_sent_many_times_is_read(changed):
    inspection = with_visit(changed)
    assert inspection.problems == ()
    form = inspection.election.form_by_code["VI"]
    assert (form.expect, form.serial, form.is_owed) == ("many", "N", False)


@pytest.mark.parametrize(
    ("old", "new", "field", "message"),
    [
        ("serial: N", "serial: X", "forms.VI.serial", "'X' is none of the form's questions; use one of N, A"),
        ("serial: N", "serial: A", "forms.VI.serial", "A cannot tell reports apart"),
        ("max: 999", "max: 999, unknown: 9999", "forms.VI.serial", "N cannot tell reports apart"),
        ("expect: many", "expect: observer", "forms.VI.serial", "only a form with expect: many has a serial"),
        ('due: {by: "20:00"}', 'rounds: ["10:00"]', "forms.VI.rounds", "has no rounds"),
        ("max: 999", "max: 999, role: voted", "forms.VI.questions.N.role", "VI is sent many times"),
        ("max: 999", "max: 999, tolerance: 5", "forms.VI.questions.N.tolerance", "answers of VI are compared"),
    ],
)
def test_what_a_form_that_is_sent_many_times_cannot_have(changed, old, new, field, message):
    (problem,) = with_visit(changed, (old, new)).problems
    assert problem.field == field
    assert message in problem.message


@pytest.mark.parametrize(
    ("rule", "message"),
    [
        ("N <= OP.E", "VI is sent many times: compare its own answers only"),
        ("N >= previous(N)", "VI has no rounds"),
    ],
)
def test_its_checks_look_at_its_own_answers(changed, rule, message):
    check = f'    checks: [{{rule: "{rule}", message: {{en: "x", ru: "x"}}}}]\n'
    (problem,) = changed("election.yaml", FORMS, FORMS + VISIT + check).problems
    assert message in problem.message


def test_no_other_form_s_check_looks_at_one_of_many(files):
    texts = {**files, "election.yaml": files["election.yaml"].replace(FORMS, FORMS + VISIT)}
    texts["election.yaml"] = texts["election.yaml"].replace('"A <= OP.E"', '"A <= VI.N"')
    (problem,) = inspect_election(texts, "election.yaml").problems
    assert "VI is sent many times, so it has no one answer" in problem.message


def test_without_a_serial_it_is_warned_that_nothing_can_be_corrected(changed):
    inspection = with_visit(changed, ("    serial: N\n", ""))
    assert inspection.problems == ()
    (warning,) = [warning for warning in inspection.warnings if warning.field.startswith("forms.VI")]
    assert "nothing tells the reports on VI of one observer apart" in warning.message


@pytest.mark.parametrize(
    ("replaced", "advice"),
    [((), "Number your reports with N"), ((("    serial: N\n", ""),), "Each SMS is a report of its own")],
)
def test_its_card_says_to_send_it_each_time(changed, replaced, advice):
    election = with_visit(changed, *replaced).election
    card = next(card for card in cards(election, "en") if card.code == "VI")
    printed = page(election, "en", [card])
    assert "Send one each time, until 20:00" in printed
    assert advice in printed
    assert card.example.answers["N"] == (1 if election.form_by_code["VI"].serial else 12)
