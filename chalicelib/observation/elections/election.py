"""An election as its file declares it: forms, stations, observers, coordinators.

Every value here is validated when it is made; `election_file` turns what a person wrote into these values
and names the file and line of each mistake. Nothing in this module reads a file, a clock or a network.
"""

import datetime as dt
from collections.abc import Mapping
from functools import cached_property
from typing import Annotated, Literal
from zoneinfo import ZoneInfo

from pydantic import AwareDatetime, BeforeValidator, Field

from chalicelib.observation.elections.coordinator import Coordinator
from chalicelib.observation.elections.moments import Duration, MomentField
from chalicelib.observation.elections.organisations import Organisation
from chalicelib.observation.elections.policies import Escalation, QuickCount, Reminders
from chalicelib.observation.elections.values import ElectionValue, Severity, Texts

LONGEST_TEXT = 300
"""Characters of the longest text that a question may ask for: it shares its SMS, and its report's row, with others."""

USUAL_SHARDS = 4
MOST_SHARDS = 64
"""Over how many rows a count is spread: each costs a summary one query."""

QuestionType = Literal["yesno", "integer", "choice", "choices", "time", "decimal", "text", "date"]


def _listed(written: object) -> object:
    """One answer or a list of them as a list of texts."""
    answers = written if isinstance(written, list | tuple) else [written]
    return tuple(str(answer).strip() for answer in answers if answer is not None)


UnknownAnswers = Annotated[tuple[str, ...], BeforeValidator(_listed)]

NO_ROUND = "-"
"""The round's name of a form that is due once."""


class Question(ElectionValue):
    """One question of a form.

    `tolerance`: how far two observers' numbers may lie apart and still agree, a count (`5`) or a share
    of the larger (`5%`). `critical_if`: the answer that opens an incident at once. `max_length`: characters of a text.
    `unknown`: what observers write who do not know the answer, digits or a word each.
    """

    code: str
    type: QuestionType
    label: Texts = Field(default_factory=dict)
    min: float | None = None
    max: float | None = None
    options: dict[int, str | Texts] = Field(default_factory=dict)
    role: Literal["registered", "voted", "ballots", "invalid", "votes"] | None = None
    candidate: str | None = None
    critical_if: bool | int | None = None
    tolerance: str | None = None
    max_length: int = Field(default=100, ge=1, le=LONGEST_TEXT)
    unknown: UnknownAnswers = ()

    def is_critical(self, value: object) -> bool:
        """Whether an answer, as it is read, opens an incident by itself."""
        if self.critical_if is None:
            return False
        if isinstance(value, tuple):
            return self.critical_if in value
        return isinstance(value, bool) == isinstance(self.critical_if, bool) and value == self.critical_if


class Check(ElectionValue):
    """A consistency rule over a report's answers; see `checks`."""

    rule: str
    severity: Literal["warning", "error"] = "warning"
    message: Texts = Field(default_factory=dict)


class Due(ElectionValue):
    """When a form that is due once begins and ends."""

    from_: MomentField | None = Field(default=None, alias="from")
    by: MomentField


class Form(ElectionValue):
    """A checklist: due once (`due`), in `rounds`, or sent many times.

    A form of `expect: many` is sent as often as there is something to tell.

    `serial`: the code of the question whose answer tells an observer's many reports apart.
    """

    code: str
    title: Texts = Field(default_factory=dict)
    aliases: tuple[str, ...] = ()
    expect: Literal["station", "observer", "many"] = "station"
    serial: str | None = None
    due: Due | None = None
    rounds: tuple[MomentField, ...] = ()
    grace: Duration = dt.timedelta()
    questions: tuple[Question, ...]
    checks: tuple[Check, ...] = ()

    @cached_property
    def by_code(self) -> Mapping[str, Question]:
        """Questions by code."""
        return {question.code: question for question in self.questions}

    @property
    def is_owed(self) -> bool:
        """Whether somebody owes a report.

        Nobody knows how often a form comes that is sent many times.
        """
        return self.expect != "many"

    @cached_property
    def round_names(self) -> tuple[str, ...]:
        """Names of the rounds, in time order.

        `("-",)` for a form that is due once.
        """
        return tuple(str(moment) for moment in self.rounds) or (NO_ROUND,)


class Category(ElectionValue):
    """A kind of critical incident: names by language, and severity."""

    name: Texts
    severity: Severity


class IncidentForm(ElectionValue):
    """How a critical incident is reported: code, aliases and numbered categories."""

    code: str
    title: Texts = Field(default_factory=dict)
    aliases: tuple[str, ...] = ()
    categories: dict[int, Category]


class Station(ElectionValue):
    """A polling station; `latitude` and `longitude` in degrees, both or neither."""

    number: str
    region: str
    district: str = ""
    name: str = ""
    registered: int | None = None
    latitude: float | None = None
    longitude: float | None = None

    @property
    def place(self) -> dict[str, float | None]:
        """Where it is, by name, for whoever describes it."""
        return {"latitude": self.latitude, "longitude": self.longitude}


