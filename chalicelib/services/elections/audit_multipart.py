"""Audit long SMS: each part is read in one message.

The message says what its parts say, and nothing counts twice.
"""

from collections import Counter
from collections.abc import Iterable, Iterator

from chalicelib.observation.sms.multipart import joined_text
from chalicelib.observation.sms.states import Flag, MessageState
from chalicelib.store.long_sms import part_text
from chalicelib.store.messages import Message


def part_differences(messages: Iterable[Message]) -> Iterator[str]:
    """Compare parts with the messages that they are read in."""
    by_key = {message.key: message for message in messages}
    joined = [message for message in by_key.values() if message.parts is not None]
    for message in by_key.values():
        yield from _reading_differences(message, by_key.get(message.about or ""))
    for message in joined:
        yield from _text_differences(message, [by_key[key] for key in message.parts if key in by_key])
    yield from _repetitions(message for message in joined if message.state != MessageState.SUPERSEDED)


def _reading_differences(message: Message, about: Message | None) -> Iterator[str]:
    """Check the message where a part, or a superseded message, is read."""
    read_in = set(about.parts or ()) if about is not None else set()
    if message.state == MessageState.JOINED and message.key not in read_in:
        yield f"message {message.key}: it is joined, but {message.about} is not read with it"
    if message.state == MessageState.SUPERSEDED and not read_in > set(message.parts):
        yield f"message {message.key}: it is superseded, but {message.about} does not have all its parts and more"


def _repetitions(counted: Iterable[Message]) -> Iterator[str]:
    """Parts that count more than once."""
    for key, times in Counter(key for message in counted for key in message.parts).items():
        if times > 1:
            yield f"message {key}: it is a part of {times} messages that count"


def _text_differences(message: Message, parts: list[Message]) -> Iterator[str]:
    if len(parts) < len(message.parts) or any(part.part is None for part in parts):
        yield f"message {message.key}: some of its parts are not stored, or have no outcome yet"
        return
    texts = [part_text(part) for part in parts]
    is_mixed = len({text.number for text in texts}) < len(texts)
    is_kept = message.text is not None and all(part.text is not None for part in parts)  # and nobody was forgotten
    if is_kept and message.text_as_sent != joined_text(parts[0].part[2], texts, mixed=is_mixed):
        yield f"message {message.key}: its text is not that of its parts"
    if (message.flag == Flag.INCOMPLETE) == (not is_mixed and len(parts) == parts[0].part[2]):
        yield f"message {message.key}: it is {message.flag or 'complete'}, but its parts are not"
