"""What operators see of messages: nobody sees more than their work needs, and no key makes the store fail."""

from incident_day import everyone
from pipeline import Pipeline
from shown_messages import describe_message

from chalicelib.observation.elections.schedule import places
from chalicelib.services.access.operators import Operator
from chalicelib.services.outreach.missing_list import queue_lists
from chalicelib.store import keys
from chalicelib.store.messages import Message


def viewer(pipeline: Pipeline) -> Operator:
    return Operator("V", "viewer", pipeline.election.id, ())


def test_b1_a_viewer_reads_no_row_that_names_people(pipeline: Pipeline) -> None:
    pipeline.now = pipeline.now.replace(hour=12)
    queue_lists(pipeline.current, places(pipeline.election)[:1], pipeline.now)
    pipeline.say(pipeline.phone(), "IN 3 they beat us")
    rows = [row for row in pipeline.outgoing() if row.key.startswith(("missing#", "reply#", "alert#"))]
    assert {row.key.partition("#")[0] for row in rows} == {"missing", "reply", "alert"}
    for row in rows:
        seen, all_of_it = (describe_message(who, row.key) for who in (viewer(pipeline), everyone(pipeline)))
        assert seen is not None
        assert all_of_it is not None
        assert (seen["text"], seen["subject"]) == (None, None)
        assert all_of_it["text"] == row.text


def test_b1_a_carrier_s_error_that_quotes_a_number_is_masked_for_a_viewer(pipeline: Pipeline) -> None:
    message = pipeline.say(pipeline.phone(), "OP A1")
    reply = pipeline.reply(message)
    assert reply is not None
    error = "The 'To' number +996 (550) 00-07-90 is not a valid phone number."
    reply.update(actions=[Message.last_error.set(error), Message.receipt_detail.set("absent 996550000790")])
    seen = describe_message(viewer(pipeline), reply.key)
    assert seen is not None
    assert seen["last_error"] == "The 'To' number …7-90 is not a valid phone number."
    assert seen["receipt_detail"] == "absent …0790"


def test_b7_a_key_longer_than_any_is_no_message(pipeline: Pipeline) -> None:
    assert describe_message(everyone(pipeline), "x" * 3_000) is None


def test_b7_an_id_longer_than_any_key_is_known_by_its_digest(pipeline: Pipeline) -> None:
    key = keys.inbound("vonage-sms", "ж" * 3_000)
    assert len(key.encode()) < keys.LONGEST_KEY
    assert key != keys.inbound("vonage-sms", "ж" * 3_001)
    assert describe_message(everyone(pipeline), key) is None
