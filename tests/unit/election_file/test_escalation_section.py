"""How long an incident may wait, and whose turn it is: as the file says it, and what is refused."""

import datetime as dt

import pytest

from chalicelib.observation.election_file import inspect_election


def with_section(files: dict[str, str], section: str):
    return inspect_election(
        files | {"election.yaml": files["election.yaml"].replace("\nincidents:", f"\n{section}\nincidents:")},
        "election.yaml",
    )


def test_what_a_file_leaves_out_is_as_usual(files):
    within = with_section(files, "escalation:\n  acknowledge_within: {critical: 3m}").election.escalation
    assert within.acknowledge_within.of("critical") == dt.timedelta(minutes=3)
    assert within.acknowledge_within.of("high") == dt.timedelta(minutes=15)
    assert with_section(files, "").election.escalation.acknowledge_within.of("critical") == dt.timedelta(minutes=5)


@pytest.mark.parametrize(
    ("section", "field", "message"),
    [
        ("escalation: soon", "escalation", "this must be a list of `key: value`"),
        ("escalation: {within: {}}", "escalation.within", 'no such key; did you mean "acknowledge_within"?'),
        (
            "escalation: {acknowledge_within: {sever: 5m}}",
            "escalation.acknowledge_within.sever",
            "no such key; use one of critical, high, low, medium",
        ),
        (
            "escalation: {acknowledge_within: {high: 5}}",
            "escalation.acknowledge_within.high",
            "'5' is no duration; write 30m, 1h or 1h30m",
        ),
        ("escalation: {acknowledge_within: {high: 0m}}", "escalation.acknowledge_within.high", "from 1m to 24h"),
        ("escalation: {acknowledge_within: {high: 25h}}", "escalation.acknowledge_within.high", "from 1m to 24h"),
        ("escalation: {acknowledge_within: 5m}", "escalation.acknowledge_within", "this must be a list"),
    ],
)
def test_a_mistake_is_named_with_its_place(files, section, field, message):
    (problem,) = with_section(files, section).problems
    assert problem.field == field
    assert message in problem.message


def roster(files: dict[str, str], cells: str):
    table = f"name,email,phone,language,regions,alerts,sms_from,level\nA,a@example.org,+996555200001,ru,North,{cells}\n"
    return inspect_election(files | {"coordinators.csv": table}, "election.yaml")


def test_a_coordinator_has_a_level_and_a_severity_from_which_sms_come(files):
    (coordinator,) = roster(files, "email+sms,High,2").election.coordinators
    assert (coordinator.sms_from, coordinator.level, coordinator.told_in) == ("high", 2, 2)
    assert [coordinator.wants_sms(severity) for severity in ("low", "medium", "high", "critical")] == [
        False,
        False,
        True,
        True,
    ]
    (usual,) = roster(files, "sms,,").election.coordinators
    assert (usual.sms_from, usual.level, usual.told_in) == ("low", None, 1)


@pytest.mark.parametrize(
    ("cells", "field", "message"),
    [
        ("sms,sever,1", "sms_from", "'sever' is no severity; use one of critical, high, low, medium, or leave"),
        ("sms,hihg,1", "sms_from", 'did you mean "high"?'),
        ("sms,,0", "level", "'0' is no level; write 1 for who is told at once"),
        ("sms,,first", "level", "'first' is no level"),
    ],
)
def test_a_mistake_in_the_roster_is_named(files, cells, field, message):
    (problem,) = roster(files, cells).problems
    assert (problem.file, problem.line, problem.field) == ("coordinators.csv", 2, field)
    assert message in problem.message
