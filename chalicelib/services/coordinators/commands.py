"""Obey a coordinator's SMS, once.

Its answer, and what it changes, are written with the message's outcome. Recognised by the phone alone. An observer who
is a coordinator too sends reports as before: what reads as a form is a report, what begins with a command word is a
command, and what could be either is asked about.
"""

import datetime as dt
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Any

from pynamodb.expressions.update import Action

from chalicelib.observation.coordinators.commands import Command, Verb, command_in, mute_duration, word
from chalicelib.observation.coordinators.texts import EXAMPLE, answer, example, help_text
from chalicelib.observation.elections.coordinator import Coordinator
from chalicelib.observation.elections.election import Election
from chalicelib.observation.incidents.lifecycle import State, Step, StepRefused
from chalicelib.observation.reading.reading import read
from chalicelib.observation.sms.states import Flag, MessageState, Reason
from chalicelib.observation.texts.catalogue import text as say
from chalicelib.services import outbox
from chalicelib.services.coordinators.headquarters import Telling, is_told, notices
from chalicelib.services.coordinators.queries import missing, status
from chalicelib.services.incidents.steps import same_as, step_writes
from chalicelib.services.replies.reply import is_loop
from chalicelib.services.versions import NoteMissing
from chalicelib.store import keys
from chalicelib.store.elections import LoadedElection
from chalicelib.store.escalations import muting
from chalicelib.store.incident_numbers import incident_of_number
from chalicelib.store.incidents import Incident, incidents_at
from chalicelib.store.messages import Message
from chalicelib.store.operators import recorded
from chalicelib.store.outcome import Outcome
from chalicelib.store.routes import is_own_number
from chalicelib.store.writes import Write


@dataclass(frozen=True, slots=True)
class Speaker:
    """Who texts, and when.

    The rows of the roster with this phone; on the election's clock and in reality.
    """

    loaded: LoadedElection
    phone: str
    rows: tuple[Coordinator, ...]
    now: dt.datetime

    @property
    def election(self) -> Election:
        """The election that the number leads to."""
        return self.loaded.election

    @property
    def at(self) -> dt.datetime:
        """The time on the election's clock."""
        return self.loaded.clock.at(self.now)

    @property
    def language(self) -> str:
        """The language to answer in."""
        return self.rows[0].language

    @property
    def who(self) -> str:
        """How the speaker is named in histories and the audit trail."""
        return self.rows[0].name

    @property
    def regions(self) -> tuple[str, ...]:
        """The regions that the speaker answers for."""
        return tuple(region for region in self.election.regions if any(row.covers(region) for row in self.rows))

    def say(self, key: str, **values: str) -> str:
        """Return a text of the catalogue in the speaker's language."""
        return say(self.election, self.language, key, **values)

    def example(self, verb: Verb) -> str:
        """Return a command as the speaker would write it."""
        return example(self.election, self.language, verb)

    def reply(self, message: Message, sentences: Iterable[str]) -> Message:
        """Make the answer to the speaker's SMS, for the outbox."""
        text = answer(self.election, self.language, *sentences)
        origin = outbox.Origin(self.election.id, message.key, self.now)
        return outbox.sms_row(keys.reply(message.key), self.phone, text, origin, sender=message.recipient)


@dataclass(frozen=True, slots=True)
class CommandResult:
    """Sentences to answer a command with, and what is written.

    `reason`: why nothing was done. `told`: what headquarters are told of it.
    """

    sentences: tuple[str, ...]
    reason: Reason | None = None
    region: str | None = None
    writes: tuple[Write, ...] = ()
    told: Telling | None = None


def outcome_of_command(
    loaded: LoadedElection, message: Message, phone: str, now: dt.datetime, existing_keys: Iterable[str]
) -> Outcome | None:
    """Return the outcome of a coordinator's SMS, or None.

    None for one that is a report, or of nobody who coordinates. Raises StoreUnavailable.
    """
    election = loaded.election
    rows = election.coordinators_by_phone.get(phone, ())
    if not rows:
        return None
    text = message.text or ""
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
        obeyed = CommandResult((speaker.say("command_or_report"),), reason=Reason.COMMAND_OR_REPORT)
    elif is_incomplete:
        obeyed = CommandResult((speaker.say("reply_incomplete"),), reason=Reason.INCOMPLETE)
    else:
        obeyed = _obey(speaker, command)
    is_heard = not is_own_number(phone) and not (obeyed.reason == Reason.COMMAND_UNCLEAR and is_loop(election, message))
    reply = speaker.reply(message, obeyed.sentences)
    told = notices(election, message, rows, obeyed.told, now) if obeyed.told is not None else []
    return Outcome(
        message=message,
        changes=_changes(speaker, message, command, obeyed),
        election=election,
        outgoing=tuple(row for row in (*([reply] if is_heard else []), *told) if row.key not in existing_keys),
        writes=obeyed.writes,
    )


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
    told = _told(speaker.election, incident.number, step, state) if is_told(incident, step) else None
    return CommandResult((done, *remark), region=incident.region, writes=writes, told=told)


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


def _told(election: Election, number: int, step: Step, state: State) -> Telling:
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
    told = f"MUTE → {time}"
    return CommandResult((speaker.say("command_muted", time=time),), writes=writes, told=lambda _: told)


def _changes(speaker: Speaker, message: Message, command: Command | None, obeyed: CommandResult) -> list[Action]:
    understood: dict[str, Any] = {"coordinator": speaker.who}
    if command is not None:
        understood |= {"verb": command.verb, "numbers": list(command.numbers), "rest": command.rest}
    return finished(speaker, message, {"command": understood}, reason=obeyed.reason, region=obeyed.region)


def finished(
    speaker: Speaker,
    message: Message,
    reading: Mapping[str, Any],
    *,
    reason: Reason | None,
    region: str | None,
    is_held: bool = False,
) -> list[Action]:
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
    if is_held:
        return Message.holding(message.key, MessageState.COMMAND, speaker.now, **known)
    return Message.finishing(MessageState.COMMAND, speaker.now, **known)
