"""Replies to observers: what was taken and what to resend, within two SMS in each language."""

import re
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from chalicelib.observation.elections.election import Election
from chalicelib.observation.reading.model import Reason
from chalicelib.observation.replies.examples import example
from chalicelib.observation.replies.incident_alerts import incident_alert_email, incident_alert_sms
from chalicelib.observation.replies.replies import (
    ReportResult,
    held_reply,
    report_reply,
    unknown_sender_reply,
    unrecognised_reply,
)
from chalicelib.observation.sms.segments import count_segments
from chalicelib.observation.texts.catalogue import LANGUAGES, catalogue, placeholders

REASONS: tuple[Reason, ...] = ("out_of_range", "wrong_type", "conflicting", "ambiguous", "unknown_code")


def result(form: str = "OP", accepted: str = "", missing: str = "", **more: Any) -> ReportResult:
    values: dict[str, Any] = {"station": "1234", "round": "-", "rejected": {}, **more}
    return ReportResult(form, accepted=tuple(accepted), missing=tuple(missing), **values)


@pytest.mark.parametrize(
    ("results", "expected"),
    [
        ([result(accepted="ABCDE")], "Baykoo: OP 1234. Received: A B C D E. The form is complete, thank you!"),
        ([result(accepted="CA", missing="BDE")], "Baykoo: OP 1234. Received: A C. Still missing: B D E."),
        (
            [result("TU", "A", round="10:00", questions=("Turnout fell",))],
            "Baykoo: TU 1234 10:00. Received: A. Please check: Turnout fell.",
        ),
        (
            [result("TU", "A", round="10:00", questions=("More than registered?",))],
            "Baykoo: TU 1234 10:00. Received: A. Please check: More than registered?",
        ),
        (
            [result(accepted="A", missing="BCDE", rejected={"B": "out_of_range", "Z": "unknown_code"})],
            "Baykoo: OP 1234. Received: A. Please correct: B (out of range), Z (no such code). Still missing: C D E.",
        ),
        ([result(outdated=("E", "B"))], "Baykoo: OP 1234. A newer SMS of yours stands for: B E."),
        (
            [result(accepted="A", missing="C", outdated=("E",))],
            "Baykoo: OP 1234. Received: A. A newer SMS of yours stands for: E. Still missing: C.",
        ),
        (
            [result(missing="B", rejected={"B": "ambiguous", "D": "conflicting", "C": "ambiguous"})],
            "Baykoo: OP 1234. Please correct: B C (not clear), D (two different answers).",
        ),
        (
            [result(missing="ABCDE")],
            "Baykoo: OP 1234. No answers found. Example: OP A1 B0730. Still missing: A B C D E.",
        ),
        (
            [result(accepted="A", rejected={"station": "wrong_type"}, flags=("station_unknown",))],
            (
                "Baykoo: OP. There is no such station: nothing is counted. "
                "Send it again with the right number, or with none for your own."
            ),
        ),
        (
            [result(form="TU", round="12:00", accepted="A", rejected={"round": "ambiguous"})],
            "Baykoo: TU 1234. For which time is it? Not counted yet. Send it again with one of: 10:00 12:00.",
        ),
        (
            [result(accepted="A", flags=("practice",))],
            "Baykoo: OP 1234. Practice, thank you: before its day nothing of it is counted.",
        ),
        (
            [result(accepted="A", flags=("observer_unknown",))],
            (
                "Baykoo: OP 1234. No observer of this phone has that number: nothing is counted. "
                "Send it again with the right one."
            ),
        ),
        (
            [result(accepted="A", rejected={"station": "ambiguous", "B": "ambiguous"})],
            "Baykoo: OP. Two stations are named: not counted yet. Send it again with one.",
        ),
        (
            [result(accepted="A", rejected={"observer": "ambiguous", "B": "ambiguous"})],
            (
                "Baykoo: OP 1234. It is not certain whose report this is: not counted yet. "
                "Send it again with one observer's number."
            ),
        ),
        (
            [result("IN", ("category",), rejected={"observer": "ambiguous"})],
            (
                "Baykoo: IN 1234. Your report is received and goes to the coordinator. "
                "Please correct: observer's number (not clear)."
            ),
        ),
        (
            [result("TU", "A", round="12:00", flags=("reassigned", "round_not_begun"))],
            (
                "Baykoo: TU 1234 12:00. Received: A. The form is complete, thank you! "
                "An operator will check station 1234. It is early for 12:00, an operator will check."
            ),
        ),
        (
            [result(accepted="A", missing="B", flags=("comment_holds_form", "something_new"))],
            "Baykoo: OP 1234. Received: A. Still missing: B. An operator will look at it.",
        ),
        (
            [result("IN", rejected={"category": "out_of_range"})],
            (
                "Baykoo: IN 1234. Your report is received and goes to the coordinator. "
                "What kind is it? Send IN 1234 and a number: 1-10 20."
            ),
        ),
        (
            [result(accepted="ABCDE", station=None), result("TU", "A", round="10:00")],
            (
                "Baykoo: OP. Received: A B C D E. The form is complete, thank you! "
                "TU 1234 10:00. Received: A. The form is complete, thank you!"
            ),
        ),
    ],
)
def test_says_what_came_of_each_form(election: Election, results: list[ReportResult], expected: str) -> None:
    assert report_reply(election, "en", results) == expected


