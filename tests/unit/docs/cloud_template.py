"""The template that is deployed, as its parts are written, for tests of documents."""

from functools import cache
from itertools import chain
from pathlib import Path
from typing import Any

from chalice.package import YAMLTemplateSerializer

ROOT = Path(__file__).parents[3]


@cache
def template() -> dict[str, Any]:
    """Return parameters, resources and outputs of all parts, by section and name."""
    read = YAMLTemplateSerializer()
    parts = [read.load_template(path.read_text(), path.name) for path in (ROOT / "infra" / "template").glob("*.yaml")]
    return {
        section: dict(chain.from_iterable(part.get(section, {}).items() for part in parts))
        for section in ("Parameters", "Resources", "Outputs")
    }
