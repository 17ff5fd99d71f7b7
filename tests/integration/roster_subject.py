"""What an operator changes about a station or an observer, for tests."""

from entries import aida
from pipeline import Pipeline

from chalicelib.services.actions.perform import Action
from chalicelib.services.decisions.roster import Kind, Subject


def subject(
    pipeline: Pipeline, kind: Kind, number: str, *, seen: int = 0, key: str = "1", note: str = "told by phone"
) -> Subject:
    action = Action(aida(pipeline), pipeline.now, key, f"digest of {key}", note)
    return Subject(pipeline.current, action, kind, number, seen)
