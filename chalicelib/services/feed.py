"""Tell the feed what a batch of the stream brought, at best.

The log of the day is no part of any message's way.
"""

import datetime as dt
from collections import defaultdict
from collections.abc import Iterable, Mapping

from chalicelib.services.isolation import for_each
from chalicelib.store.feed import Line, put_lines
from chalicelib.store.messages import Message

Told = tuple[str, Line]
"""An election's id, and a message of it."""


def told_of_incoming(message: Message, election_id: str | None, outcome: Mapping[str, str]) -> Told | None:
    """Return what the feed is told of an SMS that was processed.

    It is None where it belongs to no election.

    `outcome`: the texts that the message was given, by attribute.
    """
    if election_id is None:
        return None
    line = Line(
        message.key, "in", outcome.get("state", ""), outcome.get("region"), message.provider, outcome.get("observer")
    )
    return election_id, line


def told_of_outgoing(message: Message) -> Told | None:
    """Return what the feed is told of a message of ours.

    It is None where it belongs to no election.
    """
    if message.direction != "out" or message.election is None:
        return None
    return message.election, Line(message.key, "out", message.state, message.region, None, message.observer)


def tell_feed(lines: Iterable[Told | None], now: dt.datetime) -> None:
    """Add a batch's messages to their elections' feeds.

    What fails is logged and left.
    """
    by_election: defaultdict[str, list[Line]] = defaultdict(list)
    for line in lines:
        if line is not None:
            by_election[line[0]].append(line[1])
    for_each("feed", by_election, lambda election: put_lines(election, by_election[election], now))
