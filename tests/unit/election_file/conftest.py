"""An election in files, and the same with some text replaced."""

from collections.abc import Callable
from pathlib import Path

import pytest

from chalicelib.observation.election_file import Inspection, inspect_election

YAML = """\
id: small
name: {en: "Small election", ru: "Выборы"}
date: 2031-10-15
timezone: Asia/Bishkek
languages: [ru, en]
default_region: KG
station_pattern: '\\d{4}'
stations: stations.csv
observers: observers.csv
coordinators: coordinators.csv
forms:
  - code: OP
    title: {en: "Opening", ru: "Открытие"}
    aliases: [OPENING, ОТКРЫТИЕ]
    due: {from: "07:00", by: "08:30"}
    questions:
      - code: A
        type: yesno
        critical_if: false
        label: {en: "Opened on time?", ru: "Вовремя?"}
      - {code: B, type: time, label: {en: "Opened at", ru: "Открытие в"}}
      - code: E
        type: integer
        min: 0
        max: 5000
        role: registered
        label: {en: "Registered", ru: "В списке"}
  - code: TU
    title: {en: "Turnout", ru: "Явка"}
    aliases: [TURNOUT, ЯВКА]
    rounds: ["10:00", "12:00"]
    grace: 30m
    questions:
      - code: A
        type: integer
        role: voted
        tolerance: 5%
        label: {en: "Voters", ru: "Проголосовало"}
      - code: F
        type: choices
        options: {1: {en: "media", ru: "СМИ"}, 2: {en: "police", ru: "милиция"}}
        critical_if: 2
        label: {en: "Others", ru: "Другие"}
    checks:
      - rule: "A <= OP.E"
        severity: warning
        message: {en: "More voters than registered", ru: "Больше, чем в списке"}
  - code: CL
    title: {en: "Count", ru: "Подсчёт"}
    due: {by: "D+1 02:00"}
    questions:
      - {code: E, type: integer, role: votes, candidate: first}
      - {code: G, type: integer, role: votes, candidate: second}
incidents:
  code: IN
  title: {en: "Incident", ru: "Инцидент"}
  aliases: [ИН, НАРУШЕНИЕ]
  categories:
    1: {en: "Not admitted", ru: "Не пускают", severity: high}
    20: {en: "Other", ru: "Другое", severity: medium}
quick_count:
  strata: region
  population: {North: 20, South: 30}
texts:
  en: {reply_complete: "All there, thank you!"}
"""
STATIONS = """\
station,region,district,name,registered
1001,North,N1,School 1,900
1002,North,N1,School 2,
2001,South,S1,School 3,1200
"""
OBSERVERS = """\
observer,name,phone,language,station
0001,Anna,+996555100001,ru,1001
0002,Bek,+996555100002;+996700100002,en,1001
0003,Chyngyz,+996555100003,ru,1002
0004,Dina,0555 100 004,ru,2001
"""
COORDINATORS = """\
name,email,phone,language,regions,alerts
North and South,both@example.org,+996555200001,ru,North; South,email+sms
Headquarters,hq@example.org,,en,*,email
"""
FILES = {
    "election.yaml": YAML,
    "stations.csv": STATIONS,
    "observers.csv": OBSERVERS,
    "coordinators.csv": COORDINATORS,
}

Changed = Callable[..., Inspection]


@pytest.fixture(scope="session")
def files() -> dict[str, str]:
    return dict(FILES)


@pytest.fixture(scope="session")
def changed() -> Changed:
    """Inspects the small election with one text of one file replaced by another."""

    def inspect(file: str = "", old: str = "", new: str = "") -> Inspection:
        texts = dict(FILES)
        if file:
            assert texts[file].count(old) == 1, f"{old!r} stands {texts[file].count(old)} times in {file}"
            texts[file] = texts[file].replace(old, new)
        return inspect_election(texts, "election.yaml")

    return inspect


@pytest.fixture
def folder(tmp_path: Path, files: dict[str, str]) -> Path:
    """A folder with the small election's files."""
    for name, text in files.items():
        (tmp_path / name).write_text(text, "utf-8")
    return tmp_path
