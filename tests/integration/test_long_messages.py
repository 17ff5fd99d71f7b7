"""A long SMS that comes in parts: nothing of it is guessed, and nothing of it is lost."""

from pipeline import Pipeline, stored

from chalicelib.services.process import process
from chalicelib.store.messages import Message


def part(pipeline: Pipeline, text: str, number: int) -> Message:
    message = pipeline.send(pipeline.phone(), text)
    message.update(actions=[Message.part.set(["ref", number, 2])])
    process(stored(message.key), pipeline.now)
    return stored(message.key)


def test_a_part_is_held_and_the_observer_is_told_once(pipeline: Pipeline) -> None:
    first, second = part(pipeline, "TU A12", 1), part(pipeline, "34 # all quiet", 2)
    assert [(one.state, one.reading) for one in (first, second)] == [("held", {"reports": [], "held": "part"})] * 2
    assert pipeline.reports() == []
    assert pipeline.reply(first) is not None
    assert pipeline.reply(second) is None
    assert pipeline.summary()["nation"]["messages"]["held"] == 2
    assert pipeline.differences() == ()
