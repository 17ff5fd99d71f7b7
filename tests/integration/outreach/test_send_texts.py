"""An SMS to many in each one's language and with what is theirs: seen and tried on oneself before it goes."""

import datetime as dt
import time
from decimal import Decimal
from typing import Any

import pytest
from desk_actions import AtDesk
from pipeline import Load, Pipeline
from sample_election import changed

from chalicelib.cli.send import estimate
from chalicelib.observation.elections.clock import REAL_TIME
from chalicelib.observation.replies.bulk_texts import BulkText
from chalicelib.observation.sms.segments import count_segments
from chalicelib.services.access.accounts import Invitation, add_account
from chalicelib.services.access.operators import Operator
from chalicelib.services.actions.perform import Action
from chalicelib.services.elections import loading
from chalicelib.services.outreach import sends
from chalicelib.services.outreach.broadcast import Choice, prepare
from chalicelib.services.outreach.preview import try_on_oneself, try_out
from chalicelib.services.outreach.refusals import BatchRefused, SendRefused
from chalicelib.services.outreach.sends import SendRequest

OWES = Choice(missing=("OP", "-"))
WORDS = BulkText(
    "{name}, please send OP of station {station} by {deadline}.",
    {"ru": "{name}, пришлите OP участка {station} до {deadline}."},
)


@pytest.fixture
def pipeline(load: Load) -> Pipeline:
    """The first observer is read in Russian, the others in English; the second is named as a placeholder is."""
    pipeline = load(size=4)
    observers = [
        observer.model_copy(update={"language": "en" if place else "ru"})
        for place, observer in enumerate(pipeline.election.observers)
    ]
    observers[1] = observers[1].model_copy(update={"name": "{station}"})
    loading.load(changed(pipeline.election, observers=observers), REAL_TIME)
    pipeline.election = pipeline.current.election
    return pipeline


def tried(pipeline: Pipeline, words: BulkText = WORDS, choice: Choice = OWES) -> dict[str, Any]:
    operator = AtDesk(pipeline).operator
    return try_out(pipeline.current, operator, SendRequest("try", words, choice), Decimal(2), pipeline.now)


def test_each_gets_the_text_of_their_language_with_what_is_theirs(pipeline: Pipeline) -> None:
    desk, (first, second, *_) = AtDesk(pipeline), pipeline.election.observers
    sends.begin(pipeline.current, desk.action(), SendRequest("first", WORDS, OWES))
    sends.push_on(pipeline.election.id, "first", time.monotonic() + 60, lambda: pipeline.now, lambda _: None)
    sent = {row.recipient: row.text for row in pipeline.outgoing() if row.key.startswith("bulk#")}
    assert len(sent) == len(pipeline.election.observers)
    assert sent[first.phones[0]] == f"{first.name}, пришлите OP участка {first.station} до 08:30."
    assert sent[second.phones[0]] == f"{{station}}, please send OP of station {second.station} by 08:30."
    shown = sends.show(pipeline.current, desk.operator, "first")
    assert (shown["text"], shown["texts"]) == (WORDS.text, WORDS.by_language)
    with pytest.raises(BatchRefused, match="another text"):
        sends.begin(pipeline.current, desk.action(), SendRequest("first", BulkText(WORDS.text), OWES))


def test_a_dry_run_shows_the_composed_texts_with_their_segments(pipeline: Pipeline) -> None:
    document = tried(pipeline)
    examples = {example["language"]: example for example in document["examples"]}
    assert set(examples) == {"ru", "en"}
    for example in document["examples"]:
        length = count_segments(example["text"])
        assert (example["segments"], example["encoding"]) == (length.count, length.encoding)
    assert examples["ru"]["encoding"] == "UCS-2"
    long = BulkText("short", {"ru": "ж" * 150})
    document = tried(pipeline, long, Choice())
    everybody = len(pipeline.election.observers)
    assert (document["segments_least"], document["segments_each"], document["encoding"]) == (1, 3, "UCS-2")
    assert (document["segments"], document["cost"]) == (everybody - 1 + 3, str(2 * (everybody + 2)))


def test_the_command_says_how_long_the_shortest_and_the_longest_are(pipeline: Pipeline) -> None:
    everybody = len(pipeline.election.observers)
    texts = {"{station}": "1 GSM-7 segment each", "{name}" + "x" * 150: "2 to 3 UCS-2 segments each"}
    for text, lengths in texts.items():
        batch = prepare(pipeline.current, "first", BulkText(text), Choice())
        sentence = estimate(batch, None)
        assert sentence.startswith(f"{everybody} SMS, {lengths}, "), sentence


