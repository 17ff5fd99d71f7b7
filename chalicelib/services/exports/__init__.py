"""Exports: an election's rows as files, made apart from any request."""
