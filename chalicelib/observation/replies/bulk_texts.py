"""The words of an SMS to many, by language.

They are filled with what is its receiver's own.

`{name}` and `{station}` are the observer's, `{deadline}` is when the form is due that those chosen have not sent.
"""

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from typing import Final

from chalicelib.observation.elections.election import Election, Observer
from chalicelib.observation.elections.schedule import Place, round_due

PLACEHOLDERS: Final = ("name", "station", "deadline")
_PLACEHOLDER: Final = re.compile(r"\{([A-Za-z_]+)\}")


@dataclass(frozen=True, slots=True)
class BulkText:
    """What is written to many.

    `by_language`: for observers of these languages; `text` for all others.
    """

    text: str
    by_language: Mapping[str, str] = field(default_factory=dict)

    @property
    def every(self) -> tuple[str, ...]:
        """Every text, as it is written."""
        return (self.text, *self.by_language.values())

    def problems(self, election: Election, place: Place | None) -> Iterator[str]:
        """Say what is wrong with the texts.

        `place`: the form and round that those chosen owe.
        """
        if not all(text.strip() for text in self.every):
            yield "the text is empty"
        unknown_languages = sorted(set(self.by_language) - set(election.languages))
        if unknown_languages:
            yield f"{unknown_languages[0]} is none of the election's languages: {', '.join(election.languages)}"
        named = {name for text in self.every for name in _PLACEHOLDER.findall(text)}
        for name in sorted(named - set(PLACEHOLDERS)):
            yield f"{{{name}}} is no placeholder: use {', '.join(f'{{{known}}}' for known in PLACEHOLDERS)}"
        if "deadline" in named and deadline(election, place) is None:
            yield "{deadline} needs those who owe a form that is due at a time: choose them by what is missing"

    def composed(self, election: Election, observer: Observer, place: Place | None) -> str:
        """Return what an observer gets.

        A value is never read as a placeholder.
        """
        values = {
            "name": observer.name,
            "station": observer.station,
            "deadline": deadline(election, place) or "",
        }
        written = self.by_language.get(observer.language, self.text)
        return _PLACEHOLDER.sub(lambda match: values.get(match[1], match[0]), written)


def deadline(election: Election, place: Place | None) -> str | None:
    """Return when a form and round are due, as people read it.

    It has its day where that is not the election's. None where it is due at no time.
    """
    if place is None:
        return None
    due = round_due(election, election.form_by_code[place[0]], place[1])
    if due is None:
        return None
    local = due.astimezone(election.zone)
    return f"{local:%H:%M}" if local.date() == election.date else f"{local:%d.%m. %H:%M}"
