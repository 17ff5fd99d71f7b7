"""Parts of a long SMS that come late, again, or under a reference used before."""

import datetime as dt

import pytest
from long_sms import LongSms, finish, joined, pass_the_limit
from long_sms_answers import TWO, answers, received, replies
from pipeline import Pipeline, stored

from chalicelib.services.processing.process import process
from chalicelib.store.incidents import incidents_of

pytestmark = pytest.mark.usefixtures("multipart_gateways")


def test_a_late_part_makes_it_whole_and_it_counts_once(pipeline: Pipeline) -> None:
    long = LongSms(pipeline, TWO)
    long.come(1)
    pass_the_limit(pipeline)
    [cut_off] = joined(pipeline)
    pipeline.now += dt.timedelta(minutes=3)
    long.come(2)
    finish(pipeline)
    cut_off = stored(cut_off.key)
    [message] = [row for row in joined(pipeline) if row.key != cut_off.key]
    assert (cut_off.state, cut_off.about) == ("superseded", message.key)
    assert (message.state, message.text) == ("accepted", "".join(TWO))
    assert answers(pipeline, "OP")["C"] == 12
    assert (
        pipeline.summary()["nation"]["messages"] | {"accepted": 1, "held": 0, "received": 1}
        == (pipeline.summary()["nation"]["messages"])
    )
    assert [stored(long.key(number)).about for number in (1, 2)] == [cut_off.key, message.key]
    assert pipeline.differences() == ()


def test_a_late_part_overtakes_the_reading_of_what_was_there(pipeline: Pipeline) -> None:
    long = LongSms(pipeline, TWO)
    long.come(1)
    pipeline.now += dt.timedelta(minutes=3)
    process(stored(long.key(1)), pipeline.now)
    [cut_off] = joined(pipeline)
    long.come(2)
    process(cut_off, pipeline.now)
    finish(pipeline)
    assert (stored(cut_off.key).state, pipeline.reply(cut_off)) == ("superseded", None)
    assert (received(pipeline), answers(pipeline, "OP")["C"]) == (1, 12)
    assert pipeline.differences() == ()


def test_a_late_part_that_does_not_make_it_whole_is_read_with_the_others(pipeline: Pipeline) -> None:
    long = LongSms(pipeline, ("OP A1 B0730 C1", "2 D1 E16", "68\nIN 3 beaten"))
    for number in (1, 3):
        long.come(number)
        pass_the_limit(pipeline)
    first, second = sorted(joined(pipeline), key=lambda row: row.key)
    assert (first.state, first.about) == ("superseded", second.key)
    assert (second.state, second.text) == ("held", "OP A1 B0730 C1[…]68\nIN 3 beaten")
    assert len(list(incidents_of(pipeline.election.id))) == 1
    assert (received(pipeline), pipeline.reports(), pipeline.differences()) == (1, [], ())


def test_a_reference_hours_later_is_another_sms(pipeline: Pipeline) -> None:
    LongSms(pipeline, ("TU A1", "00"), name="a").come(1)
    pass_the_limit(pipeline)
    pipeline.now += dt.timedelta(hours=2)
    LongSms(pipeline, ("TU A2", "99"), name="b").come(2, 1)
    finish(pipeline)
    assert [row.text for row in joined(pipeline)] == ["TU A1[…]", "TU A299"]
    assert answers(pipeline, "TU") == {"A": 299}
    assert pipeline.differences() == ()


def test_gateways_that_hand_all_in_at_once_after_hours_mix_nothing(pipeline: Pipeline) -> None:
    morning = LongSms(pipeline, ("TU A1", "00"), name="a", sent_at=pipeline.now)
    pipeline.now += dt.timedelta(hours=3)
    noon = LongSms(pipeline, ("TU A2", "99"), name="b", sent_at=pipeline.now)
    for long, number in ((morning, 1), (noon, 2), (noon, 1), (morning, 2)):
        long.come(number)
    finish(pipeline)
    assert [row.text for row in joined(pipeline)] == ["TU A100", "TU A299"]
    assert pipeline.differences() == ()


def test_parts_that_may_be_of_two_sms_are_never_joined(pipeline: Pipeline) -> None:
    value, other = (LongSms(pipeline, texts, name=texts[0][-1]) for texts in (("TU A1", "11"), ("TU A2", "22")))
    for long, number in ((value, 1), (other, 1), (other, 2), (value, 2)):
        long.come(number)
        pipeline.now += dt.timedelta(seconds=1)
    pass_the_limit(pipeline)
    [mixed] = joined(pipeline)
    assert (mixed.state, mixed.text) == ("held", "TU A1[…]TU A2[…]22[…]11")
    assert pipeline.reports() == []
    assert pipeline.differences() == ()


def test_a_correction_under_the_same_reference_counts(pipeline: Pipeline) -> None:
    LongSms(pipeline, ("TU A1", "00"), name="a").come(1, 2)
    pipeline.now += dt.timedelta(minutes=1)
    LongSms(pipeline, ("TU A2", "00"), name="b").come(2, 1)
    finish(pipeline)
    assert answers(pipeline, "TU") == {"A": 200}
    assert received(pipeline) == 2
    assert pipeline.differences() == ()


@pytest.mark.parametrize("reference", ["7", "8"])
def test_a_long_sms_under_two_ids_counts_once(reference: str, pipeline: Pipeline) -> None:
    sent_at = pipeline.now
    LongSms(pipeline, TWO, sent_at=sent_at).come(1, 2)
    pipeline.now += dt.timedelta(seconds=50)
    LongSms(pipeline, TWO, reference, name="twin", sent_at=sent_at).come(2, 1)
    finish(pipeline)
    assert sorted(str(row.state) for row in joined(pipeline)) == ["accepted", "duplicate"]
    assert (received(pipeline), len(replies(pipeline))) == (1, 1)
    assert pipeline.differences() == ()


def test_a_part_that_comes_again_later_is_that_part_and_no_other_sms(pipeline: Pipeline) -> None:
    long = LongSms(pipeline, ("IN 3 they ", "beat us"))
    long.come(1, 2)
    finish(pipeline)
    pipeline.now += dt.timedelta(minutes=4)
    process(long.store(1, "again"), pipeline.now)
    pass_the_limit(pipeline)
    again = stored(long.key(1, "again"))
    assert (again.state, again.about, again.reason) == ("duplicate", long.key(1), "same_sms")
    assert (len(joined(pipeline)), len(replies(pipeline)), received(pipeline)) == (1, 1, 1)
    assert pipeline.differences() == ()
