"""A message as the desk shows it to an operator, or None, for tests."""

from collections.abc import Collection
from typing import Any

from chalicelib.services.access.operators import Operator
from chalicelib.services.desk.message import message_of
from chalicelib.services.desk.refusals import NoSuchMessage
from chalicelib.services.views.message import described_with_reply


def describe_message(operator: Operator, key: str, withheld: Collection[str] = ()) -> dict[str, Any] | None:
    """Return what the operator sees of a message, None where they see none."""
    try:
        return described_with_reply(operator, message_of(operator, key), withheld)
    except NoSuchMessage:
        return None
