"""A rehearsal on a deployed stack: every message accounted for, also by sweep alone, and a clean audit after it."""

import os
import re
import subprocess
import sys
from pathlib import Path

import pytest
from stack import Sample, sample_on

ROOT = Path(__file__).parents[2]


@pytest.fixture(scope="module")
def swept_sample(stack_without_streams, tmp_path_factory) -> Sample:
    return sample_on(stack_without_streams, tmp_path_factory.mktemp("swept") / "local.json")


def baykoo(sample: Sample, *arguments: str) -> subprocess.CompletedProcess[str]:
    environ = {key: value for key, value in os.environ.items() if not key.startswith("AWS_")}
    return subprocess.run(
        [sys.executable, "-m", "chalicelib.cli", *arguments],
        cwd=ROOT,
        env=environ | {"BAYKOO_LOCAL": str(sample.path), "COLUMNS": "120"},
        capture_output=True,
        text=True,
        check=False,
    )


def rehearse(sample: Sample, page: Path, observers: int) -> str:
    """The rehearsal's output; its page says the same, and the audit after it finds nothing."""
    done = baykoo(
        sample, "rehearse", f"--observers={observers}", "--minutes=0.5", "--duplicates=20", "--incidents=10",
        "--noise=30", "--seed=11", f"--report={page}",
    )  # fmt: skip
    assert done.returncode == 0, done.stdout + done.stderr
    assert "Not one message was lost" in page.read_text(encoding="utf-8")
    audited = baykoo(sample, "audit")
    assert audited.returncode == 0, audited.stdout + audited.stderr
    return done.stdout


def counted(output: str, name: str) -> int:
    return int(re.search(rf"{name} +│ +([\d,]+)", output)[1].replace(",", ""))


def test_all_that_simulated_observers_send_is_accounted_for(sample, tmp_path):
    output = rehearse(sample, tmp_path / "report" / "page.html", observers=40)
    assert counted(output, "Sent") == counted(output, "Acknowledged") == counted(output, "Accounted") > 200
    assert counted(output, "accepted") > 150
    assert counted(output, "from unknown numbers, kept apart") > 0
    assert counted(output, "not understood, shown to operators") > 0
    assert re.search(r"[1-9]\d* incidents, [1-9]\d* alerts, 0 of them failed", output)
    assert "Taken for another station, round or observer" not in output
    misread = [int(found) for found in re.findall(r"^│ \w\w \w+ +│ +\d+ │ +\d+ +│ +(\d+)", output, re.MULTILINE)]
    assert misread
    assert not any(misread)


def test_nothing_of_a_rehearsal_shows_in_the_election_that_it_copies(sample, tmp_path):
    before = baykoo(sample, "audit", "--election", "kg-2017").stdout
    rehearse(sample, tmp_path / "page.html", observers=4)
    assert baykoo(sample, "audit", "--election", "kg-2017").stdout == before


def test_sweep_alone_accounts_for_everything(swept_sample, tmp_path):
    output = rehearse(swept_sample, tmp_path / "page.html", observers=10)
    assert counted(output, "Acknowledged") == counted(output, "Accounted") > 50


@pytest.mark.parametrize(
    ("arguments", "said"),
    [
        (["--observers", "1001"], "has 1000 observers: rehearse with that many at most"),
        (["--election", "none"], "there is no election 'none'"),
        (["--noise", "101"], "101.0 is not in the range 0<=x<=100"),
        (["--url", "http://127.0.0.1:9"], "took none of the first messages: ConnectionRefusedError"),
    ],
)
def test_what_cannot_be_rehearsed_is_said(sample, arguments, said):
    done = baykoo(sample, "rehearse", "--minutes", "0.1", *arguments)
    assert done.returncode != 0
    assert said in " ".join(done.stderr.split())
    assert "Traceback" not in done.stderr
