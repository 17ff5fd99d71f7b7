"""Package the app: a zip for Lambda, and a SAM template.

Chalice makes the template, and `template/` completes it.

The zip holds app.py, chalicelib without its command line, requirements.txt less what Lambda does not need, and their
bytecode. The same sources give the same bytes, under any umask and from any folder. What a package is made from is
hashed, and a package once made is used again. ``python -m infra.bundle`` prints where it is and its size.
"""

import fcntl
import hashlib
import json
import os
import re
import shutil
import stat
import subprocess
import sys
import tempfile
import zipfile
from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass
from functools import reduce
from pathlib import Path
from typing import Any

from chalice.package import TemplateDeepMerger, YAMLTemplateSerializer

from infra.environments import ROOT, STATE

PINS = ROOT / "requirements.txt"
BUILDS = STATE / "builds"
TEMPLATE = ROOT / "infra" / "template"
KEPT_BUILDS = 3
PYTHON = f"{sys.version_info.major}.{sys.version_info.minor}"

REQUIREMENT = re.compile(r"^([\w.-]+)==(?:.*\\\n)*.*\n", re.MULTILINE)
"""A pinned requirement, with the lines of its hashes; its name is the group."""

# What Lambda does not need of requirements.txt: chalice's command line, which this module runs, and what that alone
# requires. chalice's packager adds the two files of chalice that run.
NOT_SHIPPED = frozenset(
    {
        "ansicon",
        "blessed",
        "chalice",
        "click",
        "editor",
        "inquirer",
        "jinxed",
        "packaging",
        "pip",
        "pyyaml",
        "readchar",
        "runs",
        "setuptools",
        "wcwidth",
        "wheel",
        "xmod",
    }
)
# botocore carries a model for each of AWS's services, 28 of its 30 MB. These are the ones that Baykoo calls.
BOTOCORE_MODELS = frozenset({"dynamodb", "lambda", "s3", "sesv2", "sns", "ssm", "sts"})
# What is not imported of the rest: bytecode made by another Python, console scripts, tests, type stubs, parts that are
# not used, and pip's own records, which name the machine's Python.
UNUSED = (
    "__pycache__",
    "bin",
    "tests",
    "*.pyi",
    "*.pyc",
    "py.typed",
    "*.dist-info/INSTALLER",
    "*.dist-info/RECORD",
    "*.dist-info/REQUESTED",
    "aws_lambda_powertools/event_handler",
    "aws_lambda_powertools/utilities/[a-ik-z]*",  # all but jmespath_utils, which its metrics import
    "boto3/data",  # resources; clients are botocore's
    "boto3/dynamodb",
    "boto3/ec2",
    "boto3/examples",
    "phonenumbers/shortdata/region_*",
    "pydantic/v1",  # the interface of old
)
LONG_AGO = (1980, 1, 1, 0, 0, 0)
"""The date of every file in the zip, the earliest that a zip can name."""


class PackageFailed(Exception):
    """Packaging failed; the message holds what the tool said."""


@dataclass(frozen=True)
class Package:
    """A deployable package: a folder with the template and the code.

    The template is `sam.json`, the code `deployment.zip`.
    """

    folder: Path

    @property
    def template(self) -> Path:
        """The SAM template; its functions' code is the zip beside it."""
        return self.folder / "sam.json"

    @property
    def zip(self) -> Path:
        """The code of every function."""
        return self.folder / "deployment.zip"

    def describe(self) -> str:
        """Describe the bundle's size, zipped and unpacked, and what takes most."""
        with zipfile.ZipFile(self.zip) as code:
            sizes = Counter[str]()
            for entry in code.infolist():
                sizes[entry.filename.split("/")[0]] += entry.file_size
        largest = ", ".join(f"{name} {size / 1e6:.1f}" for name, size in sizes.most_common(6))
        zipped = self.zip.stat().st_size / 1e6
        return f"Bundle: {zipped:.1f} MB zipped, {sizes.total() / 1e6:.1f} MB unpacked ({largest} …)"


def package() -> Package:
    """Package the app as it is now; raises `PackageFailed`.

    A package already made from the same is used again.
    """
    BUILDS.mkdir(parents=True, exist_ok=True)
    with (BUILDS / "lock").open("w") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        made = Package(BUILDS / _hash(_sources()))
        if not made.folder.is_dir():
            _make(made)
        os.utime(made.folder)
        _forget_old(BUILDS.glob("[0-9a-f]*"))
    return made


def _sources() -> Iterator[Path]:
    """Every file that a package is made from."""
    yield from (ROOT / "app.py", PINS, ROOT / ".chalice" / "config.json", Path(__file__))
    yield from sorted(TEMPLATE.glob("*.yaml"))
    yield from sorted(path for path in (ROOT / "chalicelib").rglob("*") if path.is_file() and _is_bundled(path))


def _is_bundled(path: Path) -> bool:
    parts = path.relative_to(ROOT).parts
    return parts[1] not in {"cli", "rehearsal"} and "__pycache__" not in parts


def _hash(paths: Iterator[Path]) -> str:
    digest = hashlib.sha256(PYTHON.encode())
    for path in paths:
        digest.update(f"\0{path.relative_to(ROOT)}\0".encode() + path.read_bytes())
    return digest.hexdigest()[:16]


