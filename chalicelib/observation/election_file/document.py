"""The election's YAML as plain values, each with its line.

Scalars stay the text that was written: what a field means decides what it is, not how YAML would guess it. So `no`,
`on`, `10:00` and `007` are what they look like, and a language called `no` is Norwegian.
"""

import re
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

from ruamel.yaml import YAML
from ruamel.yaml.error import MarkedYAMLError, YAMLError
from ruamel.yaml.nodes import MappingNode, Node, ScalarNode, SequenceNode

from chalicelib.observation.election_file.problems import Findings, Problem

Plain = Any
"""A mapping or list of plain values, a text as written, or None."""

Path = tuple[str | int, ...]
"""Keys and list positions that lead to a value."""

_NULLS = frozenset({"", "~", "null", "Null", "NULL"})
_FOREIGN_TAG = "a tag (!…) means nothing here; delete it"
_FORBIDDEN = re.compile(r"[\x00-\x08\x0b\x0c\x0e-\x1f\x7f\ud800-\udfff\ufffe\uffff]")


def forbidden_characters(file: str, text: str) -> list[Problem]:
    """Return a problem for the first character no text file should hold.

    Such are control characters, and bytes that are not UTF-8.
    """
    match = _FORBIDDEN.search(text)
    if match is None:
        return []
    line = text.count("\n", 0, match.start()) + 1
    if "\ud800" <= match[0] <= "\udfff":
        return [Problem(file, line, "", 'the file is not UTF-8; save it again as UTF-8 (in Excel: "CSV UTF-8")')]
    return [Problem(file, line, "", f"a control character (U+{ord(match[0]):04X}) stands here; delete it")]


@dataclass(slots=True)
class Document:
    """The YAML file's content, and the line of every value.

    Lines count from 1 and are kept by path.
    """

    file: str
    content: dict[str, Plain] = field(default_factory=dict)
    lines: dict[Path, int] = field(default_factory=dict)
    findings: Findings = field(default_factory=Findings)

    def line(self, path: Path) -> int:
        """Return the line of a value.

        A value that is not in the file has the line of the nearest one around it that is.
        """
        while path and path not in self.lines:
            path = path[:-1]
        return self.lines.get(path, 1)

    def value(self, path: Path) -> Plain:
        """Return the plain value at a path, None if there is none."""
        value: Plain = self.content
        for step in path:
            value = _child(value, step)
        return value

    def place(self, path: Path) -> str:
        """Write a path as a person would say it.

        Forms and questions go by their code: `forms.OP.questions.A.min`.
        """
        value: Plain = self.content
        names = []
        for step in path:
            value = _child(value, step)
            code = value.get("code") if isinstance(value, dict) and isinstance(step, int) else None
            names.append(code if isinstance(code, str) else str(step + 1) if isinstance(step, int) else step)
        return ".".join(names)

    def error(self, path: Path, message: str) -> None:
        """Note a mistake in the value at a path."""
        self.findings.problems.append(self.problem(path, message))

    def warning(self, path: Path, message: str) -> None:
        """Note what is allowed at a path but should be looked at."""
        self.findings.warnings.append(self.problem(path, message))

    def problem(self, path: Path, message: str) -> Problem:
        """Make a problem at a path, not yet noted."""
        return Problem(self.file, self.line(path), self.place(path), message)


def read_document(file: str, text: str, findings: Findings) -> Document:
    """Read the YAML in a text.

    What it cannot take is noted in `findings`, and the rest is read on.
    """
    document = Document(file, findings=findings)
    forbidden = forbidden_characters(file, text)
    if forbidden:
        findings.problems += forbidden
        return document
    try:
        root = YAML(typ="safe", pure=True).compose(text)
    except MarkedYAMLError as error:
        findings.problems.append(_syntax_problem(file, error))
        return document
    except YAMLError as error:
        findings.problems.append(Problem(file, 1, "", f"this is no YAML ({error})"))
        return document
    except RecursionError:
        findings.problems.append(Problem(file, 1, "", "brackets are nested too deep; look for one that is not closed"))
        return document
    if isinstance(root, MappingNode) and root.value:
        reader = _Reader(document.lines)
        document.content = reader.mapping(root, ())
        for line, path, message in reader.faults:
            findings.problems.append(Problem(file, line, document.place(path), message))
    else:
        findings.problems.append(
            Problem(file, 1, "", 'the file holds no keys; begin with "id: …" (docs/election-file.md)')
        )
    return document


