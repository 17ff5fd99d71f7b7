"""Words by which people want no more SMS: alone, in any case and letters that look alike, and never in a report."""

import itertools

import pytest
from hypothesis import given
from hypothesis import strategies as st
from sample_election import sample

from chalicelib.observation.coordinators import commands
from chalicelib.observation.reading.reading import read
from chalicelib.observation.reading.words import words as reading_words
from chalicelib.observation.replies.replies import opting_reply
from chalicelib.observation.sms.look_alikes import skeleton
from chalicelib.observation.sms.opt_out_words import WISHES, wish_in, word, words
from chalicelib.observation.sms.segments import count_segments
from chalicelib.observation.texts.catalogue import LANGUAGES

TAUGHT = [(wish, word) for wish, many in words().items() for word in itertools.chain.from_iterable(many.values())]
ELECTION = sample()

# text, wish
TEXTS = [
    ("STOP", "out"),
    ("stop", "out"),
    (" Stop.\n", "out"),
    ("«СТОП!»", "out"),
    ("стоп", "out"),
    ("STОP", "out"),  # a Cyrillic О
    ("\uff33\uff34\uff2f\uff30", "out"),
    ("STOP ALL", "out"),
    ("OPT-OUT", "out"),
    ("STOP \U0001f64f", "out"),
    ("\u200bSTOP\ufeff", "out"),
    ("Отпишите меня, не", None),
    ("отпишите меня!", "out"),
    ("Не пишите", "out"),
    ("токтот", "out"),
    ("ТОКТОТУҢУЗ", "out"),
    ("токтотунуз", "out"),  # a keyboard without Ң
    ("START", "in"),
    ("Старт", "in"),
    ("башта...", "in"),
    ("unstop", "in"),
    ("", None),
    ("...", None),
    ("STOP it", None),
    ("STOPP", None),
    ("1 STOP", None),
    ("STOP 1234", None),
    ("OP STOP", None),
    ("please stop", None),
    ("стоп, ошибка", None),
    ("MUTE стоп", None),
    ("ТИХО токтот", None),
    ("не пишите так", None),
    ("cancel", None),
    ("отмена", None),
    ("YES", None),
    ("да", None),
    ("HELP", None),
]


@pytest.mark.parametrize(("text", "wish"), TEXTS, ids=[ascii(text) for text, _ in TEXTS])
def test_a_wish_is_all_that_the_text_says(text: str, wish: str | None) -> None:
    assert wish_in(text) == wish


@pytest.mark.parametrize(("wish", "word"), TAUGHT)
def test_every_word_in_any_case_and_punctuation(wish: str, word: str) -> None:
    for text in (word, word.lower(), word.capitalize(), f"«{word}»", f" {word} !!!", f"{word}.\n", skeleton(word)):
        assert wish_in(text) == wish, text


@given(st.sampled_from(TAUGHT), st.text(st.characters(categories=["L", "N"]), min_size=1), st.booleans())
def test_one_more_letter_or_digit_makes_it_something_else(taught: tuple[str, str], more: str, after: bool) -> None:
    text = f"{taught[1]} {more}" if after else f"{more} {taught[1]}"
    known = {skeleton(word.replace(" ", "")) for _, word in TAUGHT}
    assert wish_in(text) is None or skeleton(text.replace(" ", "")) in known


@given(st.text())
def test_no_text_is_too_much(text: str) -> None:
    assert wish_in(text) in (None, *WISHES)


@given(st.lists(st.sampled_from([word for _, word in TAUGHT] + ["OP", "1001", "A1", "B0730", "TU", "A300", "#"])))
def test_what_reads_as_a_report_is_never_a_wish(pieces: list[str]) -> None:
    text = " ".join(pieces)
    assert not (read(text, ELECTION).reports and wish_in(text))


@pytest.mark.parametrize(("wish", "word"), TAUGHT)
def test_no_word_is_a_form_a_command_or_a_cancellation(wish: str, word: str) -> None:
    reading = read(word, ELECTION)
    assert (reading.reports, reading.held) == ((), None)
    assert commands.command_in(word) is None
    assert " ".join(map(skeleton, word.split())) not in reading_words().held


def test_no_word_means_both() -> None:
    out, back = ({skeleton(word) for wish, word in TAUGHT if wish == value} for value in ("out", "in"))
    assert out.isdisjoint(back)


@pytest.mark.parametrize("wish", WISHES)
@pytest.mark.parametrize("language", LANGUAGES)
def test_the_reply_teaches_the_word_that_takes_it_back(language: str, wish: str) -> None:
    reply = opting_reply(ELECTION, language, wish)
    back = word("in" if wish == "out" else "out", language)
    assert reply.startswith("Baykoo: ")
    assert back in reply
    assert wish_in(back) == ("in" if wish == "out" else "out")
    assert count_segments(reply).count <= 2
    assert wish_in(reply) is None
