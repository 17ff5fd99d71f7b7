"""A report as the text that is read as it, without any repair."""

from collections.abc import Mapping

from chalicelib.observation.reading.model import CATEGORY, Value


def canonical_text(form: str, station: str | None, answers: Mapping[str, Value], comment: str = "") -> str:
    """The canonical form of a report: `OP 1234 A1 B0730 # comment`; of an incident `IN 1234 07 comment`."""
    if CATEGORY in answers:
        parts = [form, station or "", f"{answers[CATEGORY]:02}", comment]
    else:
        numbered = any(len(code) > 1 for code in answers)
        codes = [f"{code}{'=' if numbered else ''}{canonical_value(value)}" for code, value in answers.items()]
        parts = [form, station or "", *codes, f"# {comment}" if comment else ""]
    return " ".join(part for part in parts if part)


def canonical_value(value: Value) -> str:
    """A value as the canonical form writes it: yes 1, no 2, `0730`, options one after the other."""
    if isinstance(value, bool):
        return "1" if value else "2"
    if isinstance(value, tuple):
        return ("," if max(value, default=0) > 9 else "").join(map(str, value))
    return str(value).replace(":", "") if isinstance(value, str) else str(value)
