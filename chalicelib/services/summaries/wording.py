"""An hour of an election, to be worded in one language."""

from collections.abc import Mapping
from dataclasses import dataclass

from chalicelib.observation.elections.election import Election
from chalicelib.observation.summaries.hourly import Hour
from chalicelib.observation.summaries.summary import Area
from chalicelib.services.email_templates import round_title, words_of


@dataclass(frozen=True, slots=True)
class Wording:
    """An hour of an election in a language's words."""

    election: Election
    language: str
    hour: Hour

    @property
    def words(self) -> Mapping[str, str]:
        """The texts of the summary's emails."""
        return words_of("summary", self.election, self.language)

    def earlier(self, name: str) -> Area | None:
        """Return an area as the summary before had it.

        It is None in the first.
        """
        before = self.hour.before
        if before is None:
            return None
        return before.regions.get(name) if self.is_region(name) else before.nation

    def is_region(self, name: str) -> bool:
        """Tell whether an area is a region, or else the nation."""
        return name in self.hour.summary.regions

    def round_title(self, form: str, round_name: str) -> str:
        """Return the title of a form's round."""
        return round_title(self.election, self.language, self.election.form_by_code[form], round_name)
