"""Rules of the source that no linter knows: the length of files and of docstrings' first lines."""

import ast
import re
from collections import Counter
from collections.abc import Iterator
from functools import cache
from pathlib import Path

ROOT = Path(__file__).parents[3]
MOST_LINES = 300
MOST_LINES_OF_A_FUNCTION = 45
MOST_WORDS = 12
IDIOM = frozenset(
    {
        *("asked", "came", "looked", "meant", "obeyed", "of", "one", "opting", "said", "standing", "taken", "there"),
        *("told", "wanted", "whole"),
    }
)
"""No name of a value: the noun of what it holds is (docs/developer.md, "How the code is written")."""
KEYS = frozenset({"asked", "wanted"})
"""Of these, keys of stored rows, which other releases read."""
NOUNS = frozenset(
    {
        *("feed", "finding", "listing", "loading", "meaning", "need", "opening", "reading", "ring", "training"),
        *("africastalking", "contended", "malformed", "outgoing", "unsigned", "unsolicited", "wording"),
    }
)
"""Names of classes and modules that may look like a participle: nouns, and exceptions that name the broken rule."""
PARTICIPLE = re.compile(
    r"[a-z]+(ed|ing)|begun|done|found|given|held|kept|made|meant|said|sent|shown|taken|told|written|how|why"
)
LONGER: dict[str, str] = {}
"""Files that may be longer, each with its reason."""


@cache
def parsed(text: str) -> ast.Module:
    """The tree of a file, parsed once for all rules."""
    return ast.parse(text)


@cache
def sources() -> dict[str, str]:
    files = [ROOT / "app.py", *(ROOT / "chalicelib").rglob("*.py"), *(ROOT / "infra").rglob("*.py")]
    return {file.relative_to(ROOT).as_posix(): file.read_text("utf-8") for file in files}


def test_every_file_is_short_enough_to_be_read() -> None:
    lengths = {name: text.count("\n") for name, text in sources().items()}
    assert len(lengths) > 350
    longer = {name: lines for name, lines in lengths.items() if lines > MOST_LINES and name not in LONGER}
    assert longer == {}, f"split what has more than {MOST_LINES} lines"
    assert {name for name in LONGER if lengths[name] <= MOST_LINES} == set(), "no exception is needed any more"


def test_every_function_fits_a_screen() -> None:
    """From its `def` on: a command's options and a route's declaration are lists."""
    lengths = {
        f"{name}:{node.lineno} {node.name}": (node.end_lineno or node.lineno) - node.lineno + 1
        for name, text in sources().items()
        for node in ast.walk(parsed(text))
        if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef)
    }
    assert len(lengths) > 3000
    longer = {place: lines for place, lines in lengths.items() if lines > MOST_LINES_OF_A_FUNCTION}
    assert longer == {}, f"split what has more than {MOST_LINES_OF_A_FUNCTION} lines"


def test_every_test_module_is_short_enough_to_be_read() -> None:
    files = [file for file in (ROOT / "tests").rglob("*.py") if "vendor" not in file.parts]
    lengths = {file.relative_to(ROOT).as_posix(): file.read_text("utf-8").count("\n") for file in files}
    assert len(lengths) > 400
    longer = {name: lines for name, lines in lengths.items() if lines > MOST_LINES}
    assert longer == {}, "split by subject, and move what both parts need into a module beside conftest"


def docstrings(text: str) -> Iterator[tuple[int, str]]:
    """Every docstring, with the line that it begins on."""
    for node in ast.walk(parsed(text)):
        if isinstance(node, ast.Module | ast.ClassDef | ast.FunctionDef | ast.AsyncFunctionDef):
            written = ast.get_docstring(node)
            if written is not None:
                yield node.body[0].lineno, written


def test_the_first_line_of_a_docstring_is_short() -> None:
    """That it is an imperative and ends with a full stop, ruff holds (D400, D401)."""
    first_lines = {
        f"{name}:{line}": written.partition("\n")[0]
        for name, text in sources().items()
        for line, written in docstrings(text)
    }
    assert len(first_lines) > 2500
    longer = {place: line for place, line in first_lines.items() if len(line.split()) > MOST_WORDS}
    assert longer == {}, f"at most {MOST_WORDS} words; then a blank line, and what else is to be said"


