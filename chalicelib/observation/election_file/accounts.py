"""The table of accounts.

Who may sign in, as what, for which regions and organisation.
"""

import re
from collections.abc import Collection, Iterable, Mapping
from dataclasses import dataclass
from typing import Final, get_args

from chalicelib.observation.election_file.organisations import organisation_in
from chalicelib.observation.election_file.problems import suggestion
from chalicelib.observation.election_file.rosters import EMAIL, phone_in, regions_in
from chalicelib.observation.election_file.row import Row
from chalicelib.observation.elections.accounts import MOST_ACCOUNTS, DeclaredAccount, Role

LONGEST_NAME: Final = 100
_ROLES: Final[Mapping[str, Role]] = {role: role for role in get_args(Role) if role != "wall"}
_PHONE: Final = re.compile(r"[+\d]")


@dataclass(frozen=True, slots=True)
class DeclaredNames:
    """What an election has that an account may name."""

    regions: Collection[str]
    organisations: Collection[str]
    languages: Collection[str]
    default_region: str | None


def read_accounts(rows: Iterable[Row], known: DeclaredNames) -> tuple[DeclaredAccount, ...]:
    """Read accounts, in the table's order; each address once."""
    accounts: dict[str, DeclaredAccount] = {}
    lines: dict[str, int] = {}
    for row in rows:
        account = _account(row, known)
        if account.address in lines and account.address:
            row.error("address", f"this address stood already in line {lines[account.address]}; delete one of the two")
        lines.setdefault(account.address, row.line)
        accounts.setdefault(account.address, account)
        if len(accounts) == MOST_ACCOUNTS + 1:
            row.error("", f"these are more than {MOST_ACCOUNTS} accounts; an election has no more")
    return tuple(accounts.values())


def _account(row: Row, known: DeclaredNames) -> DeclaredAccount:
    name, written = row.required("name"), row.required("role").lower()
    if len(name) > LONGEST_NAME:
        row.error("name", f"this name is longer than {LONGEST_NAME} characters; shorten it")
    role = _ROLES.get(written)
    if written and role is None:
        row.error("role", f"{written!r} is no role; {suggestion(written, _ROLES)}")
    language = row["language"] or None
    if language is not None and language not in known.languages:
        row.error(
            "language", f"{language!r} is none of the election's languages; {suggestion(language, known.languages)}"
        )
    return DeclaredAccount(
        name=name,
        address=_address(row, known.default_region),
        role=role or "viewer",
        regions=regions_in(row, known.regions) if row["regions"] not in ("", "*") else (),
        organisation=organisation_in(row, known.organisations),
        language=language,
    )


def _address(row: Row, default_region: str | None) -> str:
    written = row.required("address")
    if _PHONE.match(written) and "@" not in written:
        return phone_in(row, "address", written, default_region) or ""
    if written and not EMAIL.fullmatch(written):
        row.error("address", f"{written!r} is no address; write name@example.org, or a phone with its country code")
    return written.casefold()
