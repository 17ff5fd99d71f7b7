"""`parse`: what a text means, as lines of JSON and in words, without a stack."""

import json
import subprocess
import sys
from decimal import Decimal
from pathlib import Path
from typing import Any

import pytest
from click.testing import CliRunner, Result

from chalicelib.cli.parse import parse
from chalicelib.observation.reading.model import Reading, Repair, ReportReading
from chalicelib.observation.sms.segments import count_segments

ROOT = Path(__file__).parents[3]
CORPUS = ROOT / "tests" / "corpus"
SAMPLE = ROOT / "infra" / "sample" / "election.yaml"


def run(*arguments: str, lines: bytes | str = "") -> Result:
    return CliRunner().invoke(parse, ["--election", str(SAMPLE), *arguments], input=lines)


def meanings(result: Result) -> list[dict[str, Any]]:
    return [json.loads(line) for line in result.stdout.splitlines()]


def line(text: str) -> str:
    return json.dumps({"text": text, "id": 7}, ensure_ascii=False) + "\n"


def test_prints_a_meaning_a_line_in_order() -> None:
    result = run(
        "--language", "en", lines=line("OP 1001 A1 B0730 C12 # рахмат") + line("Саламатсызбы") + line("TU A2 A3")
    )
    assert result.exit_code == 0
    opening, nothing, turnout = meanings(result)
    assert opening == {
        "reports": [
            {
                "form": "OP",
                "station": "1001",
                "round": None,
                "answers": {"A": True, "B": "07:30", "C": 12},
                "rejected": [],
                "reasons": {},
                "comment": "рахмат",
                "repairs": [],
                "flags": [],
            }
        ],
        "held": None,
        "reply": "Baykoo: OP 1001. Received: A B C. Still missing: D E.",
    }
    assert (nothing["reports"], nothing["held"]) == ([], None)
    assert nothing["reply"].startswith("Baykoo: We could not read your SMS")
    assert (turnout["reports"][0]["rejected"], turnout["reports"][0]["reasons"]) == (["A"], {"A": "conflicting"})
    assert turnout["reply"] == "Baykoo: TU. Please correct: A (two different answers)."


@pytest.mark.parametrize("corpus", ["sample_generated.jsonl", "sample_handwritten.jsonl"])
def test_reads_a_whole_corpus_as_it_was_meant(corpus: str) -> None:
    messages = [json.loads(written) for written in (CORPUS / corpus).read_text("utf-8").splitlines()]
    result = run(lines="".join(line(message["text"]) for message in messages))
    assert result.exit_code == 0
    kept = ("form", "station", "answers", "rejected")
    found = [[{name: report[name] for name in kept} for report in meaning["reports"]] for meaning in meanings(result)]
    assert found == [message["intended"] for message in messages]
    assert all(count_segments(meaning["reply"]).count <= 2 for meaning in meanings(result))


def test_replies_in_the_elections_first_language_if_not_told() -> None:
    assert meanings(run(lines=line("OP 1001 A1")))[0]["reply"].startswith("Baykoo: OP 1001. Кабыл алынды: A.")


def test_an_incident_has_its_category_as_an_answer() -> None:
    (meaning,) = meanings(run("--language", "en", lines=line("IN 07 агитация у входа")))
    assert meaning["reports"][0]["answers"] == {"category": 7}
    assert meaning["reports"][0]["comment"] == "агитация у входа"
    assert meaning["reply"] == "Baykoo: IN. Your report is received and goes to the coordinator."


def test_a_station_that_is_not_there_is_said_in_the_reply() -> None:
    (meaning,) = meanings(run("--language", "en", lines=line("OP 9999 A1")))
    assert meaning["reports"][0]["station"] == "9999"
    assert meaning["reply"].startswith("Baykoo: OP. There is no such station: nothing is counted.")


@pytest.mark.parametrize(
    ("bad", "words"),
    [
        (b"OP 1001 A1\n", "not JSON"),
        (b'{"text": 5}\n', "no text"),
        (b'["OP A1"]\n', "no text"),
        (b"{}\n", "no text"),
        (b'{"text": "\xff"}\n', "not JSON"),
        (b"[" * 100_000 + b"\n", "not JSON"),
    ],
)
def test_a_bad_line_is_answered_in_its_place_and_fails_at_the_end(bad: bytes, words: str) -> None:
    result = run(lines=line("OP 1001 A1").encode() + b"\n" + bad + line("TU 1001 A5").encode())
    assert result.exit_code == 1
    first, error, last = meanings(result)
    assert (first["reports"][0]["form"], last["reports"][0]["form"]) == ("OP", "TU")
    assert error["error"].startswith("line 3: ")
    assert words in error["error"]
    assert error["error"] in result.stderr


