"""The coalition's members: who they are, and what each sees.

Each observer may be one's.
"""

import re
from collections.abc import Collection

from chalicelib.observation.election_file.document import Document, Path
from chalicelib.observation.election_file.header import check_languages_of
from chalicelib.observation.election_file.problems import suggestion
from chalicelib.observation.election_file.row import Row
from chalicelib.observation.election_file.shape import shaped
from chalicelib.observation.elections.election import Election
from chalicelib.observation.elections.organisations import Organisation

MOST_ORGANISATIONS = 50
_CODE = re.compile(r"[A-Za-z0-9][A-Za-z0-9_-]{0,19}")


def read_organisations(document: Document, header: Election) -> dict[str, Organisation]:
    """Read the `organisations` section, by the members' codes."""
    raw = document.content.get("organisations")
    path: Path = ("organisations",)
    if raw is None:
        return {}
    if not isinstance(raw, dict):
        document.error(path, "this must be a list of `CODE: {name: …}`; see docs/election-file.md")
        return {}
    if len(raw) > MOST_ORGANISATIONS:
        document.error(path, f"{len(raw)} organisations are more than {MOST_ORGANISATIONS}; join some")
    organisations: dict[str, Organisation] = {}
    for code, written in raw.items():
        if not _CODE.fullmatch(str(code)):
            document.error((*path, code), f"{code!r} is no code; use at most 20 Latin letters, digits and dashes")
        organisation = shaped(Organisation, document, (*path, code), written, {"name": {}, "sees": {}})
        if organisation is not None:
            check_languages_of(document, (*path, code, "name"), organisation.name, header.languages)
            organisations[str(code)] = organisation
    return organisations


def organisation_in(row: Row, organisations: Collection[str]) -> str | None:
    """Return whose observer a row's is, None where it does not say."""
    code = row["organisation"] or None
    if code is not None and code not in organisations:
        advice = suggestion(code, organisations) if organisations else "name it under organisations in the YAML"
        row.error("organisation", f"there is no organisation {code!r}; {advice}")
    return code
