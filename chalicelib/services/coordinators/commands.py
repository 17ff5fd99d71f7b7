"""Obey a coordinator's SMS, once.

Its answer, and what it changes, are written with the message's outcome. Recognised by the phone, and where the
coordinator has a code, whatever changes something by the code. An observer who
is a coordinator too sends reports as before: what reads as a form is a report, what begins with a command word is a
command, and what could be either is asked about.
"""

import datetime as dt
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, replace
from typing import Any, Final

from chalicelib.observation.coordinators.commands import Command, Verb, command_in, mute_duration, word
from chalicelib.observation.coordinators.texts import EXAMPLE, help_text
from chalicelib.observation.elections.election import Election
from chalicelib.observation.incidents.lifecycle import State, Step, StepRefused
from chalicelib.observation.reading.reading import read
from chalicelib.observation.sms.codes import CODE_REASONS
from chalicelib.observation.sms.states import Flag, MessageState, Reason
from chalicelib.observation.texts.catalogue import text as say
from chalicelib.services.codes.block_alert import alerts_of_blocked
from chalicelib.services.codes.proof import Proof, prove, readable_text
from chalicelib.services.coordinators.headquarters import Telling, is_told, notices
from chalicelib.services.coordinators.queries import missing, status
from chalicelib.services.coordinators.speaker import Speaker
from chalicelib.services.incidents.limits import Limits
from chalicelib.services.incidents.steps import same_as, step_writes
from chalicelib.services.replies.loops import is_loop, is_unclear
from chalicelib.services.versions import NoteMissing
from chalicelib.store.elections import LoadedElection
from chalicelib.store.escalations import muting
from chalicelib.store.incident_numbers import incident_of_number
from chalicelib.store.incidents import Incident, incidents_at
from chalicelib.store.messages import Message, attention_of
from chalicelib.store.operators import recorded
from chalicelib.store.outcome import Outcome
from chalicelib.store.routes import is_own_number
from chalicelib.store.writes import Changes, Write

_CHANGING_NOTHING: Final = frozenset[Verb](("status", "missing", "help"))
"""Commands whose answer goes to the coordinator's own phone, and that are all: they need no code."""


@dataclass(frozen=True, slots=True)
class CommandResult:
    """Sentences to answer a command with, and what is written.

    `reason`: why nothing was done. `notice`: what headquarters are told of it. `alerts`: what others are told that does
    not come of what was done.
    """

    sentences: tuple[str, ...]
    reason: Reason | None = None
    region: str | None = None
    writes: tuple[Write, ...] = ()
    notice: Telling | None = None
    alerts: tuple[Message, ...] = ()


def outcome_of_command(
    loaded: LoadedElection, message: Message, phone: str, now: dt.datetime, limits: Limits
) -> Outcome | None:
    """Return the outcome of a coordinator's SMS, or None.

    It is None for one that is a report, or of nobody who coordinates. Raises StoreUnavailable.
    """
    election = loaded.election
    rows = election.coordinators_by_phone.get(phone, ())
    if not rows:
        return None
    text = readable_text(message, rows)
    is_incomplete = message.flag == Flag.INCOMPLETE
    command = None if is_incomplete else command_in(text)
    is_observer = phone in election.observers_by_phone
    has_form = bool(read(text, election).reports)
    if (command is None and (is_observer or has_form)) or (
        command and is_observer and has_form and not command.is_whole
    ):
        return None
    speaker = Speaker(loaded, phone, rows, now)
    if command is not None and is_observer and has_form:
        result = CommandResult((speaker.say("command_or_report"),), reason=Reason.COMMAND_OR_REPORT)
    elif is_incomplete:
        result = CommandResult((speaker.say("reply_incomplete"),), reason=Reason.INCOMPLETE)
    else:
        proof = _proof(speaker, message, command, counts_codes=limits.counts_codes)
        result = _unproven(speaker, message, proof) if proof.doubt is not None else _obey(speaker, command)
        result = replace(result, writes=(*result.writes, *proof.writes))
    is_heard = not is_own_number(phone) and not (is_unclear(result.reason) and is_loop(election, message))
    reply = speaker.reply(message, result.sentences)
    notes = notices(election, message, rows, result.notice, now) if result.notice is not None else []
    notes += result.alerts
    return Outcome(
        message=message,
        changes=_changes(speaker, message, command, result),
        election=election,
        outgoing=tuple(row for row in (*([reply] if is_heard else []), *notes) if row.key not in limits.existing_keys),
        writes=result.writes,
    )


