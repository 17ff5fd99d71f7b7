"""Read a body of XML, refusing document types.

Without anything that a document type could bring: it is refused whole, for entities that grow and files that are read
both begin in one. The parser is expat.
"""

import re
from typing import Any
from xml.parsers import expat

from chalicelib.providers.content import is_charset_of_forms
from chalicelib.providers.refusals import Malformed

DEEPEST = 20
_MOST_ELEMENTS = 5000
TEXT = "#text"


def xml_object(body: bytes, charset: str | None = None) -> dict[str, Any]:
    """Read the root element as an object.

    Children by their names, attributes as `@name`, text as `#text`. Prefixes of names are left out; children of one
    name are a list. `charset` goes before the declaration's (RFC 7303).
    """
    reader = _Reader()
    try:
        parser = expat.ParserCreate(charset if charset and _is_charset(charset) else None)
        parser.buffer_text = True
        parser.XmlDeclHandler = _require_charset
        parser.StartDoctypeDeclHandler = _refuse_doctype
        parser.StartElementHandler = reader.start
        parser.EndElementHandler = reader.end
        parser.CharacterDataHandler = reader.characters
        parser.Parse(body, True)
    except (expat.ExpatError, LookupError, ValueError) as fault:
        raise Malformed("not_xml", f"the body is not XML: {fault}", "body") from fault
    return reader.root


def _require_charset(_version: str, encoding: str | None, _standalone: int) -> None:
    """Refuse what Python alone calls a charset.

    It would decode each byte by it.
    """
    if encoding is not None and not _is_charset(encoding):
        raise Malformed("not_xml", f"the body is not XML: {encoding} is no charset", "body")


def _is_charset(name: str) -> bool:
    return is_charset_of_forms(name) or re.fullmatch(r"utf-?16(?:-?[bl]e)?", name, re.IGNORECASE) is not None


def _refuse_doctype(*_: object) -> None:
    raise Malformed("document_type", "the body's XML must have no document type", "body")


class _Reader:
    def __init__(self) -> None:
        self.root: dict[str, Any] = {}
        self._open: list[dict[str, Any]] = []
        self._elements = 0

    def start(self, name: str, attributes: dict[str, str]) -> None:
        self._elements += 1
        if len(self._open) >= DEEPEST or self._elements > _MOST_ELEMENTS:
            raise Malformed("too_deep", f"the body's XML may be {DEEPEST} elements deep and have 5000", "body")
        element: dict[str, Any] = {f"@{_local(key)}": value for key, value in attributes.items()}
        if self._open:
            self._open[-1].setdefault(_local(name), []).append(element)
        else:
            self.root = element
        self._open.append(element)

    def characters(self, text: str) -> None:
        self._open[-1][TEXT] = self._open[-1].get(TEXT, "") + text

    def end(self, _name: str) -> None:
        element = self._open.pop()
        children = [key for key, value in element.items() if isinstance(value, list)]
        for key in children:
            element[key] = element[key] if len(element[key]) > 1 else element[key][0]
        if not children:
            element.setdefault(TEXT, "")
        elif not element.get(TEXT, "").strip():
            element.pop(TEXT, None)


def _local(name: str) -> str:
    return name.rpartition(":")[2]
