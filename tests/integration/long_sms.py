"""Long SMS as a gateway hands them in that does not join their parts, each part a request of its own."""

import datetime as dt
import json
from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from pipeline import Pipeline, stored

from chalicelib.observation.sms.states import MessageState
from chalicelib.rehearsal.senders.sms import Sms
from chalicelib.rehearsal.senders.unsigned import KannelSender
from chalicelib.rehearsal.senders.vonage_sms import VonageSmsSender
from chalicelib.services.clients import provider_settings
from chalicelib.services.intake.receive import receive
from chalicelib.services.processing.process import process
from chalicelib.store.messages import Message
from infra.stack import Stack

URL = "https://example.org/webhooks/"
VONAGE = VonageSmsSender(by="json")
KANNEL = KannelSender("UTF-16BE")
LIMIT = dt.timedelta(minutes=2)


def configure(services: Stack) -> None:
    """Give the stack the settings of both gateways."""
    for sender in (VONAGE, KANNEL):
        name = f"{services.outputs['Parameters']}/providers/{sender.name}"
        value = json.dumps(sender.secrets)
        services.client("ssm").put_parameter(Name=name, Value=value, Type="SecureString", Overwrite=True)
    provider_settings.forget()


def cut(text: str, total: int) -> list[str]:
    """A text in parts of about the same length, some of them cut within a number."""
    length = -(-len(text) // total)
    parts = [text[begin : begin + length] for begin in range(0, len(text), length)]
    assert len(parts) == total, "choose a text that can be cut so"
    return parts


@dataclass
class LongSms:
    """An SMS that its sender's phone has cut; `name` tells its ids apart from those of others."""

    pipeline: Pipeline
    texts: Sequence[str]
    reference: str = "7"
    name: str = "long"
    sender: str = ""
    sent_at: dt.datetime | None = None

    def key(self, number: int, again: str = "") -> str:
        return f"{VONAGE.name}#{self._id(number, again)}"

    def store(self, number: int, again: str = "") -> Message:
        """Have a part stored, `again` under another id; returns its row as the stream tells it."""
        sms = Sms(self._id(number, again), self.sender or self.pipeline.phone(), self.pipeline.number, "", self._at)
        more = {"concat": "true", "concat-ref": self.reference, "concat-total": str(len(self.texts))}
        more |= {"concat-part": str(number), "text": self.texts[number - 1], "timestamp": self._now}
        more |= {"message-timestamp": f"{self._at:%Y-%m-%d %H:%M:%S}"}
        answer = receive(VONAGE.name, VONAGE.sign(sms, URL + VONAGE.name, self._at, **more).arriving(self.pipeline.now))
        assert answer.status == 200, answer
        return stored(self.key(number, again))

    def store_all(self, numbers: Iterable[int]) -> list[Message]:
        return [self.store(number) for number in numbers]

    def come(self, *numbers: int) -> None:
        """Have parts stored and processed, one after the other."""
        for number in numbers:
            process(self.store(number), self.pipeline.now)

    def parts(self) -> list[Message]:
        rows = [row for row in self.pipeline.rows() if row.key.startswith(f"{VONAGE.name}#{self._id('', '')}")]
        return sorted(rows, key=lambda row: row.key)

    @property
    def _at(self) -> dt.datetime:
        return (self.sent_at or self.pipeline.now).astimezone(dt.UTC)

    @property
    def _now(self) -> str:
        return str(int(self.pipeline.now.timestamp()))

    def _id(self, number: int | str, again: str) -> str:
        return f"{self.pipeline.election.id}-{self.name}-{number}{again}"


def joined(pipeline: Pipeline) -> list[Message]:
    """The messages that were made of parts, in the order in which they were received."""
    rows = [row for row in Message.scan(Message.recipient == pipeline.number, consistent_read=True) if row.parts]
    return sorted(rows, key=lambda row: (row.received_at or row.stored_at, row.key))


def unfinished(pipeline: Pipeline) -> list[Message]:
    mine = Message.recipient == pipeline.number
    return [row for row in Message.scan(mine, consistent_read=True) if row.state == MessageState.RECEIVED]


def finish(pipeline: Pipeline) -> None:
    """Process what is received, as the stream and sweep do, until nothing is but parts that wait."""
    for _ in range(3):
        rows = unfinished(pipeline)
        if not rows:
            return
        for row in rows:
            process(row, pipeline.now)


def pass_the_limit(pipeline: Pipeline) -> None:
    pipeline.now += LIMIT + dt.timedelta(seconds=1)
    finish(pipeline)