TORN = ("And ", "Because ", "But ", "In which ", "None for ", "None where ", "Nor ", "Or ", "So ", "Which ", "Whose ")


def test_what_follows_a_docstring_s_first_line_is_a_sentence() -> None:
    torn = {
        f"{name}:{line}": paragraph
        for name, text in sources().items()
        for line, written in docstrings(text)
        for paragraph in written.split("\n\n")[1:]
        if paragraph.startswith(TORN)
    }
    assert torn == {}, "end the first line's sentence in it, and begin another"


def test_a_value_is_named_by_its_noun() -> None:
    found = [
        f"{file}:{node.lineno} {_bound_name(node)}"
        for file, text in sources().items()
        for tree in [parsed(text)]
        for fields in [_fields(tree)]
        for node in ast.walk(tree)
        if isinstance(node, ast.arg | ast.Name)
        and _bound_name(node) in IDIOM
        and not (node in fields and (_bound_name(node) in KEYS or file.startswith("chalicelib/entrypoints/api/")))
    ]
    assert found == [], "name what it holds: the message, the report, the row"


def test_a_test_s_value_is_named_by_its_noun() -> None:
    files = [file for file in (ROOT / "tests").rglob("*.py") if "vendor" not in file.parts]
    found = [
        f"{file.relative_to(ROOT)}:{node.lineno} {_bound_name(node)}"
        for file in sorted(files)
        for tree in [parsed(file.read_text("utf-8"))]
        for fields in [_fields(tree)]
        for node in ast.walk(tree)
        if isinstance(node, ast.arg | ast.Name) and _bound_name(node) in IDIOM and node not in fields
    ]
    assert len(files) > 400
    assert found == [], "name what it holds: the message, the report, the row"


def test_a_class_or_module_is_named_by_a_noun_or_a_verb() -> None:
    """One word that is a participle says how something came about and not what it is."""
    texts = sources()
    classes = {
        f"{file}:{node.lineno}": node.name
        for file, text in texts.items()
        for node in ast.walk(parsed(text))
        if isinstance(node, ast.ClassDef)
    }
    modules = {file: Path(file).stem for file in texts}
    assert len(classes) > 600
    found = {
        place: name
        for place, name in (classes | modules).items()
        for word in [name.strip("_")]
        if PARTICIPLE.fullmatch(word[:1].lower() + word[1:]) and word.lower() not in NOUNS
    }
    assert found == {}, "name what it is (LogFilter, PhoneEntry) or what it does (undo, reread)"


def _fields(tree: ast.Module) -> frozenset[ast.AST]:
    """Return the fields of a module's classes: the API's documents and rows are named as others read them."""
    body = [statement for kind in ast.walk(tree) if isinstance(kind, ast.ClassDef) for statement in kind.body]
    annotated = [statement.target for statement in body if isinstance(statement, ast.AnnAssign)]
    return frozenset([*annotated, *(node for each in body if isinstance(each, ast.Assign) for node in each.targets)])


def _bound_name(node: ast.AST) -> str | None:
    """Return the name that a parameter or an assignment binds."""
    if isinstance(node, ast.arg):
        return node.arg
    return node.id if isinstance(node, ast.Name) and isinstance(node.ctx, ast.Store) else None


UNCALLED = {
    "_set_defaults": "PynamoDB calls it",
    "arriving": "a signed request as tests hand it in",
    "clear_abandoned": "tests begin with it",
    "get_command": "click calls it",
    "list_commands": "click calls it",
    "random_answers": "tests read what it makes",
    "root_by_path": "tests verify proofs by it, as whoever has a proof does by twenty lines",
    "sign_confirmation": "a provider's other request, for tests",
    "sign_post": "a provider's other request, for tests",
    "writable": "io asks for it",
}
"""Functions that the product never names but where they are made, each with who calls it."""


def test_every_function_has_a_caller() -> None:
    texts = sources()
    words = Counter(word for text in texts.values() for word in re.findall(r"\w+", text))
    made_once = {
        node.name: f"{name}:{node.lineno}"
        for name, text in texts.items()
        for node in ast.walk(parsed(text))
        if isinstance(node, ast.FunctionDef | ast.ClassDef)
        and words[node.name] == 1
        and not node.decorator_list
        and not node.name.startswith("__")
    }
    assert {name: place for name, place in made_once.items() if name not in UNCALLED} == {}, "delete what nobody calls"
    assert UNCALLED.keys() <= made_once.keys(), "no exception is needed any more"


