"""Forgetting people: what is removed of them, and what stays countable."""
