"""Names of regions: one spelling for each.

A URL, a key or the eye takes none for another.
"""

import re
import unicodedata

from chalicelib.observation.election_file.row import Row
from chalicelib.observation.sms.look_alikes import skeleton

_NOT_HELD = "#*/\\%?;"
"""What a region's name cannot hold: # parts keys, * is all regions, ; parts names; the others, URLs."""
_INVISIBLE = frozenset({"Cc", "Cf", "Cs", "Co", "Cn", "Zl", "Zp"})
_APOSTROPHES = re.compile("[\u2018\u2019\u02bb\u02bc`\u00b4]")


def folded(name: str) -> str:
    """Replace each run of blanks of any kind by one blank."""
    return " ".join(name.split())


def look_of(name: str) -> str:
    """Return what a name looks like.

    Two names that the eye takes for one have the same.
    """
    composed = unicodedata.normalize("NFKC", name)
    seen = "".join(letter for letter in composed if unicodedata.category(letter) not in _INVISIBLE)
    dashes = "".join("-" if unicodedata.category(letter) == "Pd" else letter for letter in seen)
    return folded(skeleton(_APOSTROPHES.sub("'", dashes)).casefold())


def check_region(row: Row, region: str, first: Row) -> None:
    """Note what is wrong with a region's name.

    `first` is the row in which its like stood first.
    """
    held = [character for character in region if character in _NOT_HELD]
    hidden = [character for character in region if unicodedata.category(character) in _INVISIBLE]
    if held:
        row.error("region", f"a region's name cannot hold {held[0]} (nor any of {_NOT_HELD}); rename {region!r}")
    if hidden:
        row.error("region", f"an invisible character (U+{ord(hidden[0]):04X}) stands in {region!r}; type it again")
    if region and not region.strip("."):
        row.error("region", f"a region's name cannot be {region!r}: in a URL it means another place; rename it")
    spelled = folded(first["region"])
    if region != spelled:
        row.error("region", _difference(region, spelled, first.line))


def _difference(region: str, spelled: str, line: int) -> str:
    advice = f"{region!r} is spelled {spelled!r} in line {line}; spell it always the same"
    if ascii(region.casefold()) == ascii(spelled.casefold()):
        return advice
    pairs = zip(region + " ", spelled + " ", strict=False)
    ours, theirs = next(((a, b) for a, b in pairs if a != b), ("", ""))
    return f"{advice} (it looks the same: {_named(ours)} stands where {_named(theirs)} does there)"


def _named(character: str) -> str:
    return f"U+{ord(character):04X} {unicodedata.name(character, '')}".strip() if character else "nothing"
