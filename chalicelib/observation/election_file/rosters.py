"""Stations, observers and coordinators: tables saved from a spreadsheet.

They are read row by row with their lines.
"""

import csv
import io
import re
from collections.abc import Collection, Iterable, Mapping
from typing import Literal

import phonenumbers

from chalicelib.observation.election_file.document import forbidden_characters
from chalicelib.observation.election_file.organisations import organisation_in
from chalicelib.observation.election_file.person_codes import read_code
from chalicelib.observation.election_file.places import read_place, read_registered
from chalicelib.observation.election_file.problems import Findings, Problem, suggestion
from chalicelib.observation.election_file.regions import check_region, folded, look_of
from chalicelib.observation.election_file.row import Row
from chalicelib.observation.elections.coordinator import Coordinator
from chalicelib.observation.elections.election import Election, Observer, Station
from chalicelib.observation.elections.values import SEVERITIES, Severity
from chalicelib.observation.sms.phones import international

_DELIMITERS = ",;\t"
_SPREADSHEET_NUMBER = re.compile(r"\d+[.,]0+|\d+(?:[.,]\d+)?[eE]\+?\d+")
_LETTER = re.compile(r"[^\W\d_]")
EMAIL = re.compile(r"[^\s@<>,;\"]+@[^\s@<>,;\".]+(?:\.[^\s@<>,;\".]+)+")
_SEPARATOR = re.compile(r"\s*;\s*")
_CHANNELS: Mapping[str, Literal["email", "sms"]] = {"email": "email", "sms": "sms"}


def read_table(
    file: str, text: str, required: Iterable[str], optional: Iterable[str], findings: Findings
) -> list[Row] | None:
    """Read a table's rows, None if it cannot be read completely.

    Columns in any order, between commas, semicolons or tabs.
    """
    forbidden = forbidden_characters(file, text)
    if forbidden:
        findings.problems += forbidden
        return None
    first_line = text.split("\n", 1)[0]
    delimiter = max(_DELIMITERS, key=first_line.count)
    reader = csv.reader(io.StringIO(text, newline=""), delimiter=delimiter, strict=True)
    rows: list[Row] = []
    columns: list[str] | None = None
    begun = 1
    try:
        for cells in reader:
            stripped = [cell.strip() for cell in cells]
            if any(stripped):
                if columns is None:
                    columns = [cell.lower() for cell in stripped]
                    if not _columns_known(Row(file, begun, {}, findings), columns, set(required), set(optional)):
                        return None
                else:
                    rows.append(_row(file, begun, columns, stripped, findings))
            begun = reader.line_num + 1
    except csv.Error as error:
        message = f"this row cannot be read ({error}); look for a quotation mark that is not closed"
        findings.problems.append(Problem(file, begun, "", message))
        return None
    if columns is None:
        findings.problems.append(Problem(file, 1, "", f"the file is empty; its first line names {', '.join(required)}"))
    return rows


def _columns_known(header: Row, columns: list[str], required: set[str], optional: set[str]) -> bool:
    for column in columns:
        if column and column not in required | optional:
            missing = (required | optional) - set(columns)
            advice = suggestion(column, missing)
            if advice.startswith("did you mean"):
                header.error(column, f"no such column; {advice}")
            else:
                header.warning(column, "no such column; it is not read")
        if column and columns.count(column) > 1:
            header.error(column, "this column stands twice; delete one of the two")
    absent = sorted(required - set(columns))
    for column in absent:
        header.error(column, "this column is missing; its name belongs in the first line")
    return not absent


def _row(file: str, line: int, columns: list[str], cells: list[str], findings: Findings) -> Row:
    row = Row(file, line, dict(zip(columns, cells, strict=False)), findings)
    if any(cells[len(columns) :]):
        row.error("", f"{len(cells)} cells under {len(columns)} columns; put a cell that holds the separator in quotes")
    for column in ("station", "observer", "phone"):
        if _SPREADSHEET_NUMBER.fullmatch(row[column]):
            row.error(
                column, f"{row[column]!r} was changed by a spreadsheet; format the column as text and type it again"
            )
    return row


