"""Read a text from end to end.

Normalise, tokenise, find forms, split, interpret, settle (docs/grammar.md).
"""

from dataclasses import replace
from typing import Final

from chalicelib.observation.elections.election import Election
from chalicelib.observation.reading.forms import Answers, Forms, FoundForm, find_forms
from chalicelib.observation.reading.header import round_before, stations_before
from chalicelib.observation.reading.held_phrases import QUOTED_REPLY, held_phrase
from chalicelib.observation.reading.incidents import Incident
from chalicelib.observation.reading.model import OBSERVER, ROUND, STATION, Reading, Reason, Repair, ReportReading, Value
from chalicelib.observation.reading.normalise import Canonical, canonical
from chalicelib.observation.reading.observers import Signature, signatures
from chalicelib.observation.reading.rounds import NamedRound
from chalicelib.observation.reading.settle import merged
from chalicelib.observation.reading.tokens import Scan, scan
from chalicelib.observation.reading.vocabulary import FormNames, Vocabulary, vocabulary

LONGEST_READ: Final = 2_000
"""Characters of a text that is read: more than any person types, and than 13 parts of Cyrillic hold."""
TOO_LONG: Final = "too_long"
"""Why a text is held that says more than can count at once: no person typed it."""
STATION_UNKNOWN: Final = "station_unknown"
_EDGES: Final = " \t\n\r;,.:-=/|_*&\\•"
_TRAILING: Final = " \t\n\r;,-=/|_&\\•"


def read(text: str, election: Election) -> Reading:
    """Read what a text says to an election; never raises.

    Pure; one longer than LONGEST_READ is held unread.
    """
    if len(text) > LONGEST_READ:
        return Reading(held=TOO_LONG)
    scanned, forms = _scanned(canonical(text), vocabulary(election))
    held = _held(scanned, forms)
    if held is None:
        return Reading(reports=_reports(scanned, forms))
    alarming = [report for report in _reports(scanned, forms) if _is_alarming(election, report)]
    if held == QUOTED_REPLY:
        alarming = [report for report in alarming if report.form not in election.form_by_code]
        alarming = alarming if _reports_beside_quote(scanned, forms) else []
    return Reading(tuple(alarming), held)


def read_though_held(text: str, election: Election) -> tuple[ReportReading, ...]:
    """Read what a text says whatever holds it.

    A person chooses from it: nothing of it counts by itself.
    """
    return _reports(*_scanned(canonical(text[:LONGEST_READ]), vocabulary(election)))


def _scanned(text: Canonical, words: Vocabulary) -> tuple[Scan, Forms]:
    """Return the tokens and forms of a text.

    Names with digits for letters are read where each of them makes a form.
    """
    respelt = words.digit_names.respelt(text)
    if respelt is not None:
        scanned = scan(respelt.text, words)
        forms = find_forms(scanned)
        begins = {scanned.begin(found.head) for found in forms.found if _is_answered(scanned, found)}
        if respelt.places <= begins:
            scanned.respelt = respelt.places
            return scanned, forms
    scanned = scan(text, words)
    return scanned, find_forms(scanned)


def _is_answered(scan: Scan, found: FoundForm) -> bool:
    """Whether a station, a category or an answer follows a name."""
    content = found.content
    if isinstance(content, Incident):
        return bool(content.stations or content.answers or content.rejected)
    if not scan.opens_line(found.head):
        return False
    return found.answered or not scan.vocabulary.stations.isdisjoint(content.header.stations)


def _is_alarming(election: Election, report: ReportReading) -> bool:
    """Whether a report is an incident, or opens one."""
    form = election.form_by_code.get(report.form)
    return form is None or any(form.by_code[code].is_critical(value) for code, value in report.answers.items())


