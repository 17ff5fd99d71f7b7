"""Reading an SMS: a pure function of its text and the election (GRAMMAR.md)."""

from chalicelib.observation.reading.reading import read

__all__ = ["read"]