def read_stations(rows: Iterable[Row], election: Election) -> dict[str, Station]:
    """Stations by number."""
    pattern = _compiled(election)
    stations: dict[str, Station] = {}
    lines: dict[str, int] = {}
    spellings: dict[str, Row] = {}
    for row in rows:
        number, region = row.required("station"), folded(row.required("region"))
        if number in lines:
            row.error("station", f"station {number} stood already in line {lines[number]}; delete one of the two")
        elif number and pattern and not pattern.fullmatch(number) and not _SPREADSHEET_NUMBER.fullmatch(number):
            advice = "correct it (a spreadsheet may have dropped its leading zero), or the pattern"
            row.error("station", f"{number!r} does not fit the station_pattern {election.station_pattern}; {advice}")
        check_region(row, region, spellings.setdefault(look_of(region), row))
        lines.setdefault(number, row.line)
        latitude, longitude = read_place(row) or (None, None)
        station = Station(
            number=number,
            region=region,
            district=row["district"],
            name=row["name"],
            registered=read_registered(row),
            latitude=latitude,
            longitude=longitude,
        )
        stations.setdefault(number, station)
    return stations


def _compiled(election: Election) -> re.Pattern[str] | None:
    try:
        return re.compile(election.station_pattern)
    except (re.error, OverflowError):
        return None


def read_observers(
    rows: Iterable[Row], election: Election, stations: Collection[str] | None, organisations: Collection[str] = ()
) -> tuple[Observer, ...]:
    """Read observers, in the roster's order.

    `stations` are the known numbers, None if they could not be read; `organisations` the codes of the coalition's
    members.
    """
    observers: list[Observer] = []
    lines: dict[str, int] = {}
    holders: dict[str, list[tuple[int, str]]] = {}
    for row in rows:
        number, station = row.required("observer"), row.required("station")
        if number and not re.fullmatch(r"\d{1,9}", number, re.ASCII) and not _SPREADSHEET_NUMBER.fullmatch(number):
            row.error("observer", f"{number!r} is no observer's number; write digits only")
        key = number.lstrip("0")
        if number and key in lines:
            row.error(
                "observer", f"observer {number} stood already in line {lines[key]}; give each a number of their own"
            )
        lines.setdefault(key, row.line)
        if station and stations is not None and station not in stations and not _SPREADSHEET_NUMBER.fullmatch(station):
            row.error("station", f"there is no station {station}; correct it, or add it to the stations")
        phones = _phones(row, election)
        for phone in phones:
            _check_shared(row, phone, station, holders.setdefault(phone, []))
        observers.append(
            Observer(
                number=number,
                name=row["name"],
                phones=phones,
                language=_language(row, election),
                station=station,
                organisation=organisation_in(row, organisations),
                code=read_code(row, election.id, f"observer {key}", (number, station, *phones)),
            )
        )
    return tuple(observers)


def _check_shared(row: Row, phone: str, station: str, holders: list[tuple[int, str]]) -> None:
    for line, other in holders:
        if other != station:
            advice = "only the observers of one station may share a phone"
            row.error("phone", f"{phone} belongs already to an observer of station {other} in line {line}; {advice}")
            break
    else:
        if len(holders) == 2:
            lines = " and ".join(str(line) for line, _ in holders)
            row.error("phone", f"{phone} is shared already by lines {lines}; no more than two may share a phone")
    holders.append((row.line, station))


def _phones(row: Row, election: Election) -> tuple[str, ...]:
    written = row.required("phone")
    parts = [part for part in _SEPARATOR.split(written) if part]
    phones = (phone_in(row, "phone", part, election.default_region) for part in parts)
    return tuple(dict.fromkeys(phone for phone in phones if phone is not None))


