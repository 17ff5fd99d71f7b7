"""./baykoo parse: what an SMS says and what would be answered.

It needs the election file alone. Needs no stack, sends and stores nothing: it is for trying a form before the
observers' cards are printed.
"""

import json
import sys
from collections.abc import Iterable, Iterator
from decimal import Decimal
from pathlib import Path
from typing import Any

import click

from chalicelib.cli.files import load_election_file
from chalicelib.cli.json_lines import LineInvalid, answer_lines, read_json
from chalicelib.cli.printable import show
from chalicelib.observation.elections.election import NO_ROUND, Election
from chalicelib.observation.reading.model import Reading, ReportReading, Value
from chalicelib.observation.reading.reading import read
from chalicelib.observation.replies.replies import (
    ReportResult,
    held_reply,
    opting_reply,
    report_reply,
    unrecognised_reply,
)
from chalicelib.observation.reports.answer_json import value_json
from chalicelib.observation.sms.opt_out_words import wish_in
from chalicelib.observation.sms.segments import count_segments
from chalicelib.observation.texts.catalogue import LANGUAGES


@click.command()
@click.option(
    "--election",
    "election_file",
    required=True,
    type=click.Path(exists=True, dir_okay=False, path_type=Path),
    help="The election's YAML; its tables are looked for beside it.",
)
@click.option("--text", help="Read this one text and say in words what it means.")
@click.option("--language", help="Language of the replies; the election's first by default.")
def parse(election_file: Path, text: str | None, language: str | None) -> None:
    """Read texts as observers send them, and print their meaning.

    JSON lines {"text": …} in, their meaning as JSON lines out, in order.
    """
    election = load_election_file(election_file)
    chosen = _language(election, language)
    if text is not None:
        show(*in_words(election, chosen, text))
        return
    if sys.stdin.isatty():
        show('One {"text": "…"} a line; Ctrl-D ends.', err=True)
    if answer_lines(
        sys.stdin.buffer, sys.stdout.buffer, lambda line: meaning_of(election, chosen, _text_of(line)), _refused
    ):
        raise click.exceptions.Exit(1)


def _language(election: Election, language: str | None) -> str:
    languages = dict.fromkeys((*election.languages, *LANGUAGES))
    if language is not None and language not in languages:
        raise click.BadParameter(f"{language!r} is none of {', '.join(languages)}", param_hint="--language")
    return language or election.languages[0]


def _refused(number: int, problem: LineInvalid) -> dict[str, Any]:
    error = f"line {number}: {problem}"
    show(error, err=True)
    return {"error": error}


def _text_of(line: bytes) -> str:
    written = read_json(line, '{"text": "…"}')
    text = written.get("text") if isinstance(written, dict) else None
    if not isinstance(text, str):
        raise LineInvalid('no text: write {"text": "…"}')
    return text


def meaning_of(election: Election, language: str, text: str) -> dict[str, Any]:
    """Return a text's reading and its reply as JSON's values."""
    reading = read(text, election)
    return {
        "reports": [_report(report) for report in reading.reports],
        "held": reading.held,
        "reply": reply_to(election, language, text, reading),
    }


def _report(report: ReportReading) -> dict[str, Any]:
    return {
        "form": report.form,
        "station": report.station,
        "round": report.round,
        "answers": {code: _json(value) for code, value in report.answers.items()},
        "rejected": sorted(report.rejected),
        "reasons": dict(report.rejected),
        "comment": report.comment,
        "repairs": [
            {"typed": repair.typed, "read_as": repair.read_as, "rule": repair.rule} for repair in report.repairs
        ],
        "flags": list(report.flags),
    }


def _json(value: Value) -> Any:
    """Return an answer as a JSON value.

    A decimal becomes a number of the same digits, or a string where a double cannot hold them.
    """
    if isinstance(value, Decimal):
        number = float(value)
        return number if Decimal(repr(number)) == value else str(value)
    return value_json(value)


def reply_to(election: Election, language: str, text: str, reading: Reading) -> str:
    """Return the reply to an observer who has reported nothing before."""
    if reading.held is not None:
        return held_reply(election, language)
    wish = wish_in(text)
    if not reading.reports and wish is not None:
        return opting_reply(election, language, wish)
    if not reading.reports:
        return unrecognised_reply(election, language)
    return report_reply(election, language, [_result(election, report) for report in reading.reports])


def _result(election: Election, report: ReportReading) -> ReportResult:
    form = election.form_by_code.get(report.form)
    questions = form.questions if form else ()
    return ReportResult(
        form=report.form,
        station=report.station if report.station in election.station_by_number else None,
        round=report.round or NO_ROUND,
        accepted=tuple(report.answers),
        missing=tuple(question.code for question in questions if question.code not in report.answers),
        rejected=report.rejected,
        flags=report.flags,
    )


def in_words(election: Election, language: str, text: str) -> Iterator[str]:
    """Describe a text's reading for a person, line by line."""
    reading = read(text, election)
    if reading.held is not None:
        yield f"Held: {reading.held}"
    elif not reading.reports:
        yield "No form was found in this text."
    for report in reading.reports:
        yield from _report_in_words(election, language, report)
    reply = reply_to(election, language, text, reading)
    cost = count_segments(reply)
    yield f"Reply ({cost.count} SMS, {cost.units} units of {cost.encoding}):"
    yield f"  {reply}"


def _report_in_words(election: Election, language: str, report: ReportReading) -> Iterable[str]:
    named = [("station", report.station), ("round", report.round), ("observer", report.observer)]
    yield ", ".join([report.form, *(f"{name} {value}" for name, value in named if value)])
    form = election.form_by_code.get(report.form)
    for code, value in report.answers.items():
        label = election.text(form.by_code[code].label, language) if form else ""
        yield f"  {code} = {json.dumps(_json(value), ensure_ascii=False)}" + (f"   ({label})" if label else "")
    for code, reason in report.rejected.items():
        yield f"  {code} rejected: {reason}"
    for repair in report.repairs:
        yield f"  read {repair.typed!r} as {repair.read_as!r}: {repair.rule}"
    if report.comment:
        yield f"  comment: {report.comment}"
    if report.flags:
        yield f"  flags: {', '.join(report.flags)}"
