"""Replace answers that are texts by tokens.

What was equal stays equal.
"""

import hashlib
import hmac
import json
import re
from collections.abc import Collection, Mapping
from dataclasses import dataclass, field
from typing import Any, Final

from chalicelib.observation.elections.election import Election
from chalicelib.services.privacy.persons import MARK
from chalicelib.store.tables import Document

_TOKEN: Final = re.compile(rf"{MARK}[0-9a-f]{{8}}")


@dataclass(frozen=True, slots=True)
class TextAnswers:
    """Questions that ask for texts, and the key of their tokens.

    `shared`: texts that several observers of a report gave. They stay, for the audit compares them, and what two
    people write alike tells of neither.
    """

    questions: Mapping[str, frozenset[str]] = field(default_factory=dict)
    key: bytes = b""
    shared: set[str] = field(default_factory=set)

    @classmethod
    def of(cls, election: Election, key: bytes) -> "TextAnswers":
        """Return those of an election."""
        texts = {
            form.code: frozenset(question.code for question in form.questions if question.type == "text")
            for form in election.forms
        }
        return cls({form: codes for form, codes in texts.items() if codes}, key)

    def in_reading(self, report: Any) -> Any:
        """Return a report of a message's reading with tokens for its texts."""
        codes = self.questions.get(str(report["form"]), frozenset()) if "form" in report else frozenset()
        if not codes or "answers" not in report:
            return report
        answers = {code: self._token(answer) if code in codes else answer for code, answer in report["answers"].items()}
        return {**report, "answers": answers}

    def in_report(
        self, form: str, written: Mapping[str, str], own_codes: Collection[str], *, everybody: bool
    ) -> dict[str, str]:
        """Return a report's documents with tokens for some or all texts.

        Some are those that came with some messages.
        """
        codes = self.questions.get(form, frozenset())
        if not codes or "answers" not in written:
            return dict(written)
        answers = json.loads(written["answers"])
        if not everybody:
            self.shared.update(_shared(answers, codes))
        tokens: dict[str, str] = {}

        def replaced(answer: Any, sources: Any) -> Any:
            value, place = answer
            if not isinstance(value, str) or not (everybody or sources[place][1] in own_codes):
                return answer
            tokens[value] = self._token(value)
            return [tokens[value], place]

        for given in answers.values():
            for code in codes & given["a"].keys():
                given["a"][code] = replaced(given["a"][code], given["from"])
            for code in codes & given.get("h", {}).keys():
                given["h"][code] = [replaced(past, given["from"]) for past in given["h"][code]]
        documents = {**written, "answers": _json(answers)}
        if "decisions" in written:
            documents["decisions"] = _json(_with_tokens(json.loads(written["decisions"]), tokens))
        return documents

    def _token(self, value: Any) -> Any:
        if not isinstance(value, str) or _TOKEN.fullmatch(value) or value in self.shared:
            return value
        return MARK + hmac.new(self.key, value.encode(), hashlib.sha256).hexdigest()[:8]


def _shared(answers: Mapping[str, Any], codes: Collection[str]) -> set[str]:
    """Return the texts that more than one observer gave to a question."""
    shared: set[str] = set()
    for code in codes:
        given = [answer["a"][code][0] for answer in answers.values() if code in answer["a"]]
        shared |= {value for value in given if isinstance(value, str) and given.count(value) > 1}
    return shared


def _with_tokens(value: Any, tokens: Mapping[str, str]) -> Any:
    """Return decisions with tokens in the place of texts."""
    match value:
        case dict():
            return {name: _with_tokens(item, tokens) for name, item in value.items()}
        case list():
            return [_with_tokens(item, tokens) for item in value]
        case str():
            for text, token in tokens.items():
                value = (
                    token if value == text else value.replace(f"={json.dumps(text, ensure_ascii=False)}", f'="{token}"')
                )
            return value
        case _:
            return value


def _json(document: Any) -> str:
    return str(Document().serialize(document))
