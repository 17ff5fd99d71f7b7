"""Whom an election's file gives an account; the roles."""

from typing import Final, Literal

from chalicelib.observation.elections.values import ElectionValue

Role = Literal["viewer", "wall", "coordinator", "operator", "headquarters", "administrator"]
MOST_ACCOUNTS: Final = 500
"""Accounts of one election: its list is read whole."""


class DeclaredAccount(ElectionValue):
    """Somebody who may sign in.

    `address`: an email address, or a phone in E.164; `regions` empty: all of them.
    """

    name: str
    address: str
    role: Role
    regions: tuple[str, ...] = ()
    organisation: str | None = None
    language: str | None = None
