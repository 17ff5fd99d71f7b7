"""Copy rows and read expressions of DynamoDB at less cost.

Runs in the emulator's process. ministack 1.5.33 copies each row that is written three to eight times by
`copy.deepcopy`, and reads an expression letter by letter anew for each row that it is tried on. Rows are JSON, which
`marshal` copies twenty times as fast, and an expression's text reads the same each time.
"""

import copy
import marshal
from functools import lru_cache
from types import SimpleNamespace
from typing import Any

from ministack.services import dynamodb  # type: ignore[import-not-found]

EXPRESSIONS = 2048
"""How many texts of expressions are kept read."""


class _Tokens(list[Any]):
    """What an expression was read as, one object per text.

    Nobody changes it.
    """

    __hash__ = object.__hash__  # type: ignore[assignment]

    def __eq__(self, other: object) -> bool:
        return self is other


def _copied(value: Any) -> Any:
    """Copy JSON; what is none is copied as Python does."""
    try:
        return marshal.loads(marshal.dumps(value))  # noqa: S302 - of this process
    except ValueError:
        return copy.deepcopy(value)


def quicken() -> None:
    """Have ministack's DynamoDB do so."""
    dynamodb.copy = SimpleNamespace(**vars(copy) | {"deepcopy": _copied})
    tokenize, kept = dynamodb._tokenize, lru_cache(EXPRESSIONS)
    dynamodb._tokenize = kept(lambda text: _Tokens(tokenize(text)))
    dynamodb._condition_syntax_error = kept(dynamodb._condition_syntax_error)
    for name in ("_check_reserved_keyword_usage", "_check_redundant_parens"):
        setattr(dynamodb, name, _per_text(getattr(dynamodb, name)))


def _per_text(check: Any) -> Any:
    """Have a check of tokens done once per text."""
    checked = lru_cache(EXPRESSIONS)(check)

    def answered(tokens: Any, *slot: str) -> Any:
        return (checked if isinstance(tokens, _Tokens) else check)(tokens, *slot)

    return answered
