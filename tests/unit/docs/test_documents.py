"""Documents agree with the code, as far as that can be checked: what they name exists."""

import re
import subprocess
from pathlib import Path

import click
import pytest
from cloud_template import template

from chalicelib.cli import main
from chalicelib.entrypoints.api.routes import ROUTES

ROOT = Path(__file__).parents[3]
PAGES = sorted([*ROOT.glob("*.md"), *(ROOT / "docs").rglob("*.md"), *(ROOT / "infra").glob("*.md")])
CODE = "chalicelib|infra|tests|docs"
LAYERS = "observation|services|store|providers|entrypoints|rehearsal|cli|templates"
PATH = re.compile(rf"`((?:(?:{CODE})/|(?:{LAYERS})/)[\w./-]+?)(?:: ?[^`]*)?`")
LINK = re.compile(r"\]\(([^)#\s]+)(#[^)\s]*)?\)")
TO_BE_WRITTEN = {"docs/providers/README.md": "textbee"}
"""What a page tells its reader to write does not exist yet."""


def ids(page: Path) -> str:
    return str(page.relative_to(ROOT))


def slug(heading: str) -> str:
    kept = re.sub(r"[^\w\- ]", "", heading.replace("`", "").lower())
    return "#" + kept.strip().replace(" ", "-")


@pytest.mark.parametrize("page", PAGES, ids=ids)
def test_every_link_leads_somewhere(page: Path) -> None:
    broken = []
    for target, anchor in LINK.findall(page.read_text()):
        if "://" in target or target.startswith("mailto:"):
            continue
        place = (page.parent / target).resolve()
        if not place.exists():
            broken.append(target)
        elif anchor and place.suffix == ".md":
            headings = re.findall(r"^#+ (.+)$", place.read_text(), re.MULTILINE)
            broken += [target + anchor] if anchor not in map(slug, headings) else []
    assert not broken


@pytest.mark.parametrize("page", PAGES, ids=ids)
def test_every_path_exists(page: Path) -> None:
    written = TO_BE_WRITTEN.get(ids(page))
    named = {path.rstrip("/.") for path in PATH.findall(page.read_text()) if not written or written not in path}
    missing = [path for path in named if not (ROOT / path).exists() and not (ROOT / "chalicelib" / path).exists()]
    assert not missing


@pytest.mark.parametrize("page", PAGES, ids=ids)
def test_every_table_is_whole(page: Path) -> None:
    """Rows that another paragraph cuts off are shown as a line of words and bars."""
    lines = ["", *re.sub(r"^```.*?^```", "", page.read_text(), flags=re.MULTILINE | re.DOTALL).splitlines(), ""]
    cut_off = [
        line
        for before, line, after in zip(lines, lines[1:], lines[2:], strict=False)
        if line.startswith("|") and not before.startswith("|") and not re.fullmatch(r"\|( ?-+ ?\|)+", after)
    ]
    assert cut_off == []


@pytest.mark.parametrize("page", PAGES, ids=ids)
def test_every_route_exists(page: Path) -> None:
    """By its path with the version; what stands in capitals is filled in by the reader."""
    named = re.findall(r"\b(GET|POST|PUT|DELETE) (/[\w/-]+)", page.read_text())
    of_routes = [(method, re.sub(r"\{\w+\}", "[^/]+", path)) for method, path in ROUTES]
    unknown = [
        f"{method} {path}"
        for method, path in named
        if not path.startswith(("/webhooks/", "/health"))
        and not any(method == known and re.fullmatch(pattern, path) for known, pattern in of_routes)
    ]
    assert unknown == []


@pytest.mark.parametrize("page", PAGES, ids=ids)
def test_every_make_target_exists(page: Path) -> None:
    makefile = (ROOT / "Makefile").read_text()
    targets = set(re.findall(r"^([a-z-]+):", makefile, re.MULTILINE))
    code = re.findall(r"`make ([a-z-]+)", page.read_text()) + re.findall(
        r"^\$? ?make ([a-z-]+)", page.read_text(), re.MULTILINE
    )
    assert set(code) <= targets


def command_of(words: list[str]) -> click.Command:
    command: click.Command = main
    while isinstance(command, click.Group) and words:
        name = words.pop(0)
        if name.startswith("-") or name.isupper():
            break
        chosen = command.get_command(click.Context(command), name)
        assert chosen is not None, f"./baykoo has no command {name!r}"
        command = chosen
    return command


@pytest.mark.parametrize("page", PAGES, ids=ids)
def test_every_command_and_its_options_exist(page: Path) -> None:
    for line in re.findall(r"\./baykoo ((?:[\w-]+ ?)+[^`\n|]*)", page.read_text()):
        words = line.split()
        command = command_of(words)
        options = {name for parameter in command.params for name in parameter.opts + parameter.secondary_opts}
        used = {word.partition("=")[0] for word in words if re.fullmatch(r"--[a-z][a-z-]*(=.*)?", word)}
        assert used <= options | {"--help"}, line


@pytest.mark.parametrize("page", PAGES, ids=ids)
def test_every_environment_variable_is_read(page: Path) -> None:
    sources = [path.read_text() for path in ROOT.glob("chalicelib/**/*.py")]
    sources += [path.read_text() for path in [*ROOT.glob("infra/**/*.py"), *ROOT.glob("infra/**/*.yaml")]]
    sources += [(ROOT / "Makefile").read_text(), (ROOT / "baykoo").read_text()]
    unknown = [
        name for name in set(re.findall(r"\bBAYKOO_[A-Z_]+\b", page.read_text())) if not any(name in s for s in sources)
    ]
    assert not unknown


