"""The table of accounts: read with the election, and every mistake at its line."""

import pytest

from chalicelib.observation.election_file import inspect_accounts, inspect_election
from chalicelib.observation.elections.accounts import DeclaredAccount

HEADER = "name,address,role,regions,organisation,language\n"


@pytest.fixture
def texts(files):
    members = "\norganisations:\n  KDK: {name: {en: Coalition}}\naccounts: accounts.csv\n"
    return files | {"election.yaml": files["election.yaml"] + members}


def test_accounts_come_with_the_election(texts):
    rows = "Aida,Aida@Example.org,operator,North;South,KDK,ru\nBolot,0555 100 001,headquarters,*,,\n"
    inspection = inspect_election(texts | {"accounts.csv": HEADER + rows}, "election.yaml")
    assert inspection.problems == ()
    assert inspection.accounts == (
        DeclaredAccount(
            name="Aida",
            address="aida@example.org",
            role="operator",
            regions=("North", "South"),
            organisation="KDK",
            language="ru",
        ),
        DeclaredAccount(name="Bolot", address="+996555100001", role="headquarters"),
    )


@pytest.mark.parametrize(
    ("row", "column"),
    [
        ("Aida,aida,operator,,,", "address"),
        ("Aida,12,operator,,,", "address"),
        ("Aida,a@example.org,boss,,,", "role"),
        ("Aida,a@example.org,wall,,,", "role"),
        ("Aida,a@example.org,operator,Atlantis,,", "regions"),
        ("Aida,a@example.org,operator,,ABC,", "organisation"),
        ("Aida,a@example.org,operator,,,de", "language"),
        (",a@example.org,operator,,,", "name"),
        ("Aida,a@example.org,operator,,,\nBolot,A@example.org,viewer,,,", "address"),
    ],
)
def test_a_mistake_is_named_by_its_column(texts, row, column):
    inspection = inspect_election(texts | {"accounts.csv": HEADER + row}, "election.yaml")
    assert {(problem.file, problem.field) for problem in inspection.problems} == {("accounts.csv", column)}
    assert inspection.election is None


def test_a_table_is_read_by_itself_for_an_election_that_is_loaded(texts):
    election = inspect_election(texts | {"accounts.csv": HEADER}, "election.yaml").election
    accounts, findings = inspect_accounts("a.csv", HEADER + "Aida,a@example.org,viewer,,KDK,", election)
    assert (accounts[0].organisation, findings.problems) == ("KDK", [])
