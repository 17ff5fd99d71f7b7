"""Questions to the person who deploys."""

import sys


def asks(question: str) -> bool:
    """Whether the person says yes; nobody there says no."""
    if not sys.stdin.isatty():
        print(f"{question}\nNobody is there to say yes; add YES=yes.")
        return False
    return input(f"{question} [y/N] ").strip().lower() in {"y", "yes"}