def phone_in(row: Row, column: str, written: str, default_region: str | None) -> str | None:
    """Return a phone in E.164, None and noted if it is none."""
    if _SPREADSHEET_NUMBER.fullmatch(written):
        return None
    if _LETTER.search(written):
        advice = "a phone is digits, signs and blanks only; put other words into a column of their own"
        row.error(column, f"{written!r} is no phone number: {advice}")
        return None
    try:
        number = phonenumbers.parse(re.sub(r"^00", "+", written), default_region)
    except phonenumbers.NumberParseException:
        number = None
    if (
        number is None
        or phonenumbers.is_possible_number_with_reason(number) != phonenumbers.ValidationResult.IS_POSSIBLE
    ):
        example = "+996555123456" if default_region is None else "+ and the country's code first"
        row.error(column, f"{written!r} is no phone number; write all its digits, {example}; separate several by ;")
        return None
    if not phonenumbers.is_valid_number(number):
        row.warning(column, f"{written!r} is in no numbering plan known here; compare it with the observer's own")
    return international(phonenumbers.format_number(number, phonenumbers.PhoneNumberFormat.E164))


def _language(row: Row, election: Election) -> str:
    language = row.required("language")
    if language and language not in election.languages:
        advice = suggestion(language, election.languages)
        row.error("language", f"{language!r} is none of the election's languages; {advice}")
    return language


def read_coordinators(
    rows: Iterable[Row], election: Election, regions: Collection[str] | None
) -> tuple[Coordinator, ...]:
    """Read coordinators, in the roster's order.

    `regions` are the known names, None if they could not be read.
    """
    return tuple(_coordinator(row, election, regions) for row in rows)


def _coordinator(row: Row, election: Election, regions: Collection[str] | None) -> Coordinator:
    email, phone = row["email"] or None, None
    if email is not None and not EMAIL.fullmatch(email):
        row.error("email", f"{email!r} is no address; write name@example.org")
    if row["phone"]:
        phone = phone_in(row, "phone", row["phone"], election.default_region)
    alerts = _alerts(row)
    if "email" in alerts and email is None:
        row.error("email", "alerts go by email, but there is no address; fill it in, or take email from alerts")
    if "sms" in alerts and not row["phone"]:
        row.error("phone", "alerts go by SMS, but there is no phone; fill it in, or take sms from alerts")
    return Coordinator(
        name=row.required("name"),
        email=email,
        phone=phone,
        language=_language(row, election),
        regions=regions_in(row, regions),
        alerts=alerts,
        sms_from=_sms_from(row),
        level=_level(row),
        code=read_code(row, election.id, f"coordinator {email} {phone}", (phone or "",)),
    )


def _sms_from(row: Row) -> Severity:
    written = row["sms_from"].lower()
    if not written:
        return "low"
    named = next((severity for severity in SEVERITIES if severity == written), None)
    if named is None:
        row.error("sms_from", f"{written!r} is no severity; {suggestion(written, SEVERITIES)}, or leave the cell empty")
    return named or "low"


def _level(row: Row) -> int | None:
    if not (written := row["level"]):
        return None
    if not re.fullmatch(r"[1-9]", written, re.ASCII):
        advice = "write 1 for who is told at once, 2 for who is told next, up to 9, or leave the cell empty"
        row.error("level", f"{written!r} is no level; {advice}")
        return None
    return int(written)


def regions_in(row: Row, names: Collection[str] | None) -> tuple[str, ...]:
    """Return the regions that a row names; `names` may be unread."""
    named = tuple(dict.fromkeys(folded(name) for name in _SEPARATOR.split(row.required("regions")) if name))
    for name in named:
        if name != "*" and names is not None and name not in names:
            row.error("regions", f"there is no region {name!r}; {suggestion(name, names)}")
    if "*" in named and len(named) > 1:
        row.error("regions", "* stands for every region; write it alone, or name the regions")
    return named


def _alerts(row: Row) -> tuple[Literal["email", "sms"], ...]:
    words = [word for word in re.split(r"\s*[+;,]\s*", row.required("alerts").lower()) if word]
    for word in words:
        if word not in _CHANNELS:
            row.error("alerts", f"{word!r} is no way to alert; write email, sms or email+sms")
    return tuple(dict.fromkeys(_CHANNELS[word] for word in words if word in _CHANNELS))
