"""The page's files: how they are served, how much they weigh, and what they may not hold."""

import gzip
import re
import sys
from collections.abc import Iterable
from http import HTTPStatus
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import pytest

from chalicelib.entrypoints.api.page import TYPES, WEB, file, page_version, shell
from chalicelib.entrypoints.api.routes import PAGE, ROUTES, UNVERSIONED, WEBHOOKS
from chalicelib.observation.sms.segments import BASIC, EXTENSION

MOST_FILES_OF_FIRST_PAINT = 12
MOST_KILOBYTES = 60
MOST_TOGETHER = 144
LONGEST_MODULE = 300
FIRST = "app.js"
FIRST_SCREEN = "board.js"
STATIC_IMPORT = re.compile(
    r"""^\s*(?:import|export)\b[^'"()]*?from\s*['"](\.[^'"]+)['"]|^import\s*['"](\.[^'"]+)['"]""", re.MULTILINE
)
MODULES = sorted(WEB.glob("*.js"))


def request(path: str = "/", **headers: str) -> Any:
    return SimpleNamespace(context={"path": path}, headers=headers)


def loaded_by(*names: str) -> set[Path]:
    """Files that modules load before they run, themselves included."""
    found: set[Path] = set()
    waiting = [WEB / name for name in names]
    while waiting:
        path = waiting.pop()
        if path not in found:
            found.add(path)
            imported = STATIC_IMPORT.findall(path.read_text("utf-8"))
            waiting += [(path.parent / (alias or other)).resolve() for alias, other in imported]
    return found


def test_the_first_paint_loads_twelve_files_at_most() -> None:
    modules = loaded_by(FIRST, FIRST_SCREEN)
    files = {WEB / "shell.html", WEB / "page.css", WEB / "texts" / "en.json", *modules}
    assert len(files) <= MOST_FILES_OF_FIRST_PAINT, sorted(path.name for path in files)


def test_the_shell_asks_early_for_what_the_start_needs() -> None:
    preloaded = set(re.findall(r'modulepreload" href="\./ui/VERSION/([^"]+)"', (WEB / "shell.html").read_text()))
    assert {str(path.relative_to(WEB)) for path in loaded_by(FIRST)} == preloaded | {FIRST}


def weight_of(files: Iterable[Path]) -> int:
    """Bytes of files in one language, each compressed by itself, as they are sent."""
    sent = (path for path in files if path.name not in {"ru.json", "ky.json"})
    return sum(len(gzip.compress(path.read_bytes())) for path in sent)


def test_no_page_load_weighs_more_than_sixty_kilobytes(capsys: pytest.CaptureFixture[str]) -> None:
    """The frame with any one screen; the others load when somebody opens them."""
    frame = {WEB / "shell.html", WEB / "page.css", WEB / "icon.svg", WEB / "texts" / "en.json", WEB / "keys.js"}
    screens = [
        path.name for path in MODULES if re.search(r"^export function open\(", path.read_text("utf-8"), re.MULTILINE)
    ]
    assert len(screens) > 10
    loads = {name: weight_of(frame | loaded_by(FIRST, name)) for name in screens}
    heaviest = max(loads, key=loads.__getitem__)
    together = weight_of(path for path in WEB.rglob("*") if path.suffix in {*TYPES, ".html"})
    with capsys.disabled():
        sys.stdout.write(
            f"\nThe page, gzip: {loads[FIRST_SCREEN] / 1000:.1f} kB at first; the heaviest screen, {heaviest}, "
            f"{loads[heaviest] / 1000:.1f} kB; every screen together {together / 1000:.1f} kB.\n"
        )
    assert loads[heaviest] <= MOST_KILOBYTES * 1000
    assert together <= MOST_TOGETHER * 1000


@pytest.mark.parametrize("path", MODULES, ids=lambda path: path.name)
def test_a_module_is_short_and_writes_no_html_of_its_own(path: Path) -> None:
    written = path.read_text("utf-8")
    assert written.count("\n") <= LONGEST_MODULE
    assert not re.search(
        r"innerHTML|outerHTML|insertAdjacentHTML|\beval\(|new Function|unsafe-?[hH]tml|document\.write", written
    )
    assert not re.search(r"\sstyle=", written), "the policy forbids style attributes"
    assert not re.search(r"\b(?:const|let|function)\s+(?:history|location)\b", written), "the browser's own are needed"
    assert not re.search(r"""['"`]https?://""", written.replace("http://www.w3.org", "")), "nothing from another host"