def test_half_a_surrogate_pair_comes_back_as_it_came() -> None:
    result = run(lines=b'{"text": "OP 1001 A1 # \\ud83d"}\n')
    assert result.exit_code == 0
    assert meanings(result)[0]["reports"][0]["answers"] == {"A": True}


def test_in_words() -> None:
    result = run("--language", "en", "--text", "OP 1001 A1 B0730 E99999 # спасибо")
    assert result.exit_code == 0
    assert result.stdout.splitlines() == [
        "OP, station 1001",
        "  A = true   (Opened on time?)",
        '  B = "07:30"   (Opened at)',
        "  E rejected: out_of_range",
        "  comment: спасибо",
        "Reply (1 SMS, 85 units of GSM-7):",
        "  Baykoo: OP 1001. Received: A B. Please correct: E (out of range). Still missing: C D.",
    ]


def test_in_words_without_a_form() -> None:
    assert run("--text", "Саламатсызбы").stdout.startswith("No form was found in this text.\nReply (2 SMS")


def test_every_part_of_a_reading_is_shown(monkeypatch: pytest.MonkeyPatch) -> None:
    report = ReportReading(
        "TU",
        round="10:00",
        observer="0002",
        answers={"A": Decimal("12.50"), "M": (1, 3), "L": Decimal("1.00000000000000000001")},
        rejected={"Z": "unknown_code", "B": "ambiguous"},
        repairs=(Repair("3О", "30", "look-alike digit"),),
        flags=("reassigned",),
    )
    readings = {"ok": Reading((report,)), "held": Reading(held="test")}
    monkeypatch.setattr("chalicelib.cli.parse.read", lambda text, election: readings[text])
    shown, held = meanings(run("--language", "en", lines=line("ok") + line("held")))
    assert shown["reports"][0] == {
        "form": "TU",
        "station": None,
        "round": "10:00",
        "answers": {"A": 12.5, "M": [1, 3], "L": "1.00000000000000000001"},
        "rejected": ["B", "Z"],
        "reasons": {"Z": "unknown_code", "B": "ambiguous"},
        "comment": None,
        "repairs": [{"typed": "3О", "read_as": "30", "rule": "look-alike digit"}],
        "flags": ["reassigned"],
    }
    assert (held["reports"], held["held"]) == ([], "test")
    assert held["reply"].startswith("Baykoo: Not counted")
    assert run("--text", "held").stdout.startswith("Held: test\n")


def test_a_wrong_language_or_file_is_refused(tmp_path: Path) -> None:
    wrong = run("--language", "xx", lines=line("OP A1"))
    assert (wrong.exit_code, wrong.stdout) == (2, "")
    assert "'xx' is none of ky, ru, en" in wrong.stderr
    broken = tmp_path / "election.yaml"
    broken.write_text("id: x\n")
    result = CliRunner().invoke(parse, ["--election", str(broken)])
    assert result.exit_code == 1
    assert "election.yaml" in result.stderr


def test_as_a_process_each_line_is_answered_before_the_next_is_sent() -> None:
    command = [sys.executable, "-c", "from chalicelib.cli.parse import parse; parse()", "--election", str(SAMPLE)]
    with subprocess.Popen(
        command, cwd=ROOT, stdin=subprocess.PIPE, stdout=subprocess.PIPE, encoding="utf-8"
    ) as process:
        assert process.stdin is not None
        assert process.stdout is not None
        for text, form in (("OP 1001 A1", "OP"), ("TU 1001 A5", "TU")):
            process.stdin.write(line(text))
            process.stdin.flush()
            assert json.loads(process.stdout.readline())["reports"][0]["form"] == form
        process.stdin.close()
        assert process.wait(timeout=20) == 0


@pytest.mark.parametrize("language", ["ky", "ru", "en"])
@pytest.mark.parametrize(
    "text", ["OP 1001 A1 B0730", "Саламатсызбы", "IN 99 урушуп жатат", "TU 1001 A9999", "OP тест A1"]
)
def test_a_reply_that_is_sent_back_counts_for_nothing(text: str, language: str) -> None:
    (meaning,) = meanings(run("--language", language, lines=line(text)))
    (returned,) = meanings(run("--language", language, lines=line(f"> {meaning['reply']}\nOP 1001 A1")))
    assert returned["reports"] == []
    assert returned["held"] is not None
