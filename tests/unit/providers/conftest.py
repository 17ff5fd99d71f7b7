"""Senders, each with its SDK imported before examples are timed."""

import datetime as dt

import pytest

from chalicelib.rehearsal.senders.sms import Sms
from chalicelib.rehearsal.senders.table import SENDERS


@pytest.fixture(scope="session", autouse=True)
def loaded() -> None:
    """A sender imports its SDK at its first signature, for which no example of hypothesis shall have to wait."""
    at = dt.datetime(2017, 10, 15, tzinfo=dt.UTC)
    for sender in SENDERS.values():
        sender.sign(Sms("m-1", "+996700123456", "+996555000111", "OP", at), "https://example.org/", at)
