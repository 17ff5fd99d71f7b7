"""How to tell at a glance, before anything is read, that an SMS may report an incident."""

import re

from chalicelib.observation.election import Election
from chalicelib.observation.reading.letters import looking_like, skeleton

_LONG = 4
"""Letters from which on a name is known where it only begins a word."""
_NO_LETTER_BEFORE, _NO_LETTER_AFTER = r"(?<![^\W\d_])", r"(?![^\W\d_])"


def incident_pattern(election: Election) -> str | None:
    """A regular expression that is found in every SMS (NFKC) that names the incidents' form; None if there is none.

    It is coarse: what it finds may be anything, and is read as every SMS is. Letters that look alike are one.
    """
    if election.incidents is None:
        return None
    names = {skeleton(name) for name in (election.incidents.code, *election.incidents.aliases)}
    return _NO_LETTER_BEFORE + "(?:" + "|".join(_pattern(name) for name in sorted(names)) + ")"


def _pattern(name: str) -> str:
    letters = "".join(f"[{re.escape(alike)}]" if (alike := looking_like(one)) else re.escape(one) for one in name)
    return letters + ("" if len(name) >= _LONG else _NO_LETTER_AFTER)
