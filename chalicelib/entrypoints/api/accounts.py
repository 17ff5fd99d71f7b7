"""People and their access.

This is who may sign in, as what, and which sessions are open.
"""

import datetime as dt
from http import HTTPStatus
from typing import Any

from pydantic import Field

from chalicelib.entrypoints.api.models import AnswerModel, ElectionPath, NoteBody, RequestModel
from chalicelib.entrypoints.api.operation import Request, operation
from chalicelib.entrypoints.api.request import version_number
from chalicelib.entrypoints.api.session import page_url
from chalicelib.observation.elections.accounts import Role
from chalicelib.services.access.accounts import Invitation, list_accounts
from chalicelib.services.access.permissions import ALLOWED, Permission, permissions_of
from chalicelib.services.people.changes import change_account, invite, revoke, sign_out_everywhere
from chalicelib.services.people.wall_links import make_wall_link
from chalicelib.store.accounts import ACCOUNT


class AccountPath(ElectionPath):
    """An account by its id."""

    account: str = Field(pattern=r"^[0-9a-f]{24}$")

    @property
    def identity(self) -> str:
        """The account's id in the store."""
        return f"{ACCOUNT}{self.account}"


class InvitationBody(RequestModel):
    """Whom an account is for, and what they may."""

    name: str = Field(min_length=1, max_length=100)
    address: str = Field(min_length=3, max_length=254, description="an email address or a phone with its country code")
    role: Role
    regions: tuple[str, ...] = Field(default=(), max_length=100, description="none: all")
    organisation: str | None = Field(default=None, max_length=100)
    language: str | None = Field(default=None, max_length=10)
    expires_at: dt.datetime | None = None
    note: str = Field(default="", max_length=500)


class AccountChangeBody(RequestModel):
    """What an account may from now on; what is left out stays."""

    role: Role | None = None
    regions: tuple[str, ...] | None = Field(default=None, max_length=100)
    organisation: str | None = Field(default=None, max_length=100, description="null: the whole coalition")
    language: str | None = Field(default=None, max_length=10)
    expires_at: dt.datetime | None = None
    note: str = Field(default="", max_length=500)


class RegionsBody(RequestModel):
    """The regions that an operator works in, none for all of them."""

    regions: tuple[str, ...] = Field(max_length=100)
    note: str = Field(default="", max_length=500)


class SessionOfAccount(AnswerModel):
    """A signed-in browser."""

    id: str
    device: str
    begun_at: str
    used_at: str
    until: str


class Account(AnswerModel):
    """An account with its sessions."""

    id: str
    version: int
    name: str
    address: str
    role: str
    regions: list[str]
    organisation: str | None
    language: str | None
    invited_by: str
    invited_at: str
    expires_at: str | None
    revoked: bool
    last_used_at: str | None
    sessions: list[SessionOfAccount]


class Accounts(AnswerModel):
    """An election's accounts, by name."""

    election: str
    accounts: list[Account]


class RolesTable(AnswerModel):
    """Which role may do what."""

    roles: dict[str, list[str]]


@operation(
    summary="List the accounts of an election with their sessions.",
    may=Permission.READ_ACCOUNTS,
    path=ElectionPath,
    answer=Accounts,
    conditional=True,
)
def accounts(request: Request[ElectionPath, None, None]) -> dict[str, Any]:
    """List who may sign in."""
    return list_accounts(request.operator.election)


@operation(summary="Show which role may do what.", may=Permission.OWN_SESSION, answer=RolesTable, conditional=True)
def roles(request: Request[None, None, None]) -> dict[str, Any]:
    """Show the one table of permissions and roles."""
    return {"roles": {role: permissions_of(role) for role in ALLOWED}}


@operation(
    summary="Invite somebody: give an address an account.",
    may=Permission.MANAGE_ACCOUNTS,
    path=ElectionPath,
    body=InvitationBody,
    answer=Account,
    status=HTTPStatus.CREATED,
    once=True,
)
def add(request: Request[ElectionPath, None, InvitationBody]) -> dict[str, Any]:
    """Give an address an account."""
    body = request.body
    invitation = Invitation(
        body.name, body.address, body.role, body.regions, body.organisation, body.language, body.expires_at
    )
    return invite(request.loaded.election, invitation, request.action)


@operation(
    summary="Change what an account may.",
    may=Permission.MANAGE_ACCOUNTS,
    path=AccountPath,
    body=AccountChangeBody,
    answer=Account,
    on_version=True,
    once=True,
    problems=(HTTPStatus.NOT_FOUND,),
)
def change(request: Request[AccountPath, None, AccountChangeBody]) -> dict[str, Any]:
    """Change an account's role, regions, organisation, language or end."""
    changes = request.body.model_dump(exclude_unset=True, exclude={"note"})
    return change_account(
        request.loaded.election, request.path.identity, changes, version_number(request.seen), request.action
    )


@operation(
    summary="Say which regions an operator works in.",
    may=Permission.ASSIGN_REGIONS,
    path=AccountPath,
    body=RegionsBody,
    answer=Account,
    on_version=True,
    once=True,
    problems=(HTTPStatus.NOT_FOUND,),
)
def assign_regions(request: Request[AccountPath, None, RegionsBody]) -> dict[str, Any]:
    """Change an operator's regions; no other role's."""
    changes, seen = {"regions": request.body.regions}, version_number(request.seen)
    election, identity = request.loaded.election, request.path.identity
    return change_account(election, identity, changes, seen, request.action, of_role="operator")


@operation(
    summary="End an account's access and all its sessions, at once.",
    may=Permission.MANAGE_ACCOUNTS,
    path=AccountPath,
    body=NoteBody,
    answer=Account,
    once=True,
    problems=(HTTPStatus.NOT_FOUND,),
)
def end(request: Request[AccountPath, None, NoteBody]) -> dict[str, Any]:
    """End an account's access."""
    return revoke(request.operator.election, request.path.identity, request.action)


@operation(
    summary="Sign an account out of every browser.",
    may=Permission.MANAGE_ACCOUNTS,
    path=AccountPath,
    body=NoteBody,
    answer=Account,
    once=True,
    problems=(HTTPStatus.NOT_FOUND,),
)
def sign_out(request: Request[AccountPath, None, NoteBody]) -> dict[str, Any]:
    """End all sessions of an account."""
    return sign_out_everywhere(request.operator.election, request.path.identity, request.action)


class WallLink(AnswerModel):
    """A link that shows the wall once, until an instant."""

    link: str
    until: str


@operation(
    summary="Make a link that shows the wall for a day, on one screen.",
    may=Permission.MAKE_WALL_LINKS,
    path=ElectionPath,
    body=NoteBody,
    answer=WallLink,
    status=HTTPStatus.CREATED,
    once=True,
)
def wall_link(request: Request[ElectionPath, None, NoteBody]) -> dict[str, Any]:
    """Make a link for a projector or a journalist."""
    return make_wall_link(request.loaded.election, page_url(request.http), request.action)
