"""What every value of an election is made of."""

from typing import Literal

from pydantic import BaseModel, ConfigDict

Texts = dict[str, str]
"""One text in several languages: language code (`ky`, `ru`, `en`) to text."""

Severity = Literal["low", "medium", "high", "critical"]
SEVERITIES: tuple[Severity, ...] = ("low", "medium", "high", "critical")


class ElectionValue(BaseModel):
    """A frozen part of an election, validated when it is made."""

    model_config = ConfigDict(frozen=True, extra="forbid", populate_by_name=True, hide_input_in_errors=True)
