"""Coordinators: whose regions, whose turn, and by which channel."""

import hashlib
from functools import cached_property
from typing import Literal

from pydantic import Field

from chalicelib.observation.elections.values import SEVERITIES, ElectionValue, Severity

LAST_LEVEL = 10
"""The level of headquarters where the roster gives them none: after every other."""


class Coordinator(ElectionValue):
    """Who is told of incidents and summaries: `regions` is `("*",)` for headquarters.

    `sms_from`: SMS are about incidents of this severity and above. `level`: whose turn it is while nobody acknowledges
    an incident, 1 at once; None is 1, and for headquarters the last. `code`: the hash of the code that their commands
    need; None where they need none.
    """

    name: str
    email: str | None = None
    phone: str | None = None
    language: str
    regions: tuple[str, ...]
    alerts: tuple[Literal["email", "sms"], ...]
    sms_from: Severity = "low"
    level: int | None = Field(default=None, ge=1, le=9)
    code: str | None = Field(default=None, repr=False)

    @property
    def is_headquarters(self) -> bool:
        """Whether this coordinator answers for every region."""
        return "*" in self.regions

    @property
    def told_in(self) -> int:
        """The coordinator's turn in an escalation, from 1.

        Those of a region come first, headquarters last.
        """
        return self.level or (LAST_LEVEL if self.is_headquarters else 1)

    @cached_property
    def id(self) -> str:
        """The coordinator in keys of messages.

        It is the same wherever in the roster it stands, and tells no address.
        """
        return hashlib.sha256(f"{self.email} {self.phone}".encode()).hexdigest()[:10]

    def covers(self, region: str) -> bool:
        """Whether this coordinator is responsible for a region."""
        return self.is_headquarters or region in self.regions

    def wants_sms(self, severity: Severity) -> bool:
        """Whether this coordinator is told of an incident by SMS."""
        return "sms" in self.alerts and SEVERITIES.index(severity) >= SEVERITIES.index(self.sms_from)