def _proof(speaker: Speaker, message: Message, command: Command | None, *, counts_codes: bool) -> Proof:
    """Decide whether a command proves its sender.

    One that changes nothing needs no code.
    """
    if command is None or command.verb in _CHANGING_NOTHING:
        return Proof()
    return prove(speaker.election.id, message, speaker.phone, speaker.rows, speaker.at, is_counted=counts_codes)


def _unproven(speaker: Speaker, message: Message, proof: Proof) -> CommandResult:
    alerts = alerts_of_blocked(speaker.election, message, speaker.rows, speaker.now) if proof.blocks else []
    return CommandResult((speaker.say(f"reply_{proof.doubt}"),), reason=proof.doubt, alerts=tuple(alerts))


def _obey(speaker: Speaker, command: Command | None) -> CommandResult:
    election, language = speaker.election, speaker.language
    if command is None:
        return CommandResult(
            (speaker.say(Reason.COMMAND_UNCLEAR), help_text(election, language)), reason=Reason.COMMAND_UNCLEAR
        )
    match command.verb:
        case "help":
            return CommandResult((help_text(election, language),))
        case "status":
            return CommandResult(status(speaker.loaded, language, speaker.regions, command.rest, speaker.now))
        case "missing":
            return CommandResult(missing(speaker.loaded, language, speaker.regions, command.rest, speaker.now))
        case "mute":
            return _mute(speaker, command)
        case _:
            return _take_steps(speaker, command)


def _take_steps(speaker: Speaker, command: Command) -> CommandResult:
    step = command.step
    if step is None or not command.numbers:
        return CommandResult(
            (speaker.say("command_which", example=speaker.example(command.verb)),), reason=Reason.NO_NUMBER
        )
    if command.is_doubtful:
        verb = word(command.verb, speaker.language)
        return CommandResult(
            (speaker.say("command_doubtful", verb=verb, number=str(command.numbers[0])),), reason=Reason.DOUBTFUL
        )
    if len(command.numbers) > 1:
        return _take_each(speaker, step, command.numbers)
    return _take_step(speaker, command, step, command.numbers[0])


def _take_step(speaker: Speaker, command: Command, step: Step, numbered: int) -> CommandResult:
    number, incident = str(numbered), _own_incident(speaker, numbered)
    if incident is None:
        return CommandResult((speaker.say("command_no_incident", number=number),), reason=Reason.NO_INCIDENT)
    try:
        state, writes = step_writes(incident, step, speaker.who, command.rest, speaker.at, speaker.now)
    except StepRefused:
        return CommandResult((_stale(speaker, incident),), reason=Reason.STALE, region=incident.region)
    except NoteMissing:
        example = speaker.example(command.verb).replace(str(EXAMPLE), number)
        return CommandResult(
            (speaker.say("command_why", example=example),), reason=Reason.NO_NOTE, region=incident.region
        )
    done = speaker.say("command_done", number=number, state=speaker.say(f"state_{state}"), station=incident.station)
    same = same_as(incident, incidents_at(speaker.election.id, incident.station))
    remark = (speaker.say("alert_same", numbers=", ".join(map(str, same))),) if same else ()
    notice = _notice(speaker.election, incident.number, step, state) if is_told(incident, step) else None
    return CommandResult((done, *remark), region=incident.region, writes=writes, notice=notice)


