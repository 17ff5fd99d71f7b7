"""What was done and sent: the audit trail, hourly summaries, the outbox, opt-outs by operators."""

import datetime as dt
from dataclasses import replace
from typing import get_args

import pytest
from aws_faults import Wire, answered
from pipeline import Load, Pipeline

from chalicelib.observation.sms.states import MessageState
from chalicelib.services import outbox
from chalicelib.services.access.operators import Operator
from chalicelib.services.actions.perform import Action
from chalicelib.services.incidents import changes
from chalicelib.services.opt_outs.by_operator import WishRefused, set_wish
from chalicelib.services.summaries.hourly import queue_summaries
from chalicelib.services.summaries.sent_summaries import list_summaries, show_summary
from chalicelib.services.versions import NoteMissing
from chalicelib.services.views import audit_trail, outgoing
from chalicelib.services.views.audit_trail import list_actions
from chalicelib.services.views.outgoing import NotSentAgain, OutgoingUnknown, list_outgoing, send_again
from chalicelib.store.feed import Line, put_lines
from chalicelib.store.message_queries import get
from chalicelib.store.messages import Message
from chalicelib.store.operators import AuditRow
from chalicelib.store.opt_outs import wish_of
from chalicelib.store.tables import StoreUnavailable
from chalicelib.store.unsolicited import OptedOut, queue_unsolicited

HOUR = dt.timedelta(hours=1)


def who(pipeline: Pipeline, name: str = "Hana", role: str = "headquarters", *regions: str) -> Operator:
    return Operator(name, role, pipeline.election.id, regions)  # type: ignore[arg-type]


def action(pipeline: Pipeline, operator: Operator, key: str = "1", note: str = "they asked") -> Action:
    return Action(operator, pipeline.now, key, "d", note)


@pytest.fixture
def acted(load: Load) -> Pipeline:
    """Two people have added three notes each to an incident."""
    pipeline = load(size=2)
    pipeline.say(pipeline.phone(), "IN 3 they beat us")
    for number in range(6):
        pipeline.now += dt.timedelta(seconds=1)
        operator = who(pipeline, ("Aida", "Bakyt")[number % 2], "operator")
        changes.add_note(pipeline.current, action(pipeline, operator, str(number), f"note {number}"), 1, number + 1)
    return pipeline


def test_headquarters_read_the_whole_trail_and_everybody_their_own(acted: Pipeline) -> None:
    everything, following = list_actions(acted.current, who(acted), None, None, 100)
    assert [line["why"] for line in everything] == [f"note {number}" for number in (5, 4, 3, 2, 1, 0)]
    assert following is None
    assert everything[0]["local"].endswith("+06:00")
    aida = who(acted, "Aida", "operator")
    own, _ = list_actions(acted.current, aida, None, None, 100)
    assert [line["why"] for line in own] == ["note 4", "note 2", "note 0"]
    assert list_actions(acted.current, aida, "Bakyt", None, 100)[0] == own, "nobody else's"
    of_one, _ = list_actions(acted.current, who(acted), "Bakyt", None, 100)
    assert [line["why"] for line in of_one] == ["note 5", "note 3", "note 1"]