@pytest.mark.parametrize(
    ("words", "choice", "match"),
    [
        (BulkText("Hello {nom}"), OWES, "no placeholder: use {name}, {station}, {deadline}"),
        (BulkText("by {deadline}"), Choice(), "choose them by what is missing"),
        (BulkText("Hello", {"fr": "Bonjour"}), OWES, "fr is none of the election's languages"),
        (BulkText("Hello", {"ru": " "}), OWES, "empty"),
    ],
)
def test_what_cannot_be_filled_is_refused_before_anything_goes(
    pipeline: Pipeline, words: BulkText, choice: Choice, match: str
) -> None:
    with pytest.raises(BatchRefused, match=match):
        tried(pipeline, words, choice)
    with pytest.raises(BatchRefused, match=match):
        sends.begin(pipeline.current, AtDesk(pipeline).action(), SendRequest("first", words, choice))


def test_braces_that_name_nothing_are_sent_as_they_are(pipeline: Pipeline) -> None:
    assert tried(pipeline, BulkText("Codes {1} and {}"), OWES)["examples"][0]["text"] == "Codes {1} and {}"


def test_a_round_s_deadline_has_its_day_where_it_is_another(load: Load) -> None:
    pipeline = load(size=2)
    words = BulkText("by {deadline}")
    assert tried(pipeline, words, Choice(missing=("TU", "14:00")))["examples"][0]["text"] == "by 14:00"
    form = pipeline.election.form_by_code["OP"]
    due = form.due.model_copy(update={"by": form.due.by.model_copy(update={"day": 1})})
    forms = [form.model_copy(update={"due": due}) if row.code == "OP" else row for row in pipeline.election.forms]
    loading.load(changed(pipeline.election, forms=forms), REAL_TIME)
    next_day = pipeline.election.date + dt.timedelta(days=1)
    assert tried(pipeline, words)["examples"][0]["text"] == f"by {next_day:%d.%m.} 08:30"


def signed_in(pipeline: Pipeline, address: str, key: str = "once", regions: tuple[str, ...] = ()) -> Action:
    account = add_account(pipeline.election.id, Invitation("Aida", address, "operator", regions), pipeline.now)
    operator = Operator("Aida", "operator", pipeline.election.id, regions, account)
    return Action(operator, pipeline.now, key, "digest")


def test_it_is_tried_on_oneself_once_in_each_language(pipeline: Pipeline) -> None:
    phone = f"+99677{int(pipeline.election.id[1:]):07}"
    action = signed_in(pipeline, phone)
    answer = try_on_oneself(pipeline.current, action, SendRequest("try", WORDS, OWES))
    assert try_on_oneself(pipeline.current, action, SendRequest("try", WORDS, OWES)) == answer
    rows = [row for row in pipeline.outgoing() if row.key.startswith("bulk#")]
    assert {row.recipient for row in rows} == {phone}
    first, second = pipeline.election.observers[:2]
    assert sorted(row.text for row in rows) == sorted(
        [
            f"{{station}}, please send OP of station {second.station} by 08:30.",
            f"{first.name}, пришлите OP участка {first.station} до 08:30.",
        ]
    )
    assert [text["segments"] for text in answer["texts"]] == [1, 1]
    assert answer["to"] == f"…{phone[-4:]}"
    assert sends.list_sends(pipeline.current, action.operator)["sends"] == [], "it is no send"
    assert tried(pipeline)["recipients"] == len(pipeline.election.observers), "nobody has got it by that"


def test_who_has_no_phone_gets_it_by_email_and_a_program_nothing(pipeline: Pipeline) -> None:
    action = signed_in(pipeline, f"aida@{pipeline.election.id}.example.org")
    try_on_oneself(pipeline.current, action, SendRequest("try", BulkText("Hello {station}"), Choice(language="ru")))
    [row] = pipeline.outgoing()
    assert (row.channel, row.recipient) == ("email", f"aida@{pipeline.election.id}.example.org")
    assert row.text == f"Hello {pipeline.election.observers[0].station}"
    with pytest.raises(SendRefused, match="sign in"):
        try_on_oneself(pipeline.current, AtDesk(pipeline).action(), SendRequest("try", WORDS, OWES))


def test_who_sees_a_region_tries_it_with_its_observers_alone(pipeline: Pipeline) -> None:
    action = signed_in(pipeline, f"aida@{pipeline.election.id}.example.org", regions=("Chuy",))
    try_on_oneself(pipeline.current, action, SendRequest("try", BulkText("{station}"), Choice()))
    [row] = pipeline.outgoing()
    assert pipeline.election.region_of(row.text or "") == "Chuy"
