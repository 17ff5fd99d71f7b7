"""The page's words, styles and functions: every word in every language, and none of them that nothing uses."""

import json
import re
from collections import Counter
from itertools import chain
from typing import Any

import pytest

from chalicelib.entrypoints.api.page import WEB

LANGUAGES = ("en", "ru", "ky")
TEXTS: dict[str, dict[str, Any]] = {
    language: json.loads((WEB / "texts" / f"{language}.json").read_text("utf-8")) for language in LANGUAGES
}
SOURCES = {path.name: path.read_text("utf-8") for path in WEB.glob("*.js")}
WHOLE = re.compile(r"\bt\('([\w.-]+)'")
BEGUN = re.compile(r"`([\w.-]*\.)\$\{")
PLACE = re.compile(r"\{(\w+)\}")


def forms(text: Any) -> list[str]:
    return list(text.values()) if isinstance(text, dict) else [text]


@pytest.mark.parametrize("language", LANGUAGES)
def test_every_language_has_every_word(language: str) -> None:
    assert TEXTS[language].keys() == TEXTS["en"].keys()


@pytest.mark.parametrize("language", LANGUAGES)
def test_a_text_has_the_same_places_in_every_language(language: str) -> None:
    for key, text in TEXTS[language].items():
        places = set(PLACE.findall(forms(TEXTS["en"][key])[-1]))
        assert all(set(PLACE.findall(form)) == places for form in forms(text)), key


@pytest.mark.parametrize("language", ["ru"])
def test_a_text_with_a_number_has_the_language_s_plurals(language: str) -> None:
    for key, text in TEXTS[language].items():
        assert not isinstance(text, dict) or text.keys() == {"one", "few", "many", "other"}, key


def test_every_word_that_a_module_says_exists() -> None:
    uses = {(name, key) for name, source in SOURCES.items() for key in WHOLE.findall(source)}
    assert len(uses) > 50
    assert {(name, key) for name, key in uses if key not in TEXTS["en"]} == set()


def test_no_word_is_left_that_no_module_says() -> None:
    literals = set(chain.from_iterable(re.findall(r"'([\w-]+\.[\w.-]+)'", source) for source in SOURCES.values()))
    begun = tuple(set(chain.from_iterable(BEGUN.findall(source) for source in SOURCES.values())))
    ends = tuple(f".{name}" for name in ("title",))
    left = [key for key in TEXTS["en"] if key not in literals and not key.startswith(begun) and not key.endswith(ends)]
    assert left == []


def test_no_style_is_left_that_nothing_has() -> None:
    styles = re.sub(r"/\*.*?\*/", "", (WEB / "page.css").read_text("utf-8"), flags=re.DOTALL)
    classes = set(re.findall(r"\.([a-zA-Z][\w-]*)", styles))
    pages = "\n".join([*SOURCES.values(), (WEB / "shell.html").read_text("utf-8")])
    words = set(re.findall(r"[\w-]+", pages))
    begun = tuple(re.findall(r"([a-z]+-)\$\{", pages))
    assert len(classes) > 100
    assert {name for name in classes if name not in words and not name.startswith(begun)} == set()


def test_no_function_is_left_that_nothing_calls() -> None:
    words = Counter(word for source in SOURCES.values() for word in re.findall(r"[\w$]+", source))
    named = [
        name for source in SOURCES.values() for name in re.findall(r"(?:function|class|const|let) ([\w$]+)", source)
    ]
    assert len(named) > 500
    assert [name for name in named if words[name] == 1] == []


def test_nothing_is_exported_that_no_other_module_imports() -> None:
    exported = {
        (module, name)
        for module, source in SOURCES.items()
        for name in re.findall(r"export (?:async )?(?:function|class|const|let) ([\w$]+)", source)
    }
    elsewhere = {
        (module, name)
        for module, name in exported
        if any(re.search(rf"\b{name}\b", source) for other, source in SOURCES.items() if other != module)
    }
    assert exported - elsewhere == set()


def test_who_it_was_is_said_in_the_reader_s_words() -> None:
    """Names carry a role that the API writes in English: `signature` and `author` have the reader's."""
    raw = re.compile(r"\$\{(?:[\w.]+\.)?(?:who|holder)\}|\{who: (?!signature\(|'')[^}]+\}")
    written = {name: found for name, source in SOURCES.items() if (found := raw.findall(source))}
    assert written == {"format.js": ["${who}"]}, "what signature itself looks up"
