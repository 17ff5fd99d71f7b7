"""What each Lambda function loads: a cold start at 08:00 must not pay for what its function does not do."""

import json
import os
import re
import subprocess
import sys
from pathlib import Path

import pytest

import chalicelib
from chalicelib.entrypoints.api.routes import ROUTES, WEBHOOKS
from chalicelib.entrypoints.functions import FUNCTIONS

HEAVY = {"boto3", "click", "jinja2", "phonenumbers", "pydantic", "rich", "ruamel", "s3transfer", "xlsxwriter"}
NEEDED = {
    "intake": set(),
    "api": {"pydantic"},
    "process": {"pydantic"},
    "deliver": set(),
    "job": {"pydantic", "xlsxwriter"},
    "sweep": {"jinja2", "pydantic"},
    "summarize": {"jinja2", "pydantic"},
    "chase": {"jinja2", "pydantic"},
    "reconcile": {"pydantic"},
}


def loaded_by(*modules: str) -> set[str]:
    code = f"import sys, {', '.join(modules)}; print(*{{name.partition('.')[0] for name in sys.modules}})"
    return set(subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True).stdout.split())


def targets(routes: dict[tuple[str, str], str]) -> set[str]:
    names = {target.partition(":")[0] for target in routes.values()}
    return {f"chalicelib.entrypoints.{name}" for name in names - {"api.documents", "api.imports"}}  # what few ask for


@pytest.mark.parametrize("function", FUNCTIONS)
def test_function_loads_only_what_it_uses(function: str) -> None:
    assert loaded_by(f"chalicelib.entrypoints.{function}") & HEAVY == NEEDED[function]


def test_intake_loads_only_what_it_uses() -> None:
    assert loaded_by("app", *targets(WEBHOOKS)) & HEAVY == NEEDED["intake"]


def test_api_loads_only_what_it_uses() -> None:
    assert loaded_by("app", *targets(ROUTES)) & HEAVY == NEEDED["api"]


def loaded_with(script: str) -> list[str]:
    code = f"import sys; {script}; print(*(name for name in sys.modules if name.startswith('chalicelib.')))"
    return subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True).stdout.split()


def test_what_answers_every_call_of_the_api_loads_no_reader_and_no_other_route_s_service() -> None:
    """Exceptions are known by name (problem.py): a route pays for the services that it uses."""
    loaded = loaded_with("import app, chalicelib.entrypoints.api.operation")
    rooms = {name.split(".")[2] for name in loaded if name.startswith("chalicelib.services.") and name.count(".") > 2}
    assert rooms == {"access", "actions", "calls", "clients"}
    assert [name for name in loaded if name.startswith("chalicelib.services.calls.")] == [
        "chalicelib.services.calls.refusals"
    ]
    assert "chalicelib.observation.reading.reading" not in loaded
    assert "chalicelib.services.access.oidc" not in loaded


def test_garbage_is_looked_for_seldom_where_functions_load() -> None:
    code = "import gc, chalicelib.entrypoints.process; print(gc.isenabled(), gc.get_threshold()[0])"
    printed = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True).stdout
    assert printed.split() == ["True", "20000"]


def test_registering_loads_no_handler() -> None:
    loaded = loaded_with("import app")
    entrypoints = {"api", "api.routes", "deferred_handlers", "functions"}
    assert set(loaded) == {"chalicelib.entrypoints", *(f"chalicelib.entrypoints.{name}" for name in entrypoints)}


def test_no_service_writes_an_update_expression() -> None:
    """The store's verbs do, so that a state and what goes with it change together."""
    written = re.compile(r"\b[A-Z]\w*\.\w+\.(?:set|remove|add)\(|\bMessage\.\w+ \||\bpynamodb\b")
    rooms = [Path(chalicelib.__file__).parent / name for name in ("services", "entrypoints", "rehearsal", "cli")]
    files = [file for room in rooms for file in room.rglob("*.py")]
    assert len(files) > 50
    assert [file.name for file in files if written.search(file.read_text("utf-8"))] == []


def test_keys_of_rows_are_made_in_one_module() -> None:
    prefixes = "nonce receipt sent twin parts reply alert digest summary missing reminder bulk report"
    made = re.compile(rf"""f["'](?:{"|".join(prefixes.split())})#\{{[^"']*#\{{""")
    files = [file for file in Path(chalicelib.__file__).parent.rglob("*.py") if made.search(file.read_text("utf-8"))]
    assert [file.name for file in files] == ["keys.py"]


def test_a_stack_of_the_app_s_own_name_logs_like_any_other() -> None:
    """Powertools' logger has the stack's name, chalice's the app's: the guide calls both baykoo."""
    log = "with log_context.logged_as(types.SimpleNamespace(correlation_id='c1')): log_context.logger.info('stored')"
    code = f"import types, app; from chalicelib.services.clients import log_context\n{log}"
    environ = os.environ | {"POWERTOOLS_SERVICE_NAME": "baykoo"}
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True, env=environ)
    (line,) = map(json.loads, done.stdout.splitlines())
    assert (line["message"], line["correlation_id"]) == ("stored", "c1")


def test_whatever_is_registered_by_name_is_there() -> None:
    """One that is missing shows itself on its first call alone."""
    root = Path(chalicelib.__file__).parent
    targets = {
        (module.removeprefix("chalicelib."), name)
        for file in [*(root / "entrypoints").rglob("*.py"), root / "cli" / "__init__.py"]
        for module, name in re.findall(r'"([a-z_.]+):([a-zA-Z_]+)"', file.read_text("utf-8"))
        if module != "about"
    }
    assert len(targets) > 150
    missing = [
        f"{module}:{name}"
        for module, name in sorted(targets)
        for path in [module.replace(".", "/") + ".py"]
        for files in [[file for file in (root / "entrypoints" / path, root / path) if file.exists()]]
        if not files or not re.search(rf"\b{name}\b", files[0].read_text("utf-8"))
    ]
    assert missing == []