def test_nothing_personal_is_kept_in_the_browser() -> None:
    kept = {
        name for path in MODULES for name in re.findall(r"(?:local|session)Storage\.setItem\('(\w+)'", path.read_text())
    }
    assert kept == {"language", "settings"}
    assert not [
        path.name for path in MODULES if re.search(r"sessionStorage|indexedDB|document\.cookie", path.read_text())
    ]


def test_the_shell_names_files_by_the_hash_of_their_folder() -> None:
    answered = shell(request())
    assert answered.status_code == HTTPStatus.OK
    named = set(re.findall(r"\./ui/([0-9a-f]{16})/([\w./-]+)", answered.body))
    assert {version for version, _ in named} == {page_version()}
    assert all((WEB / name).is_file() for _, name in named)
    assert answered.headers["Cache-Control"] == "no-cache"
    policy = answered.headers["Content-Security-Policy"]
    assert policy.startswith("default-src 'none'; script-src 'self';")
    assert "require-trusted-types-for 'script'; trusted-types lit-html" in policy
    assert "unsafe" not in policy


def test_the_shell_is_not_sent_twice() -> None:
    tag = shell(request()).headers["ETag"]
    assert shell(request(**{"if-none-match": tag})).status_code == HTTPStatus.NOT_MODIFIED


def test_without_the_slash_at_its_end_the_address_leads_to_the_one_with_it() -> None:
    answered = shell(request("/api"))
    assert (answered.status_code, answered.headers["Location"]) == (HTTPStatus.PERMANENT_REDIRECT, "./api/")


def test_a_file_never_changes_at_its_address() -> None:
    answered = file(request(), page_version(), a="app.js")
    assert answered.headers["Cache-Control"] == "public, max-age=31536000, immutable"
    assert answered.headers["Content-Type"] == "text/javascript; charset=utf-8"
    assert file(request(), "0" * 16, a="app.js").headers["Cache-Control"] == "no-store"


@pytest.mark.parametrize("steps", [("page.py",), ("..", "routes.py"), ("vendor", "vendor.toml"), ("shell.html",)])
def test_nothing_else_is_served(steps: tuple[str, ...]) -> None:
    assert file(request(), page_version(), **dict(zip("abcd", steps, strict=False))).status_code == HTTPStatus.NOT_FOUND


def test_siblings_of_the_api_s_paths_have_one_variable() -> None:
    """API Gateway takes no second one: the whole API would not deploy."""
    names: dict[str, set[str]] = {}
    for _, path in (*ROUTES, *UNVERSIONED, *PAGE, *WEBHOOKS):
        steps = path.split("/")
        for place, step in enumerate(steps):
            if step.startswith("{"):
                names.setdefault("/".join(steps[:place]), set()).add(step)
    assert {before: several for before, several in names.items() if len(several) > 1} == {}


def test_a_file_in_folders_is_found() -> None:
    answered = file(request(), page_version(), a="vendor", b="lit-html", c="directives", d="repeat.js")
    assert answered.status_code == HTTPStatus.OK


def test_every_file_can_be_reached_by_a_route() -> None:
    depths = {len(path.relative_to(WEB).parts) for path in WEB.rglob("*") if path.suffix in TYPES}
    assert depths <= {1, 2, 3, 4}


def test_the_page_marks_what_the_sms_alphabet_lacks() -> None:
    written = re.search(r"new Set\('(.*)'\);", (WEB / "alphabet.js").read_text("utf-8"))
    assert written is not None
    escapes = {"\\n": "\n", "\\r": "\r", "\\f": "\f", "\\'": "'", "\\\\": "\\"}
    letters = re.sub(r"\\.", lambda escape: escapes[escape[0]], written[1])
    assert set(letters) == BASIC | EXTENSION
