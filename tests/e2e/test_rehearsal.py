"""A rehearsal on a deployed stack: every message accounted for, also by sweep alone, and a clean audit after it."""

import re

import pytest
from rehearsing import baykoo, counted, output_of, refusal_of
from stack import sample_on


def test_all_that_simulated_observers_send_is_accounted_for_in_an_election_of_their_own(sample, tmp_path):
    page = tmp_path / "report" / "page.html"
    original = output_of(baykoo(sample, "audit", "--election", "kg-2017"))
    arguments = ("--observers=30", "--minutes=0.4", "--duplicates=20", "--incidents=10", "--noise=30", "--seed=11")
    output = output_of(baykoo(sample, "rehearse", *arguments, f"--report={page}"))
    assert counted(output, "Sent") == counted(output, "Acknowledged") == counted(output, "Accounted") > 150
    assert counted(output, "accepted") > 100
    assert counted(output, "from unknown numbers, kept apart") > 0
    assert counted(output, "not understood, shown to operators") > 0
    assert re.search(r"[1-9]\d* incidents, [1-9]\d* alerts, 0 of them failed", output)
    assert "Taken for another station, round or observer" not in output
    misread = [int(found) for found in re.findall(r"^│ \w\w \w+ +│ +\d+ +│ +\d+ +│ +(\d+)", output, re.MULTILINE)]
    assert len(misread) >= 18, output  # every question; whether an incident is texted hangs on the seed
    assert not any(misread), output
    assert "Not one message was lost" in page.read_text(encoding="utf-8")
    output_of(baykoo(sample, "audit"))
    assert output_of(baykoo(sample, "audit", "--election", "kg-2017")) == original


@pytest.mark.parametrize(
    ("arguments", "refusal"),
    [
        (["--observers", "1001"], "has 144 observers: rehearse with that many at most"),
        (["--election", "none"], "there is no election 'none'"),
        (["--noise", "101"], "101.0 is not in the range 0<=x<=100"),
        (["--url", "http://127.0.0.1:9"], "took none of the first messages: ConnectionRefusedError"),
    ],
)
def test_what_cannot_be_rehearsed_is_said(sample, arguments, refusal):
    assert refusal in refusal_of(baykoo(sample, "rehearse", "--minutes", "0.1", *arguments))


@pytest.mark.long
def test_sweep_alone_accounts_for_everything(stack_without_streams, tmp_path):
    """Two minutes, most of them of waiting: tests/integration/processing/test_sweep.py has each of its steps."""
    sample = sample_on(stack_without_streams, tmp_path / "local.json")
    arguments = ("--observers=10", "--minutes=0.2", "--incidents=0", "--seed=11", f"--report={tmp_path / 'page.html'}")
    output = output_of(baykoo(sample, "rehearse", *arguments))
    assert counted(output, "Acknowledged") == counted(output, "Accounted") > 40
    loaded = output_of(baykoo(sample, "election", "list")).split()
    for rehearsed in [name for name in loaded if name.startswith("rehearsal-")]:
        assert " 0 differences" in output_of(baykoo(sample, "audit", "--election", rehearsed))
