"""Reading an SMS: a pure function of its text and the election (docs/grammar.md)."""
