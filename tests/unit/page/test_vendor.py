"""What is vendored is npm's, byte for byte."""

from pathlib import Path

import pytest

from infra.vendor import LISTS, differences, libraries


@pytest.mark.parametrize("path", LISTS, ids=lambda path: path.parts[-3])
def test_each_file_is_as_its_sha256_says(path: Path) -> None:
    assert libraries(path)
    assert differences(path) == []


@pytest.mark.parametrize("path", LISTS, ids=lambda path: path.parts[-3])
def test_each_library_has_its_licence_and_the_integrity_of_its_tarball(path: Path) -> None:
    for name, library in libraries(path).items():
        assert "LICENSE" in library["files"], name
        assert library["integrity"].startswith("sha512-"), name


def test_a_changed_a_missing_and_a_foreign_file_are_named(tmp_path: Path) -> None:
    folder = tmp_path / "lib"
    folder.mkdir()
    (folder / "a.js").write_text("changed")
    (folder / "c.js").write_text("nobody's")
    listed = tmp_path / "vendor.toml"
    listed.write_text('[lib]\nversion = "1"\nintegrity = ""\n[lib.files]\n"a.js" = "0"\n"b.js" = "0"\n')
    assert differences(listed) == ["lib/a.js", "lib/b.js", "lib/c.js"]
