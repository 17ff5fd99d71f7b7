"""A coordinator's SMS as a command: words in three languages, letters that look alike, and what is no command."""

import datetime as dt
import re
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st
from sample_election import sample

from chalicelib.observation.coordinators.commands import VERBS, Command, command_in, mute_duration, word, words
from chalicelib.observation.reading.reading import read
from chalicelib.observation.sms.look_alikes import skeleton

DOCS = Path(__file__).parents[3] / "docs"

# text, verb, number, rest, whether it names all that it needs
COMMANDS = [
    ("OK 17", "acknowledge", 17, "", True),
    ("ok17", "acknowledge", 17, "", True),
    ("  Ok, №17 спасибо", "acknowledge", 17, "спасибо", True),
    ("ОК #17", "acknowledge", 17, "", True),
    ("«принял» 17", "acknowledge", 17, "", True),
    ("Кабыл 17", "acknowledge", 17, "", True),
    ("OK 1О", "acknowledge", 10, "", True),
    ("OK \uff11\uff17", "acknowledge", 17, "", True),
    ("OK", "acknowledge", None, "", False),
    ("OK, all is calm", "acknowledge", None, "all is calm", False),
    ("(OK 17)", "acknowledge", 17, "", True),
    ("OK(17)", "acknowledge", 17, "", True),
    ("OK/17", "acknowledge", 17, "", True),
    ("OK номер 17", "acknowledge", 17, "", True),
    ("ОК инцидент №17", "acknowledge", 17, "", True),
    ("ОК 17-окуя", "acknowledge", 17, "окуя", True),
    ("Подтвердил 17", "verify", 17, "", True),
    ("VERIFY 17 saw it (twice)", "verify", 17, "saw it (twice)", True),
    ("OK 17th", "acknowledge", None, "17th", False),
    ("VERIFY 17 saw it myself", "verify", 17, "saw it myself", True),
    ("VЕRIFY 17", "verify", 17, "", True),  # a Cyrillic Е
    ("Проверено 17: видел сам", "verify", 17, "видел сам", True),
    ("ырасталды 17", "verify", 17, "", True),
    ("REJECT 17 a rumour", "reject", 17, "a rumour", True),
    ("отклоняю 17 - слух", "reject", 17, "слух", True),
    ("Кагылды №17 ушак", "reject", 17, "ушак", True),
    ("RESOLVE 17", "resolve", 17, "", True),
    ("Решено 17 пломбы заменили", "resolve", 17, "пломбы заменили", True),
    ("чечилди 17", "resolve", 17, "", True),
    ("REOPEN 17 again", "reopen", 17, "again", True),
    ("вернуть 17 снова", "reopen", 17, "снова", True),
    ("КАЙРА 17 кайра башталды", "reopen", 17, "кайра башталды", True),
    ("REJECT 18 same as 17", "reject", 18, "same as 17", True),
    ("REJECT 17. 5 people say the opposite", "reject", 17, "5 people say the opposite", True),
    ("OK 17 буду в 10:30", "acknowledge", 17, "буду в 10:30", True),
    ("OK 17 OK", "acknowledge", 17, "OK", True),
    ("OK 17 OK 17", "acknowledge", 17, "", True),
    ("MUTE 2h", "mute", None, "2h", True),
    ("тихо 2ч", "mute", None, "2ч", True),
    ("үнсүз 30 мүнөт", "mute", None, "30 мүнөт", True),
    ("MUTE", "mute", None, "", False),
    ("MUTE the phone", "mute", None, "the phone", False),
    ("(MUTE 2h)", "mute", None, "2h", True),
    ("STATUS", "status", None, "", True),
    ("status Osh city", "status", None, "Osh city", True),
    ("Статус Ош", "status", None, "Ош", True),
    ("абал", "status", None, "", True),
    ("MISSING TU", "missing", None, "TU", True),
    ("пропуски явка", "missing", None, "явка", True),
    ("калганы", "missing", None, "", True),
    ("HELP", "help", None, "", True),
    ("помощь!", "help", None, "", True),
    ("?", "help", None, "", True),
]


@pytest.mark.parametrize(("text", "verb", "number", "rest", "is_whole"), COMMANDS, ids=[row[0] for row in COMMANDS])
def test_a_text_that_begins_with_a_command_word_is_a_command(text, verb, number, rest, is_whole):
    command = command_in(text)
    assert command is not None
    assert (command.verb, command.rest, command.is_whole) == (verb, rest, is_whole)
    assert (command.numbers, command.is_doubtful) == (() if number is None else (number,), False)


@pytest.mark.parametrize(
    "text",
    [
        "",
        "   ",
        "17",
        "17 OK",
        "OP A1 B0730",
        "I say OK 17",
        "OKAY 17",
        "OKl7",
        "Baykoo: OK 17",
        "спасибо",
        "IN 3 OK",
        "снова 3",
    ],
)
def test_anything_else_is_none(text):
    assert command_in(text) is None


@given(st.text())
def test_no_text_is_too_much(text):
    command = command_in(text)
    assert command is None or isinstance(command, Command)
    assert mute_duration(text) is None or mute_duration(text) <= dt.timedelta(hours=12)


