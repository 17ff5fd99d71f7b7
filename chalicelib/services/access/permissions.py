"""Who may do what: the one table of permissions and roles."""

from collections.abc import Collection, Mapping
from enum import StrEnum
from typing import Final

from chalicelib.observation.elections.accounts import Role


class Permission(StrEnum):
    """Something that a role may do; routes name it, and nothing else."""

    OWN_SESSION = "own_session"
    """One's own account and session."""
    READ_WALL = "read_wall"
    READ_BOARD = "read_board"
    """Summaries, the board, stations without people, incidents' kinds, what was released."""
    READ_MESSAGES = "read_messages"
    """Single messages; phones, names and texts only with READ_PEOPLE."""
    READ_INCIDENTS = "read_incidents"
    READ_PEOPLE = "read_people"
    """Phones, names, conversations, the contact log."""
    READ_PROVIDERS = "read_providers"
    """Providers, the outbox, alerts as they went."""
    READ_AUDIT = "read_audit"
    """The audit trail of everybody; one's own lines need no permission."""
    READ_LIVE_COUNT = "read_live_count"
    """The quick count before its release."""
    READ_ACCOUNTS = "read_accounts"
    ASSIGN_REGIONS = "assign_regions"
    """Say which regions an operator works in."""
    WORK_MESSAGES = "work_messages"
    """Enter, dismiss, answer, assign: whatever ends a message's waiting for a person."""
    WORK_REPORTS = "work_reports"
    """Correct, confirm, choose, leave out, explain."""
    WORK_CALLS = "work_calls"
    """Take calls and other tasks, and log what came of them."""
    WORK_INCIDENTS = "work_incidents"
    CHANGE_STATIONS = "change_stations"
    """Close or move a station, replace an observer."""
    SEND = "send"
    """Send an SMS to many."""
    SET_OPT_OUTS = "set_opt_outs"
    RELEASE_COUNT = "release_count"
    MAKE_WALL_LINKS = "make_wall_links"
    EXPORT = "export"
    EXPORT_PEOPLE = "export_people"
    IMPORT = "import"
    """Load an election's files."""
    MANAGE_ACCOUNTS = "manage_accounts"


_SEES: Final = frozenset(
    (
        Permission.OWN_SESSION,
        Permission.READ_WALL,
        Permission.READ_BOARD,
        Permission.READ_MESSAGES,
        Permission.READ_INCIDENTS,
    )
)
_COORDINATES: Final = _SEES | {Permission.READ_PEOPLE, Permission.WORK_INCIDENTS}
_OPERATES: Final = _COORDINATES | {
    Permission.READ_PROVIDERS,
    Permission.WORK_MESSAGES,
    Permission.WORK_REPORTS,
    Permission.WORK_CALLS,
    Permission.SEND,
    Permission.EXPORT,
    Permission.CHANGE_STATIONS,
}
_DECIDES: Final = _OPERATES | {
    Permission.READ_AUDIT,
    Permission.READ_LIVE_COUNT,
    Permission.READ_ACCOUNTS,
    Permission.ASSIGN_REGIONS,
    Permission.SET_OPT_OUTS,
    Permission.RELEASE_COUNT,
    Permission.MAKE_WALL_LINKS,
    Permission.EXPORT_PEOPLE,
}

ALLOWED: Final[Mapping[Role, frozenset[Permission]]] = {
    "wall": frozenset((Permission.OWN_SESSION, Permission.READ_WALL)),
    "viewer": _SEES,
    "coordinator": _COORDINATES,
    "operator": _OPERATES,
    "headquarters": _DECIDES,
    "administrator": _DECIDES | {Permission.IMPORT, Permission.MANAGE_ACCOUNTS},
}
"""What each role may do. An operator's regions bound all of it further."""


OF_THE_COALITION: Final = frozenset(
    (
        Permission.READ_PROVIDERS,
        Permission.READ_AUDIT,
        Permission.READ_LIVE_COUNT,
        Permission.READ_ACCOUNTS,
        Permission.ASSIGN_REGIONS,
        Permission.SET_OPT_OUTS,
        Permission.RELEASE_COUNT,
        Permission.MAKE_WALL_LINKS,
        Permission.IMPORT,
        Permission.MANAGE_ACCOUNTS,
    )
)
"""What concerns the coalition as a whole: nobody may do it for one of its members, whatever their role."""


OF_THE_NATION: Final = frozenset(
    (
        Permission.READ_AUDIT,
        Permission.READ_LIVE_COUNT,
        Permission.READ_ACCOUNTS,
        Permission.ASSIGN_REGIONS,
        Permission.RELEASE_COUNT,
        Permission.IMPORT,
        Permission.MANAGE_ACCOUNTS,
    )
)
"""What is not of one region or another: nobody may do it who is limited to some, whatever their role."""


def may(
    role: Role | None, permission: Permission, organisation: str | None = None, regions: Collection[str] = ()
) -> bool:
    """Tell whether a role may do something.

    It may do so for all of the coalition, or for one of its members; in the whole nation, or in some `regions`.

    Whoever works at the command line has no role and may do everything.
    """
    if organisation is not None and permission in OF_THE_COALITION:
        return False
    if regions and permission in OF_THE_NATION:
        return False
    return role is None or permission in ALLOWED[role]


def roles_with(permission: Permission) -> tuple[Role, ...]:
    """Return the roles that may do something, the humblest first."""
    return tuple(role for role, allowed in ALLOWED.items() if permission in allowed)


def permissions_of(role: Role | None, organisation: str | None = None, regions: Collection[str] = ()) -> list[str]:
    """Return the names of what a role may do, in order."""
    return [permission.value for permission in Permission if may(role, permission, organisation, regions)]
