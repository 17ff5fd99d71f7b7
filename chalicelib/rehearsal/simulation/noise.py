"""How often each defect is made in a simulated SMS."""

from dataclasses import dataclass, fields
from typing import Final


@dataclass(frozen=True, slots=True)
class Noise:
    """How often each defect is made, 0 to 1.

    Per message, or per answer where an answer can have it.
    """

    alias: float = 0.4
    separator: float = 0.4
    no_spaces: float = 0.1
    greeting: float = 0.15
    signature: float = 0.1
    station_twice: float = 0.05
    reordered: float = 0.15
    invisible: float = 0.05
    lower_case: float = 0.3
    cyrillic_code: float = 0.25
    glue: float = 0.35
    word: float = 0.15
    thousands: float = 0.1
    hour_sign: float = 0.3
    list_sign: float = 0.3
    full_width: float = 0.05
    like_digit: float = 0.06
    repeated: float = 0.05
    conflicting: float = 0.02
    out_of_range: float = 0.02
    unknown_code: float = 0.04
    appended: float = 0.04
    prose_line: float = 0.03
    digit_name: float = 0.03
    day_part: float = 0.05
    unit: float = 0.05
    passed_over: float = 0.02
    multiplied: float = 0.02
    round_hour: float = 0.15
    suffix: float = 0.02
    hash_sign: float = 0.05

    def scaled(self, share: float) -> "Noise":
        """Scale every defect's frequency by a share, 0 to 1."""
        return Noise(**{field.name: getattr(self, field.name) * share for field in fields(self)})


NOISY: Final = Noise()
CLEAN: Final = NOISY.scaled(0)
