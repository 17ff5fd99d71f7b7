"""Bring the page's libraries from npm, byte for byte.

`make vendor` runs it; their licences come with them.

``python -m infra.vendor`` reads each vendor.toml, has `npm pack` fetch the versions named there, compares the tarballs
with the integrity written there, copies the files named, and writes what their sha256 are. An empty integrity or sha256
is filled in: that is how a library or a version is added.
"""

import base64
import hashlib
import shutil
import subprocess
import sys
import tarfile
import tempfile
import tomllib
from pathlib import Path
from typing import Any

from infra.environments import ROOT

LISTS = (ROOT / "chalicelib/web/vendor/vendor.toml", ROOT / "tests/pages/vendor/vendor.toml")


class VendorFailed(Exception):
    """A library could not be brought, or is not as listed.

    vendor.toml lists it; the message says which.
    """


def libraries(path: Path) -> dict[str, dict[str, Any]]:
    """Return what a vendor.toml lists, by name.

    `version`, `integrity` and the sha256 of each of `files`.
    """
    return tomllib.loads(path.read_text("utf-8"))


def differences(path: Path) -> list[str]:
    """Name each file beside a vendor.toml that differs from it.

    One that is missing, not listed, or not as its sha256 says.
    """
    listed = {
        path.parent / name / file: sha256
        for name, library in libraries(path).items()
        for file, sha256 in library["files"].items()
    }
    present = {file for file in path.parent.rglob("*") if file.is_file() and file != path}
    changed = {file for file, sha256 in listed.items() if file in present and _sha256(file.read_bytes()) != sha256}
    return sorted(str(file.relative_to(path.parent)) for file in changed | (present ^ listed.keys()))


def bring(path: Path) -> None:
    """Bring what a vendor.toml lists to its folder; raises `VendorFailed`."""
    brought = {name: _library(path.parent / name, name, library) for name, library in libraries(path).items()}
    head = "".join(line for line in path.read_text("utf-8").splitlines(keepends=True) if line.startswith("#"))
    path.write_text(head + "\n".join(_written(name, library) for name, library in brought.items()), "utf-8")


def _library(folder: Path, name: str, library: dict[str, Any]) -> dict[str, Any]:
    tarball = _packed(f"{name}@{library['version']}")
    integrity = "sha512-" + base64.b64encode(hashlib.sha512(tarball.read_bytes()).digest()).decode()
    if library["integrity"] not in ("", integrity):
        raise VendorFailed(f"{name}: the tarball is {integrity}, vendor.toml says {library['integrity']}.")
    files = {}
    with tarfile.open(tarball) as archive:
        for file in library["files"]:
            member = archive.extractfile(f"package/{file}")
            if member is None:
                raise VendorFailed(f"{name} {library['version']} has no file {file}.")
            content = member.read()
            target = folder / file
            target.parent.mkdir(parents=True, exist_ok=True)
            target.write_bytes(content)
            files[file] = _sha256(content)
    return {**library, "integrity": integrity, "files": files}


def _packed(what: str) -> Path:
    folder = Path(tempfile.mkdtemp())
    npm = shutil.which("npm")
    if npm is None:
        raise VendorFailed("npm is not installed; on Debian: sudo apt-get install npm")
    done = subprocess.run([npm, "pack", what], cwd=folder, check=False, capture_output=True, text=True)
    if done.returncode:
        raise VendorFailed(f"npm pack {what}\n{done.stderr}")
    return next(folder.glob("*.tgz"))


def _written(name: str, library: dict[str, Any]) -> str:
    files = "".join(f'"{file}" = "{sha256}"\n' for file, sha256 in library["files"].items())
    return f'[{name}]\nversion = "{library["version"]}"\nintegrity = "{library["integrity"]}"\n[{name}.files]\n{files}'


def _sha256(content: bytes) -> str:
    return hashlib.sha256(content).hexdigest()


def main() -> int:
    """Bring every library; return the exit status."""
    try:
        for path in LISTS:
            bring(path)
    except VendorFailed as failed:
        print(failed, file=sys.stderr)
        return 1
    return 0


if __name__ == "__main__":
    sys.exit(main())