def _take_each(speaker: Speaker, step: Step, numbered: Iterable[int]) -> CommandResult:
    """Take the same step of several incidents, in one transaction.

    One that cannot take it keeps no other from it.
    """
    outcomes: dict[str, list[int]] = {"command_done_each": [], "command_passed_each": [], "command_unknown_each": []}
    writes: list[Write] = []
    regions: list[str] = []
    for number in numbered:
        incident = _own_incident(speaker, number)
        if incident is None:
            outcomes["command_unknown_each"].append(number)
            continue
        regions.append(incident.region)
        try:
            writes += step_writes(incident, step, speaker.who, "", speaker.at, speaker.now)[1]
            outcomes["command_done_each"].append(number)
        except StepRefused:
            outcomes["command_passed_each"].append(number)
    sentences = (
        speaker.say(key, numbers=" ".join(map(str, concerned))) for key, concerned in outcomes.items() if concerned
    )
    region = regions[0] if regions else None
    return CommandResult(tuple(sentences), reason=None if writes else Reason.STALE, region=region, writes=tuple(writes))


def _notice(election: Election, number: int, step: Step, state: State) -> Telling:
    """Return the sentence about a critical incident that a coordinator's SMS ended."""
    return lambda language: f"{word(step, language)} {number}: {say(election, language, f'state_{state}')}"


def _own_incident(speaker: Speaker, number: int) -> Incident | None:
    """Return an incident of the speaker's regions by its number."""
    incident = incident_of_number(speaker.election.id, number)
    return incident if incident is not None and incident.region in speaker.regions else None


def _stale(speaker: Speaker, incident: Incident) -> str:
    last = [entry for entry in incident.history if entry["step"] != "escalate"][-1]
    at = dt.datetime.fromisoformat(last["at"]).astimezone(speaker.election.zone)
    return speaker.say(
        "command_stale",
        number=str(incident.number),
        state=speaker.say(f"state_{incident.state}"),
        who=last["who"],
        time=f"{at:%H:%M}",
    )


def _mute(speaker: Speaker, command: Command) -> CommandResult:
    duration = mute_duration(command.rest)
    if duration is None:
        return CommandResult(
            (speaker.say("command_how_long", example=speaker.example("mute")),), reason=Reason.NO_DURATION
        )
    until = speaker.at + duration
    writes = (
        muting(speaker.election.id, speaker.phone, until),
        recorded(speaker.election.id, speaker.now, speaker.who, "mute", f"for {duration}"),
    )
    if not duration:
        return CommandResult((speaker.say("command_unmuted"),), writes=writes)
    time = f"{until.astimezone(speaker.election.zone):%H:%M}"
    detail = f"MUTE → {time}"
    return CommandResult((speaker.say("command_muted", time=time),), writes=writes, notice=lambda _: detail)


def _changes(speaker: Speaker, message: Message, command: Command | None, result: CommandResult) -> Changes:
    understood: dict[str, Any] = {"coordinator": speaker.who}
    if command is not None:
        understood |= {"verb": command.verb, "numbers": list(command.numbers), "rest": command.rest}
    return finished(speaker, message, {"command": understood}, reason=result.reason, region=result.region)


def finished(
    speaker: Speaker,
    message: Message,
    reading: Mapping[str, Any],
    *,
    reason: Reason | None,
    region: str | None,
    is_held: bool = False,
) -> Changes:
    """Return how a coordinator's SMS ends that was read.

    `is_held`: something of it waits for a person.
    """
    known: dict[str, Any] = {
        "election": speaker.election.id,
        "counted_at": speaker.loaded.clock.at(message.received_at or message.stored_at),
        "reading": dict(reading),
        "reason": reason,
        "region": region,
    }
    if reason in CODE_REASONS:
        known["attention"] = attention_of(speaker.election.id, region)
    elif is_held:
        return Message.holding(message.key, MessageState.COMMAND, speaker.now, **known)
    return Message.finishing(MessageState.COMMAND, speaker.now, **known)