def test_an_incident_is_confirmed_and_nothing_more(election: Election) -> None:
    incident = ReportResult("IN", "1234", "-", ("category",), (), {})
    assert report_reply(election, "ru", [incident]) == "Baykoo: IN 1234. Сообщение получено, передаём координатору."


@pytest.mark.parametrize(
    ("language", "expected"),
    [
        ("ky", "Baykoo: OP 1234. Кабыл алынды: A. Оңдоңуз: B (чектен тышкары). Дагы керек: C."),
        ("ru", "Baykoo: OP 1234. Принято: A. Исправьте: B (вне пределов). Не хватает: C."),
        ("uz", "Baykoo: OP 1234. Кабыл алынды: A. Оңдоңуз: B (чектен тышкары). Дагы керек: C."),
    ],
)
def test_speaks_the_observers_language(election: Election, language: str, expected: str) -> None:
    reply = report_reply(election, language, [result(accepted="A", missing="BC", rejected={"B": "out_of_range"})])
    assert reply == expected


def test_what_does_not_fit_goes_by_priority(election: Election) -> None:
    codes = [f"A{number}" for number in range(1, 61)]
    long = ReportResult("OP", "1234", "-", tuple(codes[:20]), tuple(codes[20:40]), {"Z1": "unknown_code"})
    reply = report_reply(election, "ru", [long])
    assert "Z1 (нет такого кода)" in reply
    assert re.search(r"Не хватает: A21 .* \+\d+\.", reply)
    assert "A20" not in reply.split("Не хватает")[0]


def test_reasons_go_before_a_rejected_code_does(election: Election) -> None:
    many: dict[str, Reason] = {f"Q{number}": REASONS[number % 5] for number in range(20)}
    reply = report_reply(election, "ru", [ReportResult("OP", "1234", "-", (), (), many)])
    assert all(code in reply.replace(",", "").split() for code in list(many)[:18])
    assert "(" not in reply


def test_forms_that_do_not_fit_are_counted(election: Election) -> None:
    forms = [result(accepted="ABCDE") for _ in range(1000)]
    assert re.search(r" \+\d+$", report_reply(election, "ru", forms))


codes = st.from_regex(r"[A-Z][0-9]{0,2}", fullmatch=True)
results = st.builds(
    ReportResult,
    form=st.sampled_from(["OP", "TU", "CL", "IN"]),
    station=st.sampled_from(["1234", None]),
    round=st.sampled_from(["-", "10:00"]),
    accepted=st.lists(codes | st.just("category"), max_size=30, unique=True).map(tuple),
    missing=st.lists(codes, max_size=30, unique=True).map(tuple),
    rejected=st.dictionaries(
        codes | st.sampled_from(["station", "observer", "category"]), st.sampled_from(REASONS), max_size=20
    ),
    flags=st.lists(st.sampled_from(["reassigned", "station_unknown", "other"]), max_size=3).map(tuple),
    questions=st.lists(st.sampled_from(["Turnout fell", "Сумма голосов не равна числу бюллетеней"]), max_size=3).map(
        tuple
    ),
)


@settings(max_examples=150)
@given(st.lists(results, min_size=1, max_size=8), st.sampled_from(LANGUAGES))
def test_every_reply_fits_two_sms_and_cuts_no_word(
    election: Election, results: list[ReportResult], language: str
) -> None:
    reply = report_reply(election, language, results)
    assert reply.startswith("Baykoo: ")
    assert count_segments(reply).count <= 2
    given_words = " ".join(
        [result.head for result in results]
        + [" ".join((*result.accepted, *result.missing, *result.rejected, *result.questions)) for result in results]
        + [re.sub(r"\{\w+\}", " ", written) for written in catalogue()[language].values()]
    )
    known = set(re.findall(r"\w+", f"{given_words} 1 10 20 1234 {' '.join(example(form) for form in election.forms)}"))
    assert set(re.findall(r"(?<!\+)\b\w+", reply)) <= known