def _reports_beside_quote(scan: Scan, forms: Forms) -> bool:
    """Whether all incidents stand on lines without a quote.

    Without a reply of ours: a quoted alert is no new one.
    """
    lowered = scan.canonical.text.lower()
    for found in forms.found:
        begin = scan.begin(found.head)
        line = lowered[lowered.rfind("\n", 0, begin) + 1 : begin]
        if isinstance(found.content, Incident) and any(mark in line for mark in scan.vocabulary.marks):
            return False
    return True


def _held(scan: Scan, forms: Forms) -> str | None:
    """Return why a text is held, None if it is not.

    What it says outside comments and incident texts decides.
    """
    lowered = scan.canonical.text.lower()
    for mark in scan.vocabulary.marks:
        at = lowered.find(mark)
        if at >= 0 and not any(scan.end(begin - 1) <= at < scan.end(end - 1) for begin, end in forms.free):
            return QUOTED_REPLY
    if not forms.free:
        return held_phrase(scan, [(0, len(scan.words))])
    begins = [0, *(end for _, end in forms.free)]
    ends = [*(begin for begin, _ in forms.free), len(scan.words)]
    return held_phrase(scan, list(zip(begins, ends, strict=True)))


def _reports(scan: Scan, forms: Forms) -> tuple[ReportReading, ...]:
    """Return the reports in their order.

    The same form of one observer for the same station and round twice is one.
    """
    if len(forms.found) == 1 and not forms.flags and "@" not in scan.canonical.text:
        return (_report(scan, forms.found[0], 0, len(scan.tokens), None),)
    reports: list[ReportReading] = []
    places: dict[tuple[object, ...], int] = {}
    signed = signatures(scan, forms)
    raised = iter([*forms.flags, (len(scan.tokens), "")])
    at, flag = next(raised)
    station: str | None = None
    is_unknown = False
    ended = 0
    for position, found in enumerate(forms.found):
        following = forms.found[position + 1].head if position + 1 < len(forms.found) else len(scan.tokens)
        after = signed[position + 1].begin if position + 1 < len(signed) else following
        report = _signed(_report(scan, found, ended, after, station), signed[position])
        if report.station is None and is_unknown:
            report = replace(report, flags=(*report.flags, STATION_UNKNOWN))
        is_unknown = report.station is None and STATION_UNKNOWN in report.flags
        flags = dict.fromkeys(report.flags)
        while at < following:
            flags[flag] = None
            at, flag = next(raised)
        report = replace(report, flags=tuple(flags)) if len(flags) > len(report.flags) else report
        place = len(reports)
        if (
            STATION not in report.rejected
            and OBSERVER not in report.rejected
            and ROUND not in report.rejected
            and not isinstance(found.content, Incident)
        ):
            place = places.setdefault(_key(report, found.form), place)
        if place < len(reports):
            reports[place] = merged(reports[place], report)
        else:
            reports.append(report)
        station, ended = report.station or station, found.end
    return tuple(reports)


def _key(report: ReportReading, form: FormNames) -> tuple[object, ...]:
    """Return what two reports must share to be one.

    Both are reports of one form.
    """
    serial = report.answers.get(form.serial) if form.serial is not None else None
    return report.form, report.station, report.round, report.rounds, report.observer, serial


