"""What an operator enters for observers, for tests."""

from pipeline import Pipeline, stored

from chalicelib.observation.elections.election import Observer
from chalicelib.services.access.operators import Operator
from chalicelib.services.processing.process import process
from chalicelib.services.review.entry import Draft, entry_row, read_back
from chalicelib.store.messages import Message
from chalicelib.store.outcome import queued, write


def aida(pipeline: Pipeline, *regions: str) -> Operator:
    return Operator("Aida", "operator", pipeline.election.id, regions)


def put(pipeline: Pipeline, draft: Draft, key: str = "entered#test#1") -> Message:
    read = read_back(pipeline.current, aida(pipeline), draft, pipeline.now)
    assert not read.faults
    key = key.replace("test#", f"test#{pipeline.election.id}-")
    about = draft.about.key if draft.about else None
    write([queued(entry_row(pipeline.current, read, "Aida (operator)", key, "by phone", about, pipeline.now))])
    return stored(key)


def enter(pipeline: Pipeline, text: str, observer: Observer, about: Message | None = None, key: str = "1") -> Message:
    entry = put(pipeline, Draft(observer.number, text, about=about), f"entered#test#{key}")
    process(entry, pipeline.now)
    return stored(entry.key)
