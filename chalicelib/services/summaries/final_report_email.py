"""Email the final report to headquarters once the day is over.

Once.
"""

import datetime as dt
from typing import cast

from chalicelib.observation.elections.coordinator import Coordinator
from chalicelib.observation.elections.election import Election
from chalicelib.observation.summaries.summary import Area
from chalicelib.services import outbox
from chalicelib.services.email_templates import render, round_title, words_of
from chalicelib.services.isolation import for_each
from chalicelib.services.outbox import Email
from chalicelib.services.summaries.areas import rounds_begun, worded_incidents, worded_received
from chalicelib.services.summaries.final_report import Day, read_day, report_page
from chalicelib.store import keys, progress, tables
from chalicelib.store.elections import LoadedElection
from chalicelib.store.messages import Message

TASK = "report"
LARGEST_PAGE = outbox.LARGEST_EMAIL - 20_000
"""Bytes of a page that an email still carries: a row of the outbox holds 400 kB, the text beside the page too."""


def send_report(loaded: LoadedElection, now: dt.datetime) -> int:
    """Queue the final report to headquarters; return how many messages.

    It goes to every coordinator of headquarters who has an email. However often and by however many it is asked for,
    each gets it once: the keys of the rows tell, and that it is done is noted last. Raises StoreUnavailable; then the
    next run does what is left.
    """
    election = loaded.election
    version, sent = progress.read(election.id, TASK)
    if sent is not None:
        return 0
    queued = 0
    headquarters = [
        coordinator for coordinator in election.coordinators if coordinator.is_headquarters and coordinator.email
    ]
    if headquarters:
        day = read_day(loaded, now)
        emails = {
            language: report_email(election, day, language)
            for language in {coordinator.language for coordinator in headquarters}
        }
        done = for_each(
            "final report",
            headquarters,
            lambda coordinator: sum(
                map(tables.put_new, _rows(election, coordinator, emails[coordinator.language], now))
            ),
            name=lambda coordinator: coordinator.id,
        )
        queued = sum(done.results)
        if not done.is_whole:
            return queued
    progress.advance(election.id, TASK, version, {"queued": queued}, now)
    return queued


def report_email(election: Election, day: Day, language: str) -> Email:
    """Render the report as an email in a language.

    Of a page that no email carries, `html` is None and the text says how to get it.
    """
    words = {**words_of("summary", election, language), **words_of("report", election, language)}
    summary, name = day.hour.summary, election.text(election.name, language)
    nation = cast(Area, summary.nation)
    page = report_page(election, day, language)
    fits = len(page.encode()) <= LARGEST_PAGE
    as_of = summary.as_of.strftime(words["as_of"])
    context = {
        "words": words,
        "election": name,
        "as_of": as_of,
        "rounds": [
            f"{round_title(election, language, form, count)}: {worded_received(form, covered, words)}"
            for form, count, covered in rounds_begun(election, summary, nation)
        ],
        "incidents": worded_incidents(nation.incidents, words),
        "where": words["email_about" if fits else "email_too_large"],
        "how": words["email_command"].format(
            command=f"./baykoo report {election.id} --output report.html --language {language}"
        ),
    }
    subject = words["email_subject"].format(election=name, time=as_of)
    return Email(subject, render("report.txt.j2", context), page if fits else None)


def _rows(election: Election, coordinator: Coordinator, email: Email, now: dt.datetime) -> list[Message]:
    origin = outbox.Origin(election.id, "report", now)
    return outbox.to_coordinator(coordinator, keys.final_report(election.id, coordinator.id), origin, email=email)
