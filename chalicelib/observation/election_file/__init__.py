"""The election file, read into an Election or refused.

It is a YAML and the tables that it names; a refusal names every mistake.

`read_election` is what others call; `inspect_election` also returns the warnings and where things stand.
"""

import datetime as dt
from collections.abc import Mapping
from dataclasses import dataclass

from chalicelib.observation.election_file.accounts import DeclaredNames, read_accounts
from chalicelib.observation.election_file.agreement import check_responsibility, check_roles, check_rules, check_typable
from chalicelib.observation.election_file.document import Document, read_document
from chalicelib.observation.election_file.escalation import read_escalation
from chalicelib.observation.election_file.form_names import check_names
from chalicelib.observation.election_file.forms import read_forms, read_incidents
from chalicelib.observation.election_file.header import file_name, read_header
from chalicelib.observation.election_file.organisations import read_organisations
from chalicelib.observation.election_file.person_codes import CodeSlip, code_slips
from chalicelib.observation.election_file.problems import ElectionInvalid, Findings, Problem
from chalicelib.observation.election_file.rosters import read_coordinators, read_observers, read_stations, read_table
from chalicelib.observation.election_file.row import Row
from chalicelib.observation.election_file.sample import read_quick_count
from chalicelib.observation.elections.accounts import DeclaredAccount
from chalicelib.observation.elections.election import Election

__all__ = [
    "CodeSlip",
    "ElectionInvalid",
    "Inspection",
    "Problem",
    "inspect_accounts",
    "inspect_election",
    "moved_to",
    "read_election",
    "roster_files",
]

ROSTERS: Mapping[str, tuple[tuple[str, ...], tuple[str, ...]]] = {
    "stations": (("station", "region"), ("district", "name", "registered", "latitude", "longitude")),
    "observers": (("observer", "phone", "language", "station"), ("name", "organisation", "code")),
    "coordinators": (("name", "language", "regions", "alerts"), ("email", "phone", "sms_from", "level", "code")),
    "accounts": (("name", "address", "role"), ("regions", "organisation", "language")),
}
"""The tables that the YAML names: their columns, those that must be there and those that may."""


@dataclass(frozen=True, slots=True)
class Inspection:
    """An election as read from its files, with problems and warnings.

    `election` is None where `problems` says why not. `slips`: the codes of its people, of which it keeps hashes alone.
    """

    election: Election | None
    problems: tuple[Problem, ...]
    warnings: tuple[Problem, ...]
    document: Document
    accounts: tuple[DeclaredAccount, ...] = ()
    slips: tuple[CodeSlip, ...] = ()


def read_election(files: Mapping[str, str], main: str) -> Election:
    """Return the election that files (name → text) hold.

    `main` names the YAML. Raises ElectionInvalid with every mistake.
    """
    inspection = inspect_election(files, main)
    if inspection.election is None:
        raise ElectionInvalid(inspection.problems)
    return inspection.election


def moved_to(election: Election, day: dt.date) -> Election:
    """Return the same election held on another day.

    It is for a rehearsal, or for the sample election today.
    """
    return Election.model_validate({name: getattr(election, name) for name in Election.model_fields} | {"date": day})


def roster_files(text: str) -> tuple[str, ...]:
    """Return the names of the tables that a YAML's text names.

    Names are as the text gives them; () where it cannot be read.
    """
    content = read_document("", _without_mark(text), Findings()).content
    return tuple(name for key in ROSTERS if isinstance(name := content.get(key), str))


def inspect_election(files: Mapping[str, str], main: str) -> Inspection:
    """Find all that is wrong or doubtful in an election's files.

    Files are name → text; `main` names the YAML.
    """
    findings = Findings()
    text = files.get(main)
    if text is None:
        findings.problems.append(Problem(main, 1, "", "there is no such file, or it cannot be read; check its name"))
        return Inspection(None, tuple(findings.problems), (), Document(main))
    document = read_document(main, _without_mark(text), findings)
    header = read_header(document) if document.content else None
    rosters = ("stations", "observers", "coordinators")
    tables = {key: _table(document, key, files) for key in rosters} if header is not None else {}
    election = _election(document, header, tables) if header is not None else None
    accounts = _accounts(document, election, files) if election is not None else ()
    order = {name: place for place, name in enumerate((main, *roster_files(text)))}
    problems, warnings = (
        tuple(sorted(set(remarks), key=lambda problem: (order.get(problem.file, len(order)), problem)))
        for remarks in (findings.problems, findings.warnings)
    )
    slips = tuple(code_slips(tables.get("observers") or (), tables.get("coordinators") or ()))
    return Inspection(None if problems else election, problems, warnings, document, accounts, slips)


def _election(document: Document, header: Election, tables: Mapping[str, list[Row] | None]) -> Election:
    forms = read_forms(document, header)
    incidents = read_incidents(document, header)
    known = tables["stations"] is not None
    stations = read_stations(tables["stations"] or (), header)
    organisations = read_organisations(document, header)
    observers = read_observers(tables["observers"] or (), header, stations if known else None, organisations)
    regions = {station.region for station in stations.values()}
    coordinators = read_coordinators(tables["coordinators"] or (), header, regions if known else None)
    kept = {name: getattr(header, name) for name in Election.model_fields}
    read = {
        "forms": tuple(placed.form for placed in forms),
        "incidents": incidents,
        "escalation": read_escalation(document),
        "organisations": organisations,
        "quick_count": read_quick_count(document, stations.values()),
        "stations": tuple(stations.values()),
        "observers": observers,
        "coordinators": coordinators,
    }
    election = Election.model_validate(kept | read)
    check_names(document, forms, incidents)
    check_roles(document, forms, quick_count=document.value(("quick_count",)) is not None)
    check_rules(document, forms, election)
    check_responsibility(document, election)
    check_typable(document, election)
    return election


def _accounts(document: Document, election: Election, files: Mapping[str, str]) -> tuple[DeclaredAccount, ...]:
    rows = _table(document, "accounts", files)
    return read_accounts(rows or (), _names_known(election))


def inspect_accounts(file: str, text: str, election: Election) -> tuple[tuple[DeclaredAccount, ...], Findings]:
    """Read a table of accounts for an election that is loaded.

    What is wrong in it is returned too.
    """
    findings = Findings()
    rows = read_table(file, _without_mark(text), *ROSTERS["accounts"], findings)
    return read_accounts(rows or (), _names_known(election)), findings


def _names_known(election: Election) -> DeclaredNames:
    return DeclaredNames(election.regions, election.organisations, election.languages, election.default_region)


def _table(document: Document, key: str, files: Mapping[str, str]) -> list[Row] | None:
    name = file_name(document, key)
    if name is None:
        return None
    text = files.get(name)
    if text is None:
        document.error((key,), f"there is no file {name!r} beside the YAML; correct the name, or put the file there")
        return None
    required, optional = ROSTERS[key]
    return read_table(name, _without_mark(text), required, optional, document.findings)


def _without_mark(text: str) -> str:
    return text.removeprefix("\ufeff")
