"""The zip that every function runs from."""

import importlib.metadata
import importlib.util
import os
import re
import shutil
import subprocess
import sys
import zipfile
from pathlib import Path, PurePosixPath

import pytest

from infra.bundle import BOTOCORE_MODELS, LONG_AGO, NOT_SHIPPED, PINS, REQUIREMENT, package
from infra.environments import ROOT

MOST_MEGABYTES = 14


@pytest.fixture(scope="module")
def unpacked(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("bundle")
    with zipfile.ZipFile(package().zip) as code:
        code.extractall(folder)
    return folder


def names_in_zip() -> list[PurePosixPath]:
    """Everything but bytecode."""
    with zipfile.ZipFile(package().zip) as code:
        return [PurePosixPath(name) for name in code.namelist() if not name.endswith(".pyc")]


SHIPPED = {
    "annotated_types",
    "aws_lambda_powertools",
    "boto3",
    "botocore",
    "et_xmlfile",
    "jinja2",
    "jmespath",
    "markupsafe",
    "openpyxl",
    "phonenumberslite",
    "pydantic",
    "pydantic_core",
    "pynamodb",
    "python_dateutil",
    "ruamel_yaml",
    "s3transfer",
    "six",
    "typing_extensions",
    "typing_inspection",
    "tzdata",
    "urllib3",
    "xlsxwriter",
}
"""Every distribution in the bundle."""


def plain(name: str) -> str:
    return re.sub(r"[-.]", "_", name.lower())


def shipped() -> set[str]:
    found = {name.parts[0] for name in names_in_zip() if name.parts[0].endswith(".dist-info")}
    return {plain(re.sub(r"-[^-]+\.dist-info$", "", name)) for name in found}


def pinned() -> set[str]:
    return {pin[1] for pin in REQUIREMENT.finditer(PINS.read_text())}


def run_alone(program: str) -> None:
    """Run a program by Python alone, without what is installed here."""
    environ = {"AWS_ACCESS_KEY_ID": "x", "AWS_SECRET_ACCESS_KEY": "x"}
    command = [sys.executable, "-I", "-S", "-c", program]
    done = subprocess.run(command, check=False, capture_output=True, text=True, env=environ)
    assert done.returncode == 0, done.stderr


def test_it_holds_these_packages_and_the_app_and_nothing_else() -> None:
    assert shipped() == SHIPPED
    owners = importlib.metadata.packages_distributions()
    theirs = {module for module, names in owners.items() if {plain(name) for name in names} & SHIPPED}
    found = {name.parts[0].removesuffix(".py") for name in names_in_zip() if ".dist-info" not in name.parts[0]}
    assert found - theirs == {"app", "chalice", "chalicelib"}


def test_every_requirement_is_shipped_or_named_as_one_that_is_not() -> None:
    assert pinned() >= NOT_SHIPPED
    assert {plain(name) for name in pinned() - NOT_SHIPPED} == SHIPPED


def test_what_is_not_shipped_is_required_by_chalice_alone() -> None:
    for name in SHIPPED:
        required = importlib.metadata.requires(name) or []
        names = {re.split(r"[^\w.-]", line)[0].lower() for line in required if "extra ==" not in line}
        assert not names & NOT_SHIPPED, name


def test_the_licence_of_each_is_listed_as_the_package_declares_it() -> None:
    rows = re.findall(r"^\| (\w[\w-]*) \| (.+) \|$", (ROOT / "docs" / "licences.md").read_text(), re.MULTILINE)
    listed = dict(rows[1:])
    assert {plain(name) for name in listed} == SHIPPED | {"chalice"}
    for name, licences in listed.items():
        metadata = importlib.metadata.metadata(name)
        fields = ("License", "License-Expression", "Classifier")
        declared = " ".join(str(text) for field in fields for text in metadata.get_all(field) or [])
        for licence in licences.split(" or "):
            assert licence.partition("-")[0] in declared, f"{name}: {declared}"


def test_of_chalice_it_holds_what_runs() -> None:
    assert {str(name) for name in names_in_zip() if name.parts[0] == "chalice"} == {
        "chalice/__init__.py",
        "chalice/app.py",
    }


def test_it_holds_nothing_that_is_not_imported() -> None:
    unused = [name for name in names_in_zip() if {"__pycache__", "cli", "rehearsal", "tests"} & set(name.parts[:-1])]
    assert not [name for name in unused if name.parts[0] != "aws_lambda_powertools"]


def test_of_botocore_it_holds_the_services_that_are_called() -> None:
    models = {
        name.parts[2] for name in names_in_zip() if name.parts[:2] == ("botocore", "data") and len(name.parts) > 3
    }
    assert models == BOTOCORE_MODELS


def test_it_is_small(capsys: pytest.CaptureFixture[str]) -> None:
    with capsys.disabled():
        print(f"\n{package().describe()}")  # noqa: T201 - the size is to be seen in every run
    assert package().zip.stat().st_size < MOST_MEGABYTES * 1e6


def test_it_holds_the_bytecode_of_every_module(unpacked: Path) -> None:
    modules = sorted(unpacked.rglob("*.py"))
    assert len(modules) > 400
    for module in modules:
        bytecode = Path(importlib.util.cache_from_source(str(module)))
        flags = int.from_bytes(bytecode.read_bytes()[4:8], "little")
        assert flags == 0b01, f"{module}: not taken as it is, whatever the file's date"


def test_a_client_is_made_of_every_service_that_is_called(unpacked: Path) -> None:
    program = f"""
import sys
sys.path.insert(0, {str(unpacked)!r})
from botocore.config import Config
from chalicelib.services.clients.aws import client, intake_client
for service in {sorted(BOTOCORE_MODELS)!r}:
    client(service, Config(region_name="us-east-1"))
    intake_client(service, Config(region_name="us-east-1"))
"""
    run_alone(program)


def test_files_are_readable_by_all_and_in_order() -> None:
    with zipfile.ZipFile(package().zip) as code:
        entries = code.infolist()
    assert [entry.filename for entry in entries] == sorted(entry.filename for entry in entries)
    assert {(entry.external_attr >> 16, entry.date_time) for entry in entries} == {(0o100644, LONG_AGO)}


@pytest.mark.long
def test_another_person_makes_the_same_bytes_elsewhere(tmp_path: Path) -> None:
    """From a clone in another folder, with a strict umask, at another hour of another zone."""
    clone = tmp_path / "a clone"
    copied = subprocess.run(["git", "ls-files", "-z"], cwd=ROOT, check=True, capture_output=True, text=True).stdout
    for name in copied.rstrip("\0").split("\0"):
        if not name.startswith("tests/"):
            target = clone / name
            target.parent.mkdir(parents=True, exist_ok=True)
            shutil.copyfile(ROOT / name, target)
    environ = {**os.environ, "TZ": "Asia/Bishkek", "PYTHONHASHSEED": "42"}
    done = subprocess.run(
        [sys.executable, "-m", "infra.bundle"],
        cwd=clone,
        check=True,
        capture_output=True,
        text=True,
        env=environ,
        umask=0o077,
    )
    theirs = clone / done.stdout.splitlines()[-1]
    assert theirs.read_bytes() == package().template.read_bytes()
    assert theirs.with_name("deployment.zip").read_bytes() == package().zip.read_bytes()


def test_the_app_and_every_handler_are_imported_from_it_alone(unpacked: Path) -> None:
    handlers = sorted((unpacked / "chalicelib" / "entrypoints").rglob("*.py"))
    modules = [".".join(path.relative_to(unpacked).with_suffix("").parts) for path in handlers]
    assert "chalicelib.entrypoints.intake" in modules
    run_alone(f"import sys; sys.path.insert(0, {str(unpacked)!r}); import app, {', '.join(modules)}")