def _report(scan: Scan, found: FoundForm, ended: int, following: int, inherited: str | None) -> ReportReading:
    """Return one form's report, unsigned.

    `ended` and `following`: where the form before ends and the one after begins.
    """
    content = found.content
    answers: dict[str, Value]
    rejected: dict[str, Reason]
    if isinstance(content, Incident):
        answers, rejected = content.answers, content.rejected
        misfit, named, repairs = content.misfit, content.stations, content.repairs
    else:
        answers, rejected = content.settled.answers, content.settled.rejected
        misfit = content.header.misfit or content.coded.misfit
        named, repairs = _named(content), content.settled.repairs
    stations = _stations(scan, found, named, ended)
    station = stations[0] if len(stations) == 1 else inherited
    flags: tuple[str, ...] = ()
    if len(stations) > 1:
        rejected, station = rejected | {STATION: "ambiguous"}, None
    elif misfit and not stations and (answers or rejected):
        station, flags = None, (STATION_UNKNOWN,)
        rejected = rejected if isinstance(content, Incident) else rejected | {STATION: "wrong_type"}
    elif station is not None and station not in scan.vocabulary.stations:
        flags = (STATION_UNKNOWN,)
    names = [] if isinstance(content, Incident) else _round_names(scan, found, content, ended)
    named_round = names[0] if len(names) == 1 and names[0].rounds else NamedRound()
    if names and not named_round.rounds:
        rejected = rejected | {ROUND: "ambiguous"}
    rounds, days_ago = named_round.rounds, named_round.days_ago
    return ReportReading(
        form=found.form.code,
        station=station,
        round=rounds[0] if len(rounds) == 1 and days_ago is None else None,
        rounds=rounds if len(rounds) > 1 or days_ago is not None else (),
        days_ago=days_ago,
        answers=answers,
        rejected=rejected,
        comment=_comment(scan, found, ended, following),
        repairs=_misspelling(scan, found) + repairs,
        flags=flags,
    )


def _stations(scan: Scan, found: FoundForm, named: list[str], ended: int) -> list[str]:
    """Return the stations named in a form and before it, each once."""
    before = stations_before(scan, ended, found.head) if ended < found.head else []
    return list(dict.fromkeys((*before, *named))) if named else before


def _named(answers: Answers) -> list[str]:
    """Return stations in a form's header and after its last value."""
    further = [number for number in (answers.coded.station, answers.settled.last_station) if number is not None]
    return [*answers.header.stations, *further] if further else answers.header.stations


def _signed(report: ReportReading, signature: Signature) -> ReportReading:
    """Return a report as its named observer's, or nobody's of several."""
    if not signature.numbers:
        return report
    if len(signature.numbers) == 1:
        return replace(report, observer=signature.numbers[0])
    return replace(report, rejected={**report.rejected, OBSERVER: "ambiguous"})


def _round_names(scan: Scan, found: FoundForm, answers: Answers, ended: int) -> list[NamedRound]:
    """Return what names a form's round, each meaning once."""
    before = round_before(scan, ended, found.head, found.form) if ended < found.head else None
    if before is None and not answers.header.rounds and not answers.coded.rounds:
        return []
    return list(dict.fromkeys((*answers.header.rounds, *answers.coded.rounds, *([before] if before else ()))))


def _misspelling(scan: Scan, found: FoundForm) -> tuple[Repair, ...]:
    word = scan.words[found.head]
    if scan.respelt and scan.begin(found.head) in scan.respelt:
        return (Repair(scan.written(found.head, found.head + 1), found.form.code, "digit for a letter"),)
    return () if word.form is not None else (Repair(word.typed, found.form.code, "misspelt name"),)


def _comment(scan: Scan, found: FoundForm, ended: int, following: int) -> str | None:
    """Return the words around the codes, as they were typed.

    Those before a later form belong to the form before.
    """
    inner: list[tuple[int, int]] = []
    if not isinstance(found.content, Incident):
        header, coded = found.content.header, found.content.coded
        inner = [*header.skipped, *coded.skipped]
        if header.names_from is not None:
            inner = [(header.names_from, header.first), *coded.skipped]
    if not inner and not found.head and found.end == len(scan.tokens) and scan.ends_with_token(found.end - 1):
        return None
    begin = found.head
    while begin and scan.names_observer(begin - 1):
        begin -= 1
    before = (begin if ended else 0, begin)
    pieces = []
    for first, after in (before, *inner, (found.end, following)):
        piece = scan.around(first, after).strip()
        if piece:
            pieces.append(piece.removeprefix("#").lstrip(_EDGES).rstrip(_TRAILING))
    return " ".join(filter(None, pieces)) or None
