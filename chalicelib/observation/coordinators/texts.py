"""What coordinators are told of incidents, and answered to commands.

It goes by SMS and email, in their language. An SMS takes at most two segments; what does not fit is cut at a word and
says so.
"""

import datetime as dt
from collections.abc import Iterable, Mapping, Sequence

from chalicelib.observation.coordinators.commands import Verb, word
from chalicelib.observation.elections.election import Election
from chalicelib.observation.elections.values import Severity
from chalicelib.observation.replies.incident_alerts import how_to_answer
from chalicelib.observation.replies.layout import SEGMENTS
from chalicelib.observation.sms.segments import CUT, continued, count_segments, fit
from chalicelib.observation.texts.catalogue import MARK
from chalicelib.observation.texts.catalogue import text as say

EXAMPLE = 17
"""The incident's number in examples."""


def alert_remarks(
    election: Election,
    language: str,
    same_as: Sequence[int],
    waited: dt.timedelta | None,
    more: int = 0,
    graver_than: Severity | None = None,
) -> list[str]:
    """Word what an alert adds to its incident.

    It says that it is graver than they were told, that no coordinator took it in time, what may be the same, how many
    more are held.
    """
    remarks = []
    if graver_than is not None:
        remarks.append(
            say(election, language, "alert_graver", severity=say(election, language, f"severity_{graver_than}"))
        )
    if waited is not None:
        minutes = str(int(waited.total_seconds()) // 60)
        remarks.append(say(election, language, "alert_waited", minutes=minutes))
    if same_as:
        remarks.append(say(election, language, "alert_same", numbers=", ".join(map(str, same_as))))
    if more:
        remarks.append(say(election, language, "alert_more", count=str(more)))
    return remarks


def incident_line(election: Election, language: str, number: int, severity: str, station: str, category: str) -> str:
    """Write an incident as a line of a list."""
    return say(
        election,
        language,
        "incident_line",
        number=str(number),
        severity=say(election, language, f"severity_{severity}"),
        station=station,
        category=category or say(election, language, "category_unknown"),
    )


def digest_sms(election: Election, language: str, region: str, lines: Mapping[int, str], more: int = 0) -> str:
    """Write several incidents of a region in one SMS.

    It has their numbers, how to answer, then as many of their lines as fit.
    """
    listed = say(
        election,
        language,
        "digest_sms",
        region=region,
        count=str(len(lines) + more),
        incidents=" ".join(map(str, lines)),
    )
    to_answer = how_to_answer(election, language, ", ".join(map(str, [*lines][:2])))
    begun = f"{say(election, language, MARK)} {listed}"
    text = f"{begun}. {to_answer}"
    if count_segments(text).count > SEGMENTS:
        return fit(begun, SEGMENTS, ending=f"{CUT} {to_answer}")
    return continued(text, "; ".join(lines.values()), SEGMENTS, ending=CUT)


def digest_email(
    election: Election, language: str, region: str, lines: Sequence[str], more: int = 0
) -> tuple[str, str]:
    """Write several incidents of a region in one email.

    Subject and plain body. `more`: how many are not listed.
    """
    count = len(lines) + more
    if more:
        lines = [*lines, say(election, language, "digest_more", count=str(more))]
    subject = say(election, language, "digest_email_subject", region=region, count=str(count))
    return subject, say(election, language, "digest_email_body", region=region, incidents="\n".join(lines))


def answer(election: Election, language: str, *sentences: str) -> str:
    """Write an answer to a command.

    It begins with the mark of every SMS of ours.
    """
    text = " ".join((say(election, language, MARK), *sentences))
    return fit(" ".join(text.split()), SEGMENTS, ending=CUT)


def example(election: Election, language: str, verb: Verb) -> str:
    """Write a command as a coordinator would: `REJECT 17 why`."""
    taught = word(verb, language)
    match verb:
        case "acknowledge" | "verify" | "resolve":
            return f"{taught} {EXAMPLE}"
        case "reject" | "reopen":
            return f"{taught} {EXAMPLE} {say(election, language, 'command_reason')}"
        case "mute":
            return f"{taught} 2{_hour(language)}"
        case _:
            return taught


def help_text(election: Election, language: str) -> str:
    """Write every command with an example.

    A command that no SMS holds is left out at the end.
    """
    verbs: tuple[Verb, ...] = ("acknowledge", "verify", "reject", "resolve", "mute", "status", "missing", "reopen")
    return ", ".join(example(election, language, verb) for verb in verbs)


def no_observer_reply(election: Election, language: str) -> str:
    """Reply to a coordinator whose SMS reads as a form.

    A coordinator who is no observer: how to report, and to command.
    """
    if election.incidents is None:
        return answer(election, language, say(election, language, "command_unclear"), help_text(election, language))
    report = f"{election.incidents.code} {election.stations[0].number} {min(election.incidents.categories)}"
    kept = say(
        election,
        language,
        "command_no_observer",
        report=report,
        example=example(election, language, "acknowledge"),
        help=word("help", language),
    )
    return answer(election, language, kept)


def numbers(election: Election, language: str, incident_numbers: Iterable[int]) -> str:
    """Incidents' numbers, or the word for none."""
    return " ".join(map(str, sorted(incident_numbers))) or say(election, language, "status_none")


def _hour(language: str) -> str:
    return {"ru": "ч", "ky": "с"}.get(language, "h")