def _forget_old(folders: Iterator[Path]) -> None:
    newest_first = sorted(folders, key=lambda folder: folder.stat().st_mtime, reverse=True)
    for folder in newest_first[KEPT_BUILDS:]:
        shutil.rmtree(folder)


def _make(made: Package) -> None:
    project = made.folder.with_suffix(".making")
    shutil.rmtree(project, ignore_errors=True)
    project.mkdir()
    for path in _sources():
        if path.is_relative_to(ROOT / "chalicelib") or path.name in {"app.py", "config.json"}:
            target = project / path.relative_to(ROOT)
            target.parent.mkdir(parents=True, exist_ok=True)
            shutil.copy2(path, target)
    (project / "vendor").symlink_to(_vendor())
    (project / "infra.json").write_text(json.dumps(_our_template()))
    chalice = str(Path(sys.executable).with_name("chalice"))
    _run([chalice, "package", "--stage", "live", "--merge-template", "infra.json", "out"], project)
    _seal(project / "out" / "deployment.zip")
    (project / "out").rename(made.folder)
    shutil.rmtree(project)


def _seal(code: Path) -> None:
    """Write the zip anew: with bytecode, in order, at one date.

    All may read what is in it.

    Lambda's folder is read-only: without bytecode every cold start would compile all that it imports. It is taken as it
    is, whatever the files' dates are once they are unpacked (PEP 552). Lambda runs as another user than packs.
    """
    with tempfile.TemporaryDirectory() as folder:
        with zipfile.ZipFile(code) as made_by_chalice:
            made_by_chalice.extractall(folder)
        names = ["--invalidation-mode=unchecked-hash", "-s", folder, "-p", "/var/task"]
        _run([sys.executable, "-m", "compileall", "-q", *names, folder], Path(folder))
        with zipfile.ZipFile(code, "w", zipfile.ZIP_DEFLATED) as sealed:
            for path in sorted((path for path in Path(folder).rglob("*") if path.is_file()), key=str):
                entry = zipfile.ZipInfo(str(path.relative_to(folder)), LONG_AGO)
                entry.external_attr = (stat.S_IFREG | 0o644) << 16
                sealed.writestr(entry, path.read_bytes(), zipfile.ZIP_DEFLATED)


def _our_template() -> dict[str, Any]:
    """`template/`'s files as one."""
    read = YAMLTemplateSerializer()
    parts = [read.load_template(path.read_text(), path.name) for path in sorted(TEMPLATE.glob("*.yaml"))]
    return reduce(lambda merged, part: TemplateDeepMerger().merge(part, merged), parts)


def _vendor() -> Path:
    """Install for Lambda what is shipped of requirements.txt; return the folder."""
    folder = STATE / "vendor" / _hash(iter((PINS, Path(__file__))))
    if folder.is_dir():
        return folder
    shutil.rmtree(folder.parent, ignore_errors=True)
    making = folder.with_suffix(".making")
    making.mkdir(parents=True)
    shipped = making / "requirements.txt"
    shipped.write_text("".join(pin[0] for pin in REQUIREMENT.finditer(PINS.read_text()) if pin[1] not in NOT_SHIPPED))
    platforms = [f"--platform={tag}_x86_64" for tag in ("manylinux2014", "manylinux_2_17")]
    pip = [
        sys.executable,
        "-m",
        "pip",
        "--disable-pip-version-check",
        "install",
        "--quiet",
        "--no-compile",
        "--no-deps",
        "--require-hashes",
    ]
    target = [
        *platforms,
        "--implementation=cp",
        f"--python-version={PYTHON}",
        "--only-binary=:all:",
        f"--target={making}",
    ]
    _run([*pip, *target, "-r", str(shipped)], ROOT)
    shipped.unlink()
    _strip(making)
    making.rename(folder)
    return folder


def _strip(folder: Path) -> None:
    models = (path for path in (folder / "botocore" / "data").iterdir() if path.is_dir())
    unused = [path for path in models if path.name not in BOTOCORE_MODELS]
    for pattern in UNUSED:
        unused += folder.glob(pattern) if "/" in pattern or pattern == "bin" else folder.rglob(pattern)
    for path in unused:
        if path.is_dir():
            shutil.rmtree(path)
        elif path.exists():
            path.unlink()


def _run(command: list[str], folder: Path) -> None:
    # chalice asks for a region to learn the services' names, which are the same in all of the public ones.
    # Bytecode names things in the order of their hashes, which Python draws anew for each process.
    plain = {name: value for name, value in os.environ.items() if name != "PYTHONPATH"}
    environ = {"AWS_DEFAULT_REGION": "us-east-1", **plain, "PYTHONHASHSEED": "0"}
    done = subprocess.run(command, cwd=folder, check=False, capture_output=True, text=True, env=environ)
    if done.returncode:
        raise PackageFailed(f"{' '.join(command)}\n{done.stdout}{done.stderr}")


def main() -> int:
    """Package the app and print its place and size.

    Returns the exit status.
    """
    try:
        made = package()
    except PackageFailed as failed:
        print(failed, file=sys.stderr)
        return 1
    print(made.describe())
    print(made.template.relative_to(ROOT))
    return 0


if __name__ == "__main__":
    sys.exit(main())
