"""A roster keeps phones in the form that senders are compared in."""

import pytest

from chalicelib.observation.election_file import inspect_election
from chalicelib.observation.sms.phones import international


@pytest.mark.parametrize(
    "written", ["+9960555100003", "+996(0)555100003", "0555-100-003", "555 100 003", "00996555100003"]
)
def test_a_roster_keeps_what_a_sender_is_compared_with(files, written):
    texts = dict(files)
    texts["observers.csv"] = texts["observers.csv"].replace("+996555100003", written)
    election = inspect_election(texts, "election.yaml").election
    assert election.observers[2].phones == ("+996555100003",)
    assert international("+996(0)555100003") in election.observers_by_phone
