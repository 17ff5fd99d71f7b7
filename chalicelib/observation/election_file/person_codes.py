"""The codes in the rosters: checked, hashed, and as slips to print."""

import re
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from typing import Final

from chalicelib.observation.election_file.row import Row
from chalicelib.observation.sms.codes import LONGEST, SHORTEST, hashed

_CODE: Final = re.compile(rf"\d{{{SHORTEST},{LONGEST}}}", re.ASCII)
_RUNS: Final = ("01234567890", "09876543210")


@dataclass(frozen=True, slots=True)
class CodeSlip:
    """What is printed and handed to one person.

    A coordinator has no number and no station.
    """

    number: str
    name: str
    station: str
    language: str
    code: str


def read_code(row: Row, election_id: str, who: str, own_numbers: Iterable[str]) -> str | None:
    """Return the hash of a row's code, None where it has none.

    `who` tells the person from all others; `own_numbers`: numbers of theirs that others know, and that are therefore no
    code. A problem never quotes the code.
    """
    code = row["code"]
    if not code:
        return None
    if not row["phone"]:
        row.error("code", "there is no phone to send it from; fill one in, or leave the cell empty")
    if not _CODE.fullmatch(code):
        advice = "a spreadsheet may have dropped a leading zero; format the column as text"
        row.error("code", f"a code is {SHORTEST} to {LONGEST} digits; {advice}")
        return None
    if _is_guessed(code, own_numbers):
        row.error("code", "this code is easily guessed; take digits by chance, and no number of the person's own")
    return hashed(code, f"{election_id}/{who}")


def code_slips(observers: Iterable[Row], coordinators: Iterable[Row]) -> Iterator[CodeSlip]:
    """Yield the slips of all who have a code, in order."""
    for row in observers:
        if row["code"]:
            yield CodeSlip(row["observer"], row["name"], row["station"], row["language"], row["code"])
    for row in coordinators:
        if row["code"]:
            yield CodeSlip("", row["name"], "", row["language"], row["code"])


def _is_guessed(code: str, own_numbers: Iterable[str]) -> bool:
    if len(set(code)) == 1 or any(code in run for run in _RUNS):
        return True
    digits = ("".join(filter(str.isdigit, number)) for number in own_numbers)
    return any(number and (number.lstrip("0") == code.lstrip("0") or number.endswith(code)) for number in digits)