@given(st.sampled_from(VERBS), st.sampled_from(["ky", "ru", "en"]), st.integers(1, 999_999), st.data())
def test_every_word_is_known_in_any_case(verb, language, number, data):
    word = data.draw(st.sampled_from(words()[verb][language]))
    typed = "".join(data.draw(st.sampled_from([letter.lower(), letter.upper()])) for letter in word)
    command = command_in(f"{typed} {number}")
    assert command is not None
    assert command.verb == verb
    assert command.numbers == ((number,) if command.step else ())


@pytest.mark.parametrize(
    ("written", "minutes"),
    [
        ("2h", 120),
        ("2 hours", 120),
        ("1h30m", 90),
        ("45m", 45),
        ("45 мин", 45),
        ("1ч 30м", 90),
        ("2 часа", 120),
        ("2с", 120),
        ("2 саат", 120),
        ("30 мүнөт", 30),
        ("0", 0),
        ("off", 0),
        ("12h", 720),
        ("2 hrs", 120),
        ("for 2h", 120),
        ("for 30 minutes", 30),
        ("на 2 часа", 120),
        ("на 30 мин", 30),
        ("2 саатка", 120),
        ("час", 60),
        ("на час", 60),
        ("an hour", 60),
        ("бир саат", 60),
        ("12h1m", None),
        ("h", None),
        ("", None),
        ("2", None),
        ("two hours", None),
        ("-2h", None),
    ],
)
def test_how_long_to_mute(written, minutes):
    assert mute_duration(written) == (None if minutes is None else dt.timedelta(minutes=minutes))


def test_a_word_means_one_command():
    found = [
        (skeleton(phrase), verb) for verb, taught in words().items() for many in taught.values() for phrase in many
    ]
    assert len({phrase for phrase, _ in found}) == len(set(found))


def test_no_command_word_begins_a_report_of_the_sample():
    election = sample()
    for taught in words().values():
        for phrase in {phrase for many in taught.values() for phrase in many}:
            assert not read(f"{phrase} 17", election).reports, phrase
            assert not read(f"{phrase} 17 A1", election).reports, phrase


@pytest.mark.parametrize("page", ["coordinators.md", "coordinators.ru.md"])
def test_the_page_teaches_every_command(page):
    text = (DOCS / page).read_text("utf-8")
    for verb in VERBS:
        for language in ("en", "ru", "ky"):
            assert f"`{word(verb, language)}" in text, (verb, language)


def taught_on(page):
    """Every example of a page's table, with the verb of its row: the rows stand in the verbs' order."""
    text = (DOCS / page).read_text("utf-8")
    rows = [line for line in text.splitlines() if line.startswith("| ") and "`" in line]
    assert len(rows) == len(VERBS)
    return [(verb, phrase) for verb, row in zip(VERBS, rows, strict=True) for phrase in re.findall(r"`([^`]+)`", row)]


@pytest.mark.parametrize("page", ["coordinators.md", "coordinators.ru.md"])
def test_every_word_of_the_page_works(page):
    taught = taught_on(page)
    assert len(taught) > 3 * len(VERBS)
    for verb, phrase in taught:
        command = command_in(phrase)
        assert command is not None, phrase
        assert (command.verb, command.is_whole) == (verb, True), phrase
        assert command.numbers == ((17,) if command.step else ()), phrase
        assert not command.is_doubtful, phrase
        assert command.step not in ("reject", "reopen") or command.rest, phrase


NOTED = {
    "coordinators.md": {
        "OK 17, 18, 19": ((17, 18, 19), False),
        "OK 1 7": ((1, 7), True),
        "OK 17 VERIFY 17": ((17,), True),
        "VERIFY 17. 5 people saw it": ((17,), False),
        "REJECT 18 same as 17": ((18,), False),
    },
    "coordinators.ru.md": {
        "ОК 17, 18, 19": ((17, 18, 19), False),
        "ОК 1 7": ((1, 7), True),
        "ОК 17 ПРОВЕРЕНО 17": ((17,), True),
        "ПРОВЕРЕНО 17. 5 человек видели": ((17,), False),
        "ОТКЛОНЕНО 18 то же, что 17": ((18,), False),
    },
}


@pytest.mark.parametrize("page", NOTED)
def test_what_the_page_says_of_numbers_is_so(page):
    text = " ".join((DOCS / page).read_text("utf-8").split())
    for phrase, (numbers, is_doubtful) in NOTED[page].items():
        assert f"`{phrase}`" in text, phrase
        command = command_in(phrase)
        assert command is not None
        assert (command.numbers, command.is_doubtful) == (numbers, is_doubtful), phrase


@pytest.mark.parametrize(
    ("page", "text"), [("coordinators.md", "IN 1001 3 a fight"), ("coordinators.ru.md", "ИН 1001 3 драка")]
)
def test_the_incident_of_the_page_is_one(page, text):
    election = sample()
    assert f"`{text}`" in (DOCS / page).read_text("utf-8")
    (report,) = read(text, election).reports
    assert (report.station, command_in(text)) == ("1001", None)


@pytest.mark.parametrize(
    "text",
    ["OK\u200b 17", "O\u200bK 17", "«ОК» 17", "ok #17", "OK №17", "\ufeffOK １7", "OK_17", "‘ok’ 17", "ок\u00ad 17"],
)
def test_a_command_is_folded_as_an_observers_sms_is(text: str) -> None:
    command = command_in(text)
    assert command is not None
    assert (command.verb, command.numbers, command.is_doubtful) == ("acknowledge", (17,), False)