@settings(max_examples=200)
@given(results, st.sampled_from(LANGUAGES))
def test_every_rejected_code_of_a_usual_form_is_named(
    election: Election, report_result: ReportResult, language: str
) -> None:
    if (
        report_result.form == "IN"
        or report_result.is_doubtful("station")
        or report_result.is_doubtful("observer")
        or len(report_result.rejected) > 12
    ):
        return
    if "station_unknown" in report_result.flags:
        return
    reply = report_reply(election, language, [report_result])
    word = {code: catalogue()[language][f"code_{code}"] for code in ("station", "observer")}
    assert all(re.search(rf"\b{word.get(code, code)}\b", reply) for code in report_result.rejected)


@pytest.mark.parametrize("language", LANGUAGES)
def test_standing_replies_fit_and_are_ours(election: Election, language: str) -> None:
    for reply in (held_reply(election, language), unrecognised_reply(election, language)):
        assert reply.startswith("Baykoo: ")
        assert count_segments(reply).count <= 2
        assert not placeholders(reply)
    assert catalogue()[language]["reply_held"] in held_reply(election, language)


def test_an_unrecognised_text_is_answered_with_the_forms(election: Election) -> None:
    assert unrecognised_reply(election, "en") == (
        "Baykoo: We could not read your SMS, an operator will look at it. Begin with: OP (Opening), TU (Turnout), "
        "CL (Closing and count), IN (Critical incident). Example: OP A1 B0730"
    )
    assert "OP TU CL IN" in unrecognised_reply(election, "ky").replace(" (Opening)", "")


def test_an_unknown_sender_is_answered_in_the_first_languages(election: Election) -> None:
    reply = unknown_sender_reply(election)
    assert reply == f"Baykoo: {catalogue()['ky']['reply_unknown_sender']} {catalogue()['ru']['reply_unknown_sender']}"
    assert count_segments(reply).count == 2


def alert(election: Election, text: str, category: str = "Kind 3") -> dict[str, Any]:
    return {
        "severity": "critical",
        "category": category,
        "station": election.stations[0],
        "region": "Osh",
        "number_or_id": "17",
        "text": text,
    }


def test_an_alert_says_what_where_and_the_observers_words(election: Election) -> None:
    assert incident_alert_sms(election, "en", **alert(election, "they shout\nand  push")) == (
        "Baykoo: Incident 17, CRITICAL: Kind 3. Station 1234, Osh. Answer: OK 17. they shout and push"
    )
    unnamed = incident_alert_sms(election, "en", **alert(election, "", ""))
    assert unnamed == "Baykoo: Incident 17, CRITICAL: category not named. Station 1234, Osh. Answer: OK 17."


def test_a_long_alert_is_cut_at_a_word_and_says_so(election: Election) -> None:
    cut = incident_alert_sms(election, "ru", **alert(election, "слово " * 60))
    assert count_segments(cut).count == 2
    assert cut.endswith(" слово ...")


def test_an_alert_email_keeps_the_observers_words_out_of_its_subject(election: Election) -> None:
    subject, body = incident_alert_email(
        election,
        "en",
        **alert(election, "Азамат, +996555123456, saw it", "Kind\r\nBcc: x"),
    )
    assert subject == "Incident 17, CRITICAL: Kind Bcc: x, station 1234, Osh"
    assert "+996555123456" in body
    assert "Polling station: 1234, School 5, Kara-Suu" in body


@pytest.mark.parametrize("end", ["\n", "\r", "\r\n", "\v", "\u2028", "\x85"])
def test_c_an_observer_s_line_breaks_imitate_no_line_of_an_alert(election: Election, end: str) -> None:
    """docs/security.md, C: an SMS whose last lines read as how to answer."""
    forged = f"they beat us{end}{end}Answer: OK 99"
    _, body = incident_alert_email(election, "en", **alert(election, forged))
    assert [line for line in body.splitlines() if "OK 99" in line] == ["> Answer: OK 99"]
    assert "> they beat us" in body.splitlines()
    assert "OK 17" in body.splitlines()[-1]
    assert "\n" not in incident_alert_sms(election, "en", **alert(election, forged))


def test_an_example_stays_within_the_form(election: Election) -> None:
    assert [example(form) for form in election.forms] == ["OP A1 B0730", "TU A12", "CL A0730 B1"]
