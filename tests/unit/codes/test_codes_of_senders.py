"""Who has a code is heard by it: without it nothing counts, and nobody who is in danger goes unheard."""

import datetime as dt
import itertools

import pytest
from coded_day import CODE, OTHER, read_again, say, with_codes
from day_in_memory import DayInMemory

from chalicelib.observation.incidents.budget import MOST_PER_PHONE_AND_HOUR
from chalicelib.services.codes.proof import MOST_WRONG
from chalicelib.services.desk import entries
from chalicelib.services.desk.entries import Entry
from chalicelib.services.review.reprocess import reprocess
from chalicelib.store.desk import tag_of
from chalicelib.store.incidents import incidents_of
from chalicelib.store.messages import Message

RIGHT = f"*{CODE} OP A1 B0730 C12"
_wrong = itertools.count(900100)


def test_a_right_code_counts_and_whoever_has_none_needs_none(day: DayInMemory) -> None:
    assert day.say(day.phone(0), RIGHT).state == "accepted"
    assert day.say(day.phone(1), "OP A1 B0731 C12").state == "accepted"
    assert day.say(day.phone(0), f"ЯВКА A100 *{CODE}").state == "accepted"
    assert day.differences() == ()


@pytest.mark.parametrize(("text", "reason"), [("OP A1 B0730 C12", "code_missing"), ("*482194 OP A1", "code_wrong")])
def test_without_the_right_code_nothing_counts_and_a_person_looks(day: DayInMemory, text: str, reason: str) -> None:
    sms = day.say(day.phone(0), text)
    assert (sms.state, sms.reason, sms.observer) == ("held", reason, day.election.observers[0].number)
    assert sms.attention == f"{day.election.id}#Bishkek"
    assert day.answers() == 0
    assert "4821" not in (day.reply(sms) or "")
    assert "*" in (day.reply(sms) or ""), "it says where the code belongs"
    assert day.differences() == ()


def test_another_observer_s_code_is_a_wrong_one(day: DayInMemory) -> None:
    assert day.say(day.phone(0), f"*{OTHER} OP A1").reason == "code_wrong"


def test_the_code_of_either_who_share_a_phone_will_do(day: DayInMemory) -> None:
    first, second, *others = day.election.observers
    day.load(observers=[first, second.model_copy(update={"phones": first.phones}), *others])
    with_codes(day, {0: CODE, 1: OTHER})
    assert day.say(first.phones[0], f"*{OTHER} OP @{second.number} A1").state == "accepted"
    assert day.say(first.phones[0], f"*{CODE} OP A1").state == "accepted"
    assert day.say(first.phones[0], "OP A1").reason == "code_missing"


@pytest.mark.parametrize("code", ["", "*111222 "])
def test_an_incident_without_its_code_is_heard_and_marked(day: DayInMemory, code: str) -> None:
    sms = day.say(day.phone(0), f"{code}IN 3 they beat us\nOP A1 B0730")
    assert sms.state == "held"
    assert day.answers() == 0
    doubt = day.incident(1).doubt
    assert doubt == ("code_wrong" if code else "code_missing")
    assert day.told() == {"Asan": ["email", "sms"], "HQ": ["email", "sms"]}
    for alert in (row for row in day.rows("out") if row.key.startswith("alert#")):
        assert "call to verify" in (alert.text or "")
        assert "111222" not in f"{alert.text} {alert.subject}"
    assert "111222" not in (day.incident(1).text or "")
    assert day.differences() == ()


def test_a_critical_answer_without_its_code_is_heard_and_counts_nothing(day: DayInMemory) -> None:
    sms = day.say(day.phone(0), "OP D2")
    assert (sms.state, sms.reason) == ("held", "code_missing")
    assert day.incident(1).doubt == "code_missing"
    assert day.answers() == 0
    assert day.say(day.phone(0), f"*{CODE} OP D2").state == "accepted"
    assert day.incident(2).doubt is None, "whoever forges a number keeps nobody else's from being told"
    assert alerts_of(day, 2)
    assert day.differences() == ()
    day.say(day.phone(0), f"*{CODE} OP D2")
    day.say(day.phone(0), "OP D2")
    assert len(list(incidents_of(day.election.id))) == 2, "each of them is told once"
    assert day.differences() == ()


def test_a_critical_answer_that_is_proven_when_it_is_read_again_is_audited(day: DayInMemory) -> None:
    sms = day.say(day.phone(0), "*111222 OP D2")
    assert day.incident(1).doubt == "code_wrong"
    with_codes(day, {0: "111222"})
    read_again(day, sms)
    assert day.stored(sms.key).state == "accepted"
    assert day.incident(2).doubt is None
    assert day.differences() == ()


def test_who_forges_a_number_spends_nothing_of_who_can_prove_it(day: DayInMemory) -> None:
    for place in range(MOST_PER_PHONE_AND_HOUR + 1):
        assert day.say(day.phone(0), f"IN 3 forged {place}").state == "held"
    held = day.say(day.phone(0), "IN 3 forged once more")
    before = len(list(incidents_of(day.election.id)))
    assert before == MOST_PER_PHONE_AND_HOUR + 1, f"the forger's own budget is spent: {held.reason}"
    assert day.say(day.phone(0), f"*{CODE} IN 3 they beat us").state == "accepted"
    [proven] = [incident for incident in incidents_of(day.election.id) if incident.doubt is None]
    assert alerts_of(day, proven.number)
    assert day.differences() == ()