def test_the_trail_is_read_page_by_page(acted: Pipeline, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(audit_trail, "READ_AT_ONCE", 2)
    monkeypatch.setattr(audit_trail, "MOST_SCANNED", 2)
    seen: list[str] = []
    before: str | None = None
    for _ in range(10):
        page, before = list_actions(acted.current, who(acted), "Aida", before, 2)
        seen += [line["why"] for line in page]
        if before is None:
            break
    assert seen == ["note 4", "note 2", "note 0"]


def test_summaries_are_listed_as_they_were_sent(load: Load) -> None:
    pipeline = load(size=4)
    pipeline.say(pipeline.phone(), "OP A1 B0730 C12 D1 E1668")
    for _ in range(3):
        queue_summaries(pipeline.current, pipeline.now)
        pipeline.now += HOUR
    hours, following = list_summaries(pipeline.current, None, 2)
    assert ([hour["hour"][-2:] for hour in hours], following) == (["11", "10"], hours[-1]["hour"])
    rest, following = list_summaries(pipeline.current, following, 2)
    assert ([message["hour"][-2:] for message in rest], following) == (["09"], None)
    before = show_summary(pipeline.current, who(pipeline), rest[0]["hour"])
    pipeline.say(pipeline.phone(2), "OP A1 B0730 C12 D1 E1668")
    assert show_summary(pipeline.current, who(pipeline), rest[0]["hour"]) == before
    assert before is not None
    assert before["nation"]["forms"]["OP"]["-"]["received"] == 1
    region = pipeline.election.regions[0]
    part = show_summary(pipeline.current, who(pipeline, "R", "viewer", region), rest[0]["hour"])
    assert part is not None
    assert (part["nation"], list(part["regions"])) == (None, [region])
    assert show_summary(pipeline.current, who(pipeline), "2001-01-01T00") is None


def failed(pipeline: Pipeline, name: str, **fields: object) -> Message:
    """An SMS of ours that has failed, as delivery leaves it."""
    origin = outbox.Origin(pipeline.election.id, "bulk#x", pipeline.now)
    row = outbox.sms_row(f"bulk#{pipeline.election.id}#x#{name}", pipeline.phone(), "hello", origin)
    row.region = pipeline.election.stations[0].region
    for field, value in {
        "state": MessageState.FAILED,
        "attempts": 9,
        "pending": None,
        "due_at": None,
        **fields,
    }.items():
        setattr(row, field, value)
    row.save()
    put_lines(pipeline.election.id, [Line(row.key, "out", row.state, row.region)], pipeline.now)
    return row


def test_what_was_given_up_or_did_not_arrive_is_listed_and_sent_again(load: Load) -> None:
    pipeline = load(size=2)
    operator = who(pipeline, "Aida", "operator")
    given_up = failed(pipeline, "a")
    lost = failed(pipeline, "b", state=MessageState.SENT, receipt="failed", carrier="twilio", reference="r")
    listed = {
        tab: [
            message["key"] for message in list_outgoing(pipeline.current, operator, tab, None, pipeline.now)["messages"]
        ]
        for tab in get_args(outgoing.Tab)
    }
    assert listed == {"waiting": [], "given_up": [given_up.key], "undelivered": [lost.key]}
    for row in (given_up, lost):
        send_again(pipeline.current, action(pipeline, operator, row.key[-1]), row.key)
        after = get(row.key)
        assert after is not None
        assert (after.state, after.attempts, after.carrier, after.receipt) == ("queued", 0, None, None)
        assert after.pending is not None
    waiting = list_outgoing(pipeline.current, operator, "waiting", None, pipeline.now)["messages"]
    assert {row["key"] for row in waiting} == {given_up.key, lost.key}
    with pytest.raises(NotSentAgain):
        send_again(pipeline.current, action(pipeline, operator, "c"), given_up.key)
    far = who(pipeline, "Far", "operator", "Chuy")
    assert list_outgoing(pipeline.current, far, "waiting", None, pipeline.now)["messages"] == []
    with pytest.raises(OutgoingUnknown):
        send_again(pipeline.current, action(pipeline, far, "d"), given_up.key)


@pytest.mark.parametrize("when", ["before", "after"])
@pytest.mark.parametrize("call", range(3))
def test_a_crash_at_any_call_sends_it_again_once(load: Load, wire: Wire, when: str, call: int) -> None:
    pipeline = load(size=2)
    row, doing = failed(pipeline, "a"), action(pipeline, who(pipeline))
    loaded = pipeline.current
    wire.listen()
    wire.cuts[call, when] = answered("InternalServerError", 500)
    with pytest.raises(StoreUnavailable):
        send_again(loaded, doing, row.key)
    wire.mend()
    assert send_again(loaded, doing, row.key) == {"key": row.key, "state": "queued"}
    lines = [row for row in AuditRow.query(pipeline.election.id) if row.action == "message sent again"]
    assert len(lines) == 1


def test_the_outbox_looks_at_so_much(load: Load, monkeypatch: pytest.MonkeyPatch) -> None:
    pipeline = load(size=2)
    failed(pipeline, "a")
    pipeline.now += dt.timedelta(hours=2)
    failed(pipeline, "b")
    monkeypatch.setattr(outgoing, "MOST_LOOKED_AT", 1)
    first = list_outgoing(pipeline.current, who(pipeline), "given_up", None, pipeline.now)
    assert [message["key"][-1] for message in first["messages"]] == ["b"]
    rest = list_outgoing(
        pipeline.current, who(pipeline), "given_up", dt.datetime.fromisoformat(first["next"]), pipeline.now
    )
    assert [message["key"][-1] for message in rest["messages"]] == ["a"]
    for place in range(2):
        pipeline.say(pipeline.phone(place), "what shall I do?")
    for most, is_cut in ((2, False), (1, True)):
        monkeypatch.setattr(outgoing, "MOST_WAITING", most)
        waiting = list_outgoing(pipeline.current, who(pipeline), "waiting", None, pipeline.now)
        assert (len(waiting["messages"]), waiting["is_cut"]) == (most, is_cut)


def test_an_operator_s_opt_out_binds_and_can_be_lifted(load: Load) -> None:
    pipeline = load(size=2)
    hana, phone = who(pipeline), pipeline.phone()
    with pytest.raises(WishRefused, match="never"):
        set_wish(pipeline.current, action(pipeline, hana), phone, "in")
    with pytest.raises(NoteMissing):
        set_wish(pipeline.current, action(pipeline, hana, note=" "), phone, "out")
    doing = action(pipeline, hana, "2")
    first = set_wish(pipeline.current, doing, phone, "out")
    assert set_wish(pipeline.current, doing, phone, "out") == first
    reminder = outbox.sms_row(
        f"bulk#{pipeline.election.id}#y#1", phone, "hello", outbox.Origin(pipeline.election.id, "x", pipeline.now)
    )
    with pytest.raises(OptedOut):
        queue_unsolicited(reminder)
    with pytest.raises(WishRefused, match="already"):
        set_wish(pipeline.current, action(pipeline, hana, "3"), phone, "out")
    later = replace(action(pipeline, hana, "4", "she asked to be asked again"), now=pipeline.now + HOUR)
    set_wish(pipeline.current, later, phone, "in")
    assert queue_unsolicited(reminder)
    wish = wish_of(pipeline.election.id, phone)
    assert wish is not None
    assert (wish.wish, wish.source) == ("in", "operator")
    lines = [(row.who, row.action, row.note) for row in AuditRow.query(pipeline.election.id)]
    assert lines == [
        ("Hana (headquarters)", "opted out", "they asked"),
        ("Hana (headquarters)", "opted in", "she asked to be asked again"),
    ]
    with pytest.raises(WishRefused, match="no phone"):
        set_wish(pipeline.current, action(pipeline, hana, "5"), "Baykoo", "out")
