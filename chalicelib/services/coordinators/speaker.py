"""A coordinator who texts."""

import datetime as dt
from collections.abc import Iterable
from dataclasses import dataclass

from chalicelib.observation.coordinators.commands import Verb
from chalicelib.observation.coordinators.texts import answer, example
from chalicelib.observation.elections.coordinator import Coordinator
from chalicelib.observation.elections.election import Election
from chalicelib.observation.texts.catalogue import text as say
from chalicelib.services import outbox
from chalicelib.store import keys
from chalicelib.store.elections import LoadedElection
from chalicelib.store.messages import Message


@dataclass(frozen=True, slots=True)
class Speaker:
    """Who texts, and when.

    It has the rows of the roster with this phone; on the election's clock and in reality.
    """

    loaded: LoadedElection
    phone: str
    rows: tuple[Coordinator, ...]
    now: dt.datetime

    @property
    def election(self) -> Election:
        """The election that the number leads to."""
        return self.loaded.election

    @property
    def at(self) -> dt.datetime:
        """The time on the election's clock."""
        return self.loaded.clock.at(self.now)

    @property
    def language(self) -> str:
        """The language to answer in."""
        return self.rows[0].language

    @property
    def who(self) -> str:
        """How the speaker is named in histories and the audit trail."""
        return self.rows[0].name

    @property
    def regions(self) -> tuple[str, ...]:
        """The regions that the speaker answers for."""
        return tuple(region for region in self.election.regions if any(row.covers(region) for row in self.rows))

    def say(self, key: str, **values: str) -> str:
        """Return a text of the catalogue in the speaker's language."""
        return say(self.election, self.language, key, **values)

    def example(self, verb: Verb) -> str:
        """Return a command as the speaker would write it."""
        return example(self.election, self.language, verb)

    def reply(self, message: Message, sentences: Iterable[str]) -> Message:
        """Make the answer to the speaker's SMS, for the outbox."""
        text = answer(self.election, self.language, *sentences)
        origin = outbox.Origin(self.election.id, message.key, self.now)
        return outbox.sms_row(keys.reply(message.key), self.phone, text, origin, sender=message.recipient)