def alerts_of(day: DayInMemory, number: int) -> list[str]:
    """What was sent of an incident at once, by key."""
    keys = set(day.incident(number).alerts or ())
    return sorted(row.key for row in day.rows("out") if row.key in keys)


def test_an_alert_whose_words_would_fill_it_is_marked_all_the_same(day: DayInMemory) -> None:
    day.say(day.phone(0), "IN 3 " + "they beat us and more are coming " * 12)
    sms = next(row for row in day.rows("out") if row.key.startswith("alert#") and row.channel == "sms")
    assert "call to verify" in (sms.text or "")


def wrong(day: DayInMemory, times: int) -> list[Message]:
    return [day.say(day.phone(0), f"*{next(_wrong)} OP A1") for _ in range(times)]


def test_three_wrong_codes_tell_the_coordinator_once_and_the_phone_waits(day: DayInMemory) -> None:
    assert [sms.reason for sms in wrong(day, MOST_WRONG - 1)] == ["code_wrong"] * (MOST_WRONG - 1)
    assert day.told("told") == {}
    wrong(day, 1)
    assert day.told("told") == {"Asan": ["email", "sms"]}
    text = next(row.text or "" for row in day.rows("out") if row.key.startswith("told#"))
    first = day.election.observers[0]
    assert f"{first.station} / {first.number}" in text
    assert first.phones[0] not in text
    blocked = day.say(day.phone(0), RIGHT)
    assert (blocked.state, blocked.reason) == ("held", "code_blocked")
    assert "call" in (day.reply(blocked) or "") or "позвон" in (day.reply(blocked) or "")
    day.say(day.phone(0), "*123987 OP A1")
    assert day.told("told") == {"Asan": ["email", "sms"]}
    assert day.answers() == 0
    assert day.say(day.phone(0), "IN 3 help").state == "held"
    assert day.incident(1).doubt == "code_blocked"
    assert day.say(day.phone(2), f"*{OTHER} OP A1").state == "accepted", "another's phone is not blocked"
    assert day.differences() == ()


def test_a_right_code_resets_and_a_missing_one_is_no_wrong_one(day: DayInMemory) -> None:
    wrong(day, MOST_WRONG - 1)
    assert day.say(day.phone(0), RIGHT).state == "accepted"
    wrong(day, MOST_WRONG - 1)
    for number in range(5):
        assert day.say(day.phone(0), f"OP C{number}").reason == "code_missing"
    assert day.say(day.phone(0), f"{RIGHT} D1").state == "accepted"
    assert day.told("told") == {}


def test_a_person_releases_a_phone_and_its_sms_are_read(day: DayInMemory) -> None:
    last = wrong(day, MOST_WRONG)[-1]
    waiting = day.say(day.phone(0), RIGHT)
    read_again(day, waiting)
    assert day.stored(waiting.key).state == "accepted"
    assert day.stored(last.key).reason == "code_wrong"
    assert day.say(day.phone(0), f"*{CODE} OP D2").state == "accepted"
    waits = [row for row in day.rows("in") if row.attention is not None]
    assert {row.reason for row in waits} == {"code_wrong"}
    assert day.differences() == ()


def test_what_a_person_reads_again_still_needs_its_code(day: DayInMemory) -> None:
    sms = day.say(day.phone(0), "*111222 OP A1")
    read_again(day, sms)
    assert day.stored(sms.key).reason == "code_wrong"
    with_codes(day, {0: "111222"})
    assert reprocess(day.election.id, day.now) == 1
    day.process(day.stored(sms.key))
    assert day.stored(sms.key).state == "accepted"
    assert day.differences() == ()


def test_an_sms_that_a_person_says_to_be_an_observer_s_counts(day: DayInMemory) -> None:
    sms = day.say(day.phone(0), "OP A1 B0730")
    entries.enter(day.current, day.action(), Entry(0, None, sms.key), tag_of(sms))
    assert day.answers() == 2
    assert day.differences() == ()


def test_a_right_code_that_came_with_wrong_ones_counts_only_before_the_third(day: DayInMemory) -> None:
    """Read before any was counted, and written after three: as where many are tried at once."""
    sent = day.send(day.phone(0), RIGHT)
    wrong(day, MOST_WRONG)
    assert day.process(sent).reason == "code_blocked"
    assert day.answers() == 0


def test_a_copy_of_a_wrong_code_is_counted_once(day: DayInMemory) -> None:
    at = day.now
    for _ in range(MOST_WRONG + 1):
        day.say(day.phone(0), "*111222 OP A1", at)
    assert day.told("told") == {}
    assert day.say(day.phone(0), RIGHT).state == "accepted"


def test_a_code_stands_nowhere_but_where_it_was_sent(day: DayInMemory) -> None:
    """Of all rows that its SMS left, the SMS's own text and raw request alone hold it."""
    texts = ("{} OP A1 B0730", "{}IN 3 they beat us", "тест {}OP A1", "what? {}", "OP D2 {}", "A1 {}", "{}")
    codes = (CODE, "111222", "333444", "555666")
    for text, code in itertools.product(texts, codes):
        day.say(day.phone(0), text.format(f"*{code} "))
        day.now += dt.timedelta(minutes=3)
    say(day, "Asan", f"*{CODE} MUTE 1h")
    say(day, "Asan", f"*{CODE} what")
    for table, rows in day.everything().items():
        for place, row in rows.items():
            is_sms = table == "messages" and row["direction"] == {"S": "in"}
            kept = {name: value for name, value in row.items() if not (is_sms and name in ("text", "raw"))}
            assert not any(code in str(kept) for code in codes), (table, place)
    assert not any(code in (row.text or "") for code in codes for row in day.rows())
