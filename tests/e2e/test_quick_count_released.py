"""The quick count on the deployed stack: it equals the command's, and nobody sees it before headquarters release it."""

import csv
import io
import json
import math
from pathlib import Path

import pytest
from deployed import Answered, Deployed, call, eventually

from chalicelib.observation.election_file import read_election
from chalicelib.observation.elections.election import Election

NUMBER = "+996312000019"
ELECTION = "quick-count"
STATIONS_A_REGION = 2
IN_BISHKEK = "1001"
CODES = ("C", "D", "E", "F", "G")
PATH = f"/elections/{ELECTION}/quick-count"


@pytest.fixture(scope="module")
def results(deployed: Deployed) -> dict[str, dict[str, int]]:
    """What some stations of every region report after closing, by SMS."""
    file = deployed.load_small(ELECTION, NUMBER, "--clock", "2017-10-15T21:00:00+06:00")
    election = read_election({part.name: part.read_text("utf-8") for part in file.parent.iterdir()}, file.name)
    counts = {station: counted(place) for place, station in enumerate(sample(election))}
    for station, answers in counts.items():
        codes = " ".join(f"{code}{value}" for code, value in answers.items())
        lead = election.observers_by_station[station][0].phones[0]
        assert deployed.sms(f"CL A2010 B1 {codes}", lead, NUMBER).status == 200
    return counts


@pytest.fixture(scope="module")
def headquarters(deployed: Deployed, results: dict[str, dict[str, int]]) -> str:
    """Headquarters' token, once all that was sent has come in."""
    token = deployed.operator(ELECTION, role="headquarters")
    # As of the last minute: chase keeps it.
    eventually(lambda: deployed.get(PATH, token).json()["quick_count"]["stations"] == len(results), 300)
    return token


@pytest.fixture(scope="module")
def others(deployed: Deployed, results: dict[str, dict[str, int]]) -> tuple[str, ...]:
    """Tokens of everybody else who has one."""
    return (
        deployed.operator(ELECTION),
        deployed.operator(ELECTION, role="viewer"),
        deployed.operator(ELECTION, "--region", "Bishkek", role="headquarters"),
    )


def sample(election: Election) -> list[str]:
    return [
        station.number
        for region in election.regions
        for station in [station for station in election.stations if station.region == region][:STATIONS_A_REGION]
    ]


def counted(place: int) -> dict[str, int]:
    invalid, first, second, third = place % 5, 300 + 17 * place, 250 + 31 * (place % 7), 90 + 13 * (place % 4)
    return dict(zip(CODES, (invalid + first + second + third, invalid, first, second, third), strict=True))


def post(deployed: Deployed, step: str, token: str, version: int, note: str = "the board agreed") -> Answered:
    headers = {"Authorization": f"Bearer {token}", "Content-Type": "application/json", "If-Match": f'"{version}"'}
    return call(f"{deployed.stack.api_url}{PATH}/{step}", json.dumps({"note": note}).encode(), headers)


def sums(deployed: Deployed, token: str) -> set[str]:
    """The closing form's questions of which the summary tells sums."""
    region = deployed.get(f"/elections/{ELECTION}/summary", token).json()["regions"]["Bishkek"]
    return set(region["forms"]["CL"]["-"]["answers"])


def answered_at(deployed: Deployed, token: str) -> set[str]:
    """The closing form's questions whose answers the list of a region's stations tells of one."""
    stations = deployed.get(f"/elections/{ELECTION}/regions/Bishkek/stations", token).json()["stations"]
    [found] = [station for station in stations if station["station"] == IN_BISHKEK]
    return set(found["forms"]["CL"]["-"]["answers"])


def test_q3_it_equals_the_commands_to_eight_digits(
    deployed: Deployed, headquarters: str, results: dict[str, dict[str, int]], tmp_path: Path
) -> None:
    written = io.StringIO()
    table = csv.DictWriter(written, ("station", *CODES))
    table.writeheader()
    table.writerows({"station": station} | answers for station, answers in results.items())
    path = tmp_path / "results.csv"
    path.write_text(written.getvalue())
    file = deployed.folder / ELECTION / "election.yaml"
    by_command = json.loads(deployed.baykoo("quickcount", "--election", str(file), "--results", str(path)))
    by_api = deployed.get(PATH, headquarters).json()
    live = by_api["quick_count"]
    assert (by_api["version"], by_api["released"]) == (0, False)
    assert live | {"estimates": 0} == by_command | {"estimates": 0}
    assert live["estimates"].keys() == by_command["estimates"].keys() == {"turnout", "invalid", *candidates()}
    for name, estimate in by_command["estimates"].items():
        for figure, value in estimate.items():
            assert math.isclose(live["estimates"][name][figure], value, rel_tol=1e-8), (name, figure)
    assert list(by_api["turnout"]["TU"]) == ["10:00", "12:00", "14:00", "16:00", "18:00", "20:00"]


def candidates() -> set[str]:
    return {f"candidate-{place}" for place in (1, 2, 3)}


def test_nobody_else_sees_it_before_its_release_nor_after_it_was_withdrawn(
    deployed: Deployed, headquarters: str, others: tuple[str, ...]
) -> None:
    operator, viewer, _ = others
    everything = {"A", "B", *CODES}

    def nothing_leaks() -> None:
        for token in others:
            answered = deployed.get(PATH, token)
            assert (answered.status, answered.content_type) == (404, "application/problem+json")
            assert not {"quick", "count", "release"} & set(answered.body.decode().lower().split())
            assert sums(deployed, token) == {"A", "B"}
        assert sums(deployed, headquarters) == everything
        assert answered_at(deployed, viewer) == {"A", "B"}
        assert answered_at(deployed, operator) == everything

    nothing_leaks()
    assert [post(deployed, "release", token, 0).status for token in others] == [403] * 3
    released = post(deployed, "release", headquarters, 0)
    assert released.status == 200, released.body
    assert [deployed.get(PATH, token).json() for token in others] == [released.json()] * 3
    assert released.json()["released"]
    assert [sums(deployed, token) for token in others] == [everything] * 3
    assert answered_at(deployed, viewer) == everything
    assert post(deployed, "withdraw", headquarters, 0).status == 412
    withdrawn = post(deployed, "withdraw", headquarters, 1)
    assert (withdrawn.status, withdrawn.json()["released"], withdrawn.json()["version"]) == (200, False, 2)
    nothing_leaks()


def test_a_change_names_its_version_and_its_reason(deployed: Deployed, headquarters: str) -> None:
    version = deployed.get(PATH, headquarters).json()["version"]
    assert post(deployed, "release", headquarters, version, note="").status == 400
    assert post(deployed, "publish", headquarters, version).status == 404
    headers = {"Authorization": f"Bearer {headquarters}", "Content-Type": "application/json"}
    assert call(f"{deployed.stack.api_url}{PATH}/release", b"{}", headers).status == 428
    assert deployed.get(PATH, headquarters).json()["version"] == version


def test_without_a_token_nothing_is_answered(deployed: Deployed, headquarters: str) -> None:
    assert deployed.get(PATH, None).status == 401
    assert deployed.get("/elections/other/quick-count", headquarters).status == 403
