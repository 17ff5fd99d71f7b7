"""What the doctor sees: how grave, in plain words, what to do."""

from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass
from typing import Literal

from botocore.exceptions import BotoCoreError, ClientError

from chalicelib.services.clients.provider_settings import SecretsUnavailable
from chalicelib.store.tables import StoreUnavailable

Severity = Literal["good", "warning", "problem"]
EXIT_CODES: dict[Severity, int] = {"good": 0, "warning": 1, "problem": 2}


@dataclass(frozen=True, slots=True)
class Finding:
    """One thing that was looked at.

    What was seen, and what to do where it is not good.
    """

    subject: str
    severity: Severity
    text: str
    advice: str = ""


Examination = Callable[[], Iterable[Finding]]


def isolated(subject: str, examine: Examination) -> Iterator[Finding]:
    """Examine one subject, apart from the others.

    What cannot be asked is a warning, and the others go on.
    """
    try:
        yield from examine()
    except (ClientError, BotoCoreError, StoreUnavailable, SecretsUnavailable) as fault:
        advice = "see that your credentials are those of this stack's account and may read it, then call it again"
        yield Finding(subject, "warning", f"cannot be asked: {fault}", advice)


def gravest(findings: Iterable[Finding]) -> int:
    """Return the exit code.

    0 all good, 1 a warning, 2 a problem.
    """
    return max((EXIT_CODES[finding.severity] for finding in findings), default=0)
