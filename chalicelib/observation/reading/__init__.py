"""Reading an SMS: a pure function of its text and the election (docs/grammar.md)."""

from chalicelib.observation.reading.reading import read

__all__ = ["read"]
