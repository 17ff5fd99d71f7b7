"""./baykoo on the sample election's stack, and what a rehearsal prints."""

import os
import re
import subprocess
import sys
from pathlib import Path

from stack import Sample

ROOT = Path(__file__).parents[2]


def baykoo(sample: Sample, *arguments: str) -> subprocess.Popen[str]:
    environ = {key: value for key, value in os.environ.items() if not key.startswith("AWS_")}
    return subprocess.Popen(
        [sys.executable, "-m", "chalicelib.cli", *arguments],
        cwd=ROOT,
        env=environ | {"BAYKOO_LOCAL": str(sample.path), "COLUMNS": "120"},
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
    )


def output_of(running: subprocess.Popen[str]) -> str:
    output, errors = running.communicate()
    assert running.returncode == 0, output + errors
    return output


def refusal_of(running: subprocess.Popen[str]) -> str:
    """What a command said on one line before it ended with a failure."""
    _, errors = running.communicate()
    assert running.returncode in (1, 2)
    assert "Traceback" not in errors
    return " ".join(errors.split())


def counted(output: str, name: str) -> int:
    return numbers(output, name)[0]


def numbers(output: str, name: str) -> list[int]:
    """The counts that stand in a line of a table behind its name."""
    line = re.search(rf"^│ {name} +│([^\n]+)", output, re.MULTILINE)
    assert line is not None, output
    return [int(found.replace(",", "")) for found in re.findall(r"(?<=│) +([\d,]+) +(?=│)", f"│{line[1]}")]