def rooms_of(layer: str) -> set[str]:
    return {path.name for path in (ROOT / "chalicelib" / layer).iterdir() if (path / "__init__.py").exists()}


def test_the_rooms_are_complete() -> None:
    page = (ROOT / "docs" / "developer.md").read_text()
    for layer in ("observation", "services"):
        row = next(line for line in page.splitlines() if line.startswith(f"| `{layer}/`"))
        assert rooms_of(layer) <= set(re.findall(r"\w+", row)), layer


def test_an_integration_test_lies_in_the_room_that_it_tests() -> None:
    folders = {file.parent.name for file in (ROOT / "tests" / "integration").rglob("test_*.py")}
    rooms = rooms_of("services") | {folder.name for folder in (ROOT / "tests" / "unit").iterdir()} | {"faults"}
    assert len(folders) > 30
    assert folders - rooms == set(), 'docs/developer.md, "Finding your way in the page and the tests"'


GENERAL = {"access", "checks", "clients", "intake", "people", "processing", "sms", "texts", "views"}
"""Rooms whose names mean in code what they mean everywhere."""


def test_the_glossary_says_what_each_room_is_named_after() -> None:
    page = (ROOT / "docs" / "glossary.md").read_text()
    words = {word for row in re.findall(r"^\| ([^|]+) \|", page, re.MULTILINE) for word in row.split(", ")}
    rooms = (rooms_of("observation") | rooms_of("services")) - GENERAL
    assert len(rooms) > 28
    nouns = {room: room.replace("_", " ").removesuffix("s") for room in rooms}
    stems = {word.replace("-", " ") for word in words}
    unknown = {room for room, noun in nouns.items() if not stems & {noun, room, room.removesuffix("ies") + "y"}}
    assert unknown == set(), "what is its noun, in a word of the field?"


def test_every_question_of_a_newcomer_has_a_path() -> None:
    page = (ROOT / "docs" / "developer.md").read_text()
    rows = page.partition("## Where is …?")[2].partition("\n## ")[0].split("| --- | --- |\n")[1].splitlines()
    answers = {row.split(" | ")[0].removeprefix("| "): row.split(" | ")[1] for row in rows if row}
    assert len(answers) > 40
    of_issue = ("the wording of a reply", "what a reply is made of", "where a report is merged")
    of_issue += ("where an alert is escalated", "where a row's state changes", "the list of the API's routes")
    assert set(of_issue) <= answers.keys()
    assert [question for question, answer in answers.items() if not re.search(r"`[\w./-]+`|\]\(", answer)] == []


def test_the_data_model_names_every_table_and_index() -> None:
    page = (ROOT / "docs" / "data-model.md").read_text()
    for resource in template()["Resources"].values():
        if resource.get("Type") == "AWS::DynamoDB::Table":
            table = str(resource["Properties"]["TableName"]).rpartition("-")[2].strip("'})")
            assert f"\n## {table}\n" in page
            for index in resource["Properties"].get("GlobalSecondaryIndexes", []):
                assert f"`{index['IndexName']}`" in page


def test_the_data_model_names_every_key_of_a_message() -> None:
    page = (ROOT / "docs" / "data-model.md").read_text()
    keys = (ROOT / "chalicelib" / "store" / "keys.py").read_text()
    beginnings = set(re.findall(r'f"([a-z]+#)\{', keys)) | set(
        re.findall(r'^_[A-Z_]+ = "([a-z]+#)"', keys, re.MULTILINE)
    )
    assert len(beginnings) > 14
    assert [beginning for beginning in sorted(beginnings) if f"`{beginning}" not in page] == []


def test_decisions_have_a_number_a_date_and_a_status() -> None:
    pages = sorted((ROOT / "docs" / "decisions").glob("*.md"))
    assert [int(page.name[:4]) for page in pages] == list(range(1, len(pages) + 1))
    for page in pages:
        head = rf"# {int(page.name[:4])}\. .+\n\nDate: \d{{4}}-\d\d-\d\d\. Status: (accepted|superseded by .+)\.\n"
        assert re.match(head, page.read_text()), page.name


def test_make_help_names_every_target() -> None:
    makefile = (ROOT / "Makefile").read_text()
    targets = set(re.findall(r"^([a-z-]+):", makefile, re.MULTILINE))
    explained = set(re.findall(r"^([a-z-]+):.*## \S", makefile, re.MULTILINE))
    assert explained == targets
    printed = subprocess.run(["make", "help"], cwd=ROOT, capture_output=True, text=True, check=True).stdout
    assert set(re.findall(r"^  make ([a-z-]+)", printed, re.MULTILINE)) == targets


def test_a_commit_runs_what_ci_lints() -> None:
    hooks = (ROOT / ".pre-commit-config.yaml").read_text()
    recipe = (ROOT / "Makefile").read_text().partition("lint: environments")[2].partition(".PHONY")[0]
    for tool in re.findall(r"\$\(bin\)/((?:ruff|mypy|lint-imports)[^\n\"]*)", recipe):
        assert f".venv/bin/{tool}" in hooks
