"""Read an SMS: a pure function of text and election.

See docs/grammar.md.
"""