class Observer(ElectionValue):
    """An observer: `phones` in E.164, `station` the number of the one assigned.

    `organisation`: the coalition's member whose observer it is, by its code.
    `code`: the hash of the code that their SMS need; None where they need none.
    """

    number: str
    name: str
    phones: tuple[str, ...]
    language: str
    station: str
    organisation: str | None = None
    code: str | None = Field(default=None, repr=False)


class Election(ElectionValue):
    """A whole election, valid.

    `texts` replaces single texts of the catalogue, by language and key. `closed`: stations that people have closed, and
    since when.
    """

    id: str
    name: Texts
    date: dt.date
    timezone: str
    languages: tuple[str, ...]
    default_region: str | None = None
    station_pattern: str = r"\d+"
    tally_shards: int = Field(default=USUAL_SHARDS, ge=1, le=MOST_SHARDS)
    forms: tuple[Form, ...]
    incidents: IncidentForm | None = None
    quick_count: QuickCount | None = None
    reminders: Reminders = Reminders()
    escalation: Escalation = Escalation()
    texts: dict[str, Texts] = Field(default_factory=dict)
    stations: tuple[Station, ...]
    observers: tuple[Observer, ...]
    coordinators: tuple[Coordinator, ...] = ()
    closed: dict[str, AwareDatetime] = Field(default_factory=dict)
    organisations: dict[str, Organisation] = Field(default_factory=dict)

    @cached_property
    def zone(self) -> ZoneInfo:
        """The time zone in which every due time is local."""
        return ZoneInfo(self.timezone)

    @cached_property
    def form_by_code(self) -> Mapping[str, Form]:
        """Forms by code."""
        return {form.code: form for form in self.forms}

    @cached_property
    def station_by_number(self) -> Mapping[str, Station]:
        """Stations by number."""
        return {station.number: station for station in self.stations}

    @cached_property
    def stations_by_region(self) -> Mapping[str, tuple[Station, ...]]:
        """Stations by region, in the roster's order."""
        stations_by_region: dict[str, list[Station]] = {region: [] for region in self.regions}
        for station in self.stations:
            stations_by_region[station.region].append(station)
        return {region: tuple(stations) for region, stations in stations_by_region.items()}

    def region_of(self, station: str) -> str:
        """Return a station's region, by its number; raises KeyError."""
        return self.station_by_number[station].region

    @cached_property
    def observer_by_number(self) -> Mapping[str, Observer]:
        """Observers by number."""
        return {observer.number: observer for observer in self.observers}

    @cached_property
    def observers_by_phone(self) -> Mapping[str, tuple[Observer, ...]]:
        """Observers by phone in E.164.

        Several where a phone is shared, the station's lead first.
        """
        observers: dict[str, tuple[Observer, ...]] = {}
        for observer in self.observers:
            for phone in observer.phones:
                observers[phone] = (*observers.get(phone, ()), observer)
        return observers

    def must_sign(self, observer: Observer) -> bool:
        """Tell whether an observer's SMS needs their number after @.

        Sent from the first of their phones. Without it, it counts as another's who shares the phone.
        """
        return self.observers_by_phone[observer.phones[0]][0].number != observer.number

    @cached_property
    def observers_by_station(self) -> Mapping[str, tuple[Observer, ...]]:
        """Observers by station's number, the lead (first in the roster) first."""
        observers: dict[str, tuple[Observer, ...]] = {}
        for observer in self.observers:
            observers[observer.station] = (*observers.get(observer.station, ()), observer)
        return observers

    def organisations_of(self, station: str) -> tuple[str, ...]:
        """Return codes of the coalition's members who observe a station."""
        observers = self.observers_by_station.get(station, ())
        return tuple(
            dict.fromkeys(observer.organisation for observer in observers if observer.organisation is not None)
        )

    @cached_property
    def coordinators_by_phone(self) -> Mapping[str, tuple[Coordinator, ...]]:
        """Coordinators by phone in E.164.

        Several where one person stands in several rows of the roster.
        """
        coordinators: dict[str, tuple[Coordinator, ...]] = {}
        for coordinator in self.coordinators:
            if coordinator.phone:
                coordinators[coordinator.phone] = (*coordinators.get(coordinator.phone, ()), coordinator)
        return coordinators

    @cached_property
    def regions(self) -> tuple[str, ...]:
        """Names of the regions, sorted."""
        return tuple(sorted({station.region for station in self.stations}))

    def text(self, texts: Texts, language: str) -> str:
        """Choose a text's language.

        The given one, else the first of the election's languages that has it, else any, else ''.
        """
        for candidate in (language, *self.languages):
            if texts.get(candidate):
                return texts[candidate]
        return next(iter(texts.values()), "")
