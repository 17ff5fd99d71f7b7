"""The bundle as Lambda's machines have it: their C library, a stranger as user."""

import re
import zipfile

import pytest

from infra.bundle import package

GLIBC = (2, 26)
"""Amazon Linux 2, under python3.11; newer runtimes have 2.34."""


@pytest.fixture(scope="module")
def compiled() -> dict[str, bytes]:
    with zipfile.ZipFile(package().zip) as code:
        return {name: code.read(name) for name in code.namelist() if name.endswith(".so")}


def test_h2_compiled_modules_need_no_newer_glibc_than_lambda_has(compiled: dict[str, bytes]) -> None:
    assert compiled
    for name, content in compiled.items():
        needed = {(int(major), int(minor)) for major, minor in re.findall(rb"GLIBC_(\d+)\.(\d+)", content)}
        assert max(needed) <= GLIBC, f"{name} needs glibc {max(needed)}"


def test_compiled_modules_are_for_its_processor(compiled: dict[str, bytes]) -> None:
    x86_64 = b"\x3e\x00"
    assert {content[18:20] for content in compiled.values()} == {x86_64}