def _syntax_problem(file: str, error: MarkedYAMLError) -> Problem:
    mark = error.problem_mark or error.context_mark
    line, column = (mark.line + 1, mark.column + 1) if mark else (1, 1)
    reason = str(error.problem or error.context)
    if "\\t" in reason:
        advice = "a tab cannot indent; use spaces"
    elif "mapping values are not allowed" in reason:
        advice = (
            'a second ": " on the line, or wrong indentation; put the text in quotes, or indent as its neighbours are'
        )
    elif "undefined alias" in reason or "that cannot start any token" in reason:
        advice = f"{reason}; put the text in quotes"
    else:
        begun = error.context_mark.line + 1 if error.context_mark else line
        where = f" (it began in line {begun})" if begun != line else ""
        advice = (
            f"{reason}{where}; look for a missing bracket, quote or colon, or a line indented unlike its neighbours"
        )
    return Problem(file, line, "", f"this is no YAML, column {column}: {advice}")


def _child(value: Plain, step: str | int) -> Plain:
    if isinstance(value, Mapping):
        return value.get(step)
    if isinstance(value, list) and isinstance(step, int) and step < len(value):
        return value[step]
    return None


class _Reader:
    """Turns YAML nodes into plain values, noting every line.

    A node may be used once, so that nothing can recur.
    """

    def __init__(self, lines: dict[Path, int]) -> None:
        self.faults: list[tuple[int, Path, str]] = []
        self._lines = lines
        self._seen: set[int] = set()

    def mapping(self, node: MappingNode, path: Path) -> dict[str, Plain]:
        """Read a mapping's values; of a key that stands twice, the first."""
        self._check_tag(node, path)
        values: dict[str, Plain] = {}
        for key_node, value_node in node.value:
            line = key_node.start_mark.line + 1
            if not isinstance(key_node, ScalarNode):
                self.faults.append((line, path, "a key is a list or a mapping; write a plain word before the colon"))
                continue
            key = key_node.value
            if key in values:
                first = self._lines[*path, key]
                message = f"this key stood already in line {first}; keep one of the two"
                self.faults.append((line, (*path, key), message))
                continue
            self._lines[*path, key] = line
            values[key] = self._value(value_node, (*path, key))
        return values

    def _value(self, node: Node, path: Path) -> Plain:
        if id(node) in self._seen:
            message = "anchors (& and *) are not read here; write the value out"
            self.faults.append((self._lines[path], path, message))
            return None
        self._seen.add(id(node))
        if isinstance(node, MappingNode):
            return self.mapping(node, path)
        if isinstance(node, SequenceNode):
            return self._sequence(node, path)
        self._check_tag(node, path)
        text = str(node.value)
        return None if isinstance(node, ScalarNode) and node.style is None and text in _NULLS else text

    def _sequence(self, node: SequenceNode, path: Path) -> list[Plain]:
        self._check_tag(node, path)
        values = []
        for position, item in enumerate(node.value):
            self._lines[*path, position] = item.start_mark.line + 1
            values.append(self._value(item, (*path, position)))
        return values

    def _check_tag(self, node: Node, path: Path) -> None:
        if not str(node.tag).startswith("tag:yaml.org,2002:") or "python" in str(node.tag):
            self.faults.append((node.start_mark.line + 1, path, _FOREIGN_TAG))