def test_every_constant_is_used() -> None:
    texts = sources()
    words = Counter(word for text in texts.values() for word in re.findall(r"\w+", text))
    unused = [
        f"{file}:{statement.lineno} {target.id}"
        for file, text in texts.items()
        for statement in parsed(text).body
        for target in _targets(statement)
        if isinstance(target, ast.Name) and words[target.id] == 1
    ]
    assert unused == [], "delete what nothing reads"


def _targets(statement: ast.stmt) -> list[ast.expr]:
    if isinstance(statement, ast.Assign):
        return statement.targets
    return [statement.target] if isinstance(statement, ast.AnnAssign) else []


def test_commands_print_what_a_terminal_may_show_alone() -> None:
    """Somebody's text that is printed as it is could move, rename or command the terminal."""
    found = [
        f"{name}:{node.lineno}"
        for name, text in sources().items()
        if name.startswith("chalicelib/cli/") and name != "chalicelib/cli/printable.py"
        for node in ast.walk(parsed(text))
        if isinstance(node, ast.Call) and _prints_bare(node)
    ]
    assert found == [], "print by chalicelib.cli.printable: show(line), show_json(document)"


def _prints_bare(call: ast.Call) -> bool:
    """Whether a call is click.echo or print of anything but printable(…)."""
    if ast.unparse(call.func) not in ("click.echo", "click.secho", "print"):
        return False
    return not (call.args and isinstance(call.args[0], ast.Call) and ast.unparse(call.args[0].func) == "printable")


def test_every_test_module_says_what_it_tests() -> None:
    modules = {str(file.relative_to(ROOT)): file.read_text("utf-8") for file in (ROOT / "tests").rglob("*.py")}
    assert [name for name, text in sorted(modules.items()) if text and ast.get_docstring(parsed(text)) is None] == []


def test_every_fixture_is_asked_for() -> None:
    texts = [file.read_text("utf-8") for file in (ROOT / "tests").rglob("*.py")]
    words = Counter(word for text in texts for word in re.findall(r"\w+", text))
    fixtures = [
        node.name
        for text in texts
        for node in ast.walk(parsed(text))
        if isinstance(node, ast.FunctionDef)
        for decorator in map(ast.unparse, node.decorator_list)
        if decorator.startswith(("pytest.fixture", "fixture")) and "autouse" not in decorator
    ]
    assert len(fixtures) > 50
    assert [name for name in fixtures if words[name] == 1] == [], "delete what no test takes"


def test_no_test_imports_another() -> None:
    """Fixtures and cases would run twice, or not at all: what is shared has a module of its own."""
    found = [
        f"{file.relative_to(ROOT)}:{node.lineno}"
        for file in sorted((ROOT / "tests").rglob("*.py"))
        for node in ast.walk(parsed(file.read_text("utf-8")))
        if any(name.rpartition(".")[2].startswith("test_") for name in _imported_modules(node))
    ]
    assert found == [], "move what is shared into a module beside conftest"


def _imported_modules(node: ast.AST) -> list[str]:
    if isinstance(node, ast.ImportFrom):
        return [node.module or ""]
    return [name.name for name in node.names] if isinstance(node, ast.Import) else []


def test_no_two_elections_of_tests_have_a_number_or_phones_in_common() -> None:
    """Modules of a worker share a stack: whoever loads second takes the number, and the first one's SMS, away."""
    modules = [file for room in ("e2e", "pages") for file in sorted((ROOT / "tests" / room).glob("*.py"))]
    sources = [file.read_text("utf-8") for file in modules]
    numbers = Counter(
        number for source in sources for number in set(re.findall(r'"(\+996312\d{6}|\+9967000099\d\d)"', source))
    )
    digits = Counter(
        digit for source in sources for digit in re.findall(r'^    digit\b.* = "(\d)"', source, re.MULTILINE)
    )
    assert len(numbers) > 20
    assert len(digits) > 6
    assert {text: count for text, count in (numbers | digits).items() if count > 1} == {}
