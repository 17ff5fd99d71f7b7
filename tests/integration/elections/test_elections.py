"""Elections in the store: loaded again in place, copied, routed; and whose report a message is."""

import datetime as dt
from typing import Any

import pytest
from aws_faults import Wire
from pipeline import Load, Pipeline
from sample_election import changed

from chalicelib.observation.elections.clock import REAL_TIME
from chalicelib.observation.elections.election import Election, Form, Station
from chalicelib.services.elections import loading
from chalicelib.services.elections.loading import RemovesReported
from chalicelib.store import elections as stored_elections
from chalicelib.store import outcome
from chalicelib.store.elections import ElectionChanged, existing
from chalicelib.store.incidents import incidents_of

OPENING = "OP A1 B0730 C12 D1 E1668"


def with_form(election: Election, code: str, **changes: object) -> Election:
    forms = [_form(form, changes) if form.code == code else form for form in election.forms]
    return changed(election, forms=forms)


def _form(form: Form, changes: dict[str, object]) -> Form:
    return Form.model_validate({name: getattr(form, name) for name in Form.model_fields} | changes)


def with_stations(election: Election, stations: list[Station]) -> Election:
    kept = {station.number for station in stations}
    observers = [observer for observer in election.observers if observer.station in kept]
    return changed(election, stations=stations, observers=observers)


def test_loading_again_replaces_in_place(pipeline: Pipeline) -> None:
    pipeline.say(pipeline.phone(), OPENING)
    version = loading.load(changed(pipeline.election, name={"en": "Renamed"}), REAL_TIME)
    assert version == 2
    assert existing(pipeline.election.id).election.name == {"en": "Renamed"}
    assert pipeline.differences() == ()
    assert pipeline.summary()["nation"]["forms"]["OP"]["-"]["received"] == 1


def test_removing_what_has_reports_is_refused_with_its_count_and_nothing_is_written(
    pipeline: Pipeline, wire: Wire
) -> None:
    lead, other = pipeline.observers(0)
    pipeline.say(lead.phones[0], OPENING)
    pipeline.say(other.phones[0], OPENING)
    pipeline.say(lead.phones[0], "TU A100")
    pipeline.say(lead.phones[0], "IN 3 they beat us")
    election = pipeline.election
    station = election.stations[0].number
    opening = election.form_by_code["OP"]
    assert election.incidents is not None
    lesser: dict[str, Election] = {
        f"station {station}": with_stations(election, list(election.stations[1:])),
        f"observer {other.number}": changed(election, observers=[o for o in election.observers if o != other]),
        "form TU": changed(election, forms=[form for form in election.forms if form.code != "TU"]),
        "round TU 10:00": with_form(election, "TU", rounds=election.form_by_code["TU"].rounds[1:]),
        "question OP C": with_form(election, "OP", questions=[q for q in opening.questions if q.code != "C"]),
        "incident category 3": changed(election, incidents=_without_category(election, 3)),
    }
    before = pipeline.end_state()
    for what, left in lesser.items():
        wire.listen()
        with pytest.raises(RemovesReported, match=f"{what} is left out, but has [1-9]"):
            loading.load(left, REAL_TIME)
        assert not {"PutItem", "UpdateItem", "DeleteItem", "TransactWriteItems", "BatchWriteItem"} & {*wire.calls}
    assert pipeline.end_state() == before
    assert existing(election.id).version == 1
    with pytest.raises(RemovesReported) as refused:
        loading.load(lesser[f"station {station}"], REAL_TIME)
    counts = {removal.what: removal.reports for removal in refused.value.removals}
    assert counts[f"station {station}"] == 3  # two forms and an incident


def _without_category(election: Election, number: int) -> object:
    assert election.incidents is not None
    kept = {key: category for key, category in election.incidents.categories.items() if key != number}
    return election.incidents.model_copy(update={"categories": kept})


def test_removing_what_only_an_incident_or_an_unreadable_message_names_breaks_no_audit(pipeline: Pipeline) -> None:
    """An observer who has written nothing that counts may go; the messages stay, and the audit can tell of them."""
    silent, angry = pipeline.observers(0)[0], pipeline.observers(1)[0]
    pipeline.say(silent.phones[0], "?!")
    pipeline.say(silent.phones[0], "VO")  # names a form, answers nothing
    pipeline.say(angry.phones[0], "IN 3 they beat us")
    election = pipeline.election
    without_silent = with_stations(election, list(election.stations[1:]))
    loading.load(without_silent, REAL_TIME)
    assert pipeline.differences() == ()
    loading.load(changed(without_silent, forms=[f for f in election.forms if f.code != "VO"]), REAL_TIME)
    assert pipeline.differences() == ()
    with pytest.raises(RemovesReported, match=f"station {angry.station} is left out, but has 1"):
        loading.load(with_stations(without_silent, list(without_silent.stations[1:])), REAL_TIME)


def test_what_a_change_means_for_reports_is_counted_anew(pipeline: Pipeline) -> None:
    lead, other = pipeline.observers(0)
    pipeline.say(lead.phones[0], "TU A100")
    pipeline.say(other.phones[0], "TU A103")
    pipeline.now += dt.timedelta(hours=1, minutes=45)  # 10:45, with a grace of half an hour
    third = pipeline.observers(1)[0]
    pipeline.say(third.phones[0], "TU A50")
    assert pipeline.summary()["nation"]["forms"]["TU"]["10:00"] | {"answers": 0} == {
        "expected": 20, "received": 2, "complete": 2, "partial": 0, "late": 1, "missing": 18, "conflict": 0,
        "answers": 0,
    }  # fmt: skip
    turnout = pipeline.election.form_by_code["TU"]
    stricter = [turnout.questions[0].model_copy(update={"tolerance": "2"})]
    election = with_form(pipeline.election, "TU", questions=stricter, grace="1h")
    loading.load(election, REAL_TIME)
    assert pipeline.differences() == ()
    counted = pipeline.summary()["nation"]["forms"]["TU"]["10:00"]
    assert (counted["conflict"], counted["late"], counted["answers"]["A"]["sum"]) == (1, 0, 50)


def test_a_station_that_changes_its_region_moves_with_all_that_it_reported(pipeline: Pipeline) -> None:
    lead = pipeline.observers(0)[0]
    pipeline.say(lead.phones[0], OPENING)
    pipeline.say(lead.phones[0], "IN 3 they beat us")
    pipeline.say(lead.phones[0], "?!")
    first, *others = pipeline.election.stations
    assert first.region == "Bishkek"
    moved = changed(pipeline.election, stations=[first.model_copy(update={"region": "Chuy"}), *others])
    loading.load(moved, REAL_TIME)
    pipeline.say(lead.phones[0], "OP C11")
    pipeline.say(lead.phones[0], "?!")
    assert pipeline.differences() == ()
    regions = pipeline.summary()["regions"]
    assert [regions[name]["forms"]["OP"]["-"]["received"] for name in ("Bishkek", "Chuy")] == [0, 1]
    assert [regions[name]["incidents"]["critical"] for name in ("Bishkek", "Chuy")] == [0, 1]


def test_an_observer_who_is_assigned_elsewhere_takes_no_count_along(pipeline: Pipeline) -> None:
    lead = pipeline.observers(0)[0]
    pipeline.say(lead.phones[0], "?!")
    elsewhere = lead.model_copy(update={"station": pipeline.election.stations[-1].number})
    loading.load(changed(pipeline.election, observers=[elsewhere, *pipeline.election.observers[1:]]), REAL_TIME)
    pipeline.say(lead.phones[0], "?!")
    assert pipeline.differences() == ()


def test_other_shards_are_refused_once_something_is_counted(pipeline: Pipeline) -> None:
    loading.load(changed(pipeline.election, tally_shards=8), REAL_TIME)
    pipeline.say(pipeline.phone(), "?!")
    with pytest.raises(RemovesReported, match="tally_shards"):
        loading.load(changed(pipeline.election, tally_shards=2), REAL_TIME)
    assert pipeline.differences() == ()


def test_a_question_of_another_type_is_another_question(pipeline: Pipeline) -> None:
    pipeline.say(pipeline.phone(), OPENING)
    opening = pipeline.election.form_by_code["OP"]
    other = [q.model_copy(update={"type": "yesno"}) if q.code == "C" else q for q in opening.questions]
    with pytest.raises(RemovesReported, match="question OP C"):
        loading.load(with_form(pipeline.election, "OP", questions=other), REAL_TIME)


def test_a_report_that_comes_while_the_election_is_loaded_is_counted_by_the_new_rules(
    pipeline: Pipeline, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Between the reading of the reports and their counting, a report changes: it is read again."""
    lead, other = pipeline.observers(0)
    pipeline.say(lead.phones[0], "TU A100")
    turnout = pipeline.election.form_by_code["TU"]
    stricter = [turnout.questions[0].model_copy(update={"tolerance": "2"})]
    election = with_form(pipeline.election, "TU", questions=stricter)
    save = stored_elections.save

    def save_while_a_report_comes(*arguments: object) -> int:
        old = existing(election.id)
        version = save(*arguments)  # type: ignore[arg-type]
        with monkeypatch.context() as elsewhere:
            elsewhere.setattr(stored_elections, "current", lambda *_, **__: old)  # another process trusts its copy
            pipeline.say(other.phones[0], "TU A104")
        return version

    with monkeypatch.context() as patched:
        patched.setattr(stored_elections, "save", save_while_a_report_comes)
        loading.load(election, REAL_TIME)
    assert pipeline.differences() == ()
    assert pipeline.summary()["nation"]["forms"]["TU"]["10:00"]["conflict"] == 1


def test_a_report_that_changes_while_it_is_counted_anew_is_read_again(
    pipeline: Pipeline, monkeypatch: pytest.MonkeyPatch
) -> None:
    lead, other = pipeline.observers(0)
    pipeline.say(lead.phones[0], "TU A100")
    pipeline.say(other.phones[0], "TU A104")
    turnout = pipeline.election.form_by_code["TU"]
    election = with_form(
        pipeline.election, "TU", questions=[turnout.questions[0].model_copy(update={"tolerance": "2"})]
    )
    rewrite = outcome.rewrite_report

    def rewrite_after_a_message(*arguments: Any) -> None:
        with monkeypatch.context() as once:
            once.setattr(outcome, "rewrite_report", rewrite)
            pipeline.say(lead.phones[0], "TU A90")
        monkeypatch.setattr(outcome, "rewrite_report", rewrite)
        rewrite(*arguments)

    monkeypatch.setattr(outcome, "rewrite_report", rewrite_after_a_message)
    loading.load(election, REAL_TIME)
    assert pipeline.differences() == ()
    assert pipeline.summary()["nation"]["forms"]["TU"]["10:00"]["conflict"] == 1


def test_two_who_load_at_once_leave_one_whole_document(pipeline: Pipeline, monkeypatch: pytest.MonkeyPatch) -> None:
    value, two = (changed(pipeline.election, name={"en": name}) for name in ("one", "two"))
    head_row = stored_elections._head_row

    def head_while_another_loads(*arguments: object) -> object:
        monkeypatch.setattr(stored_elections, "_head_row", head_row)
        loading.load(two, REAL_TIME)
        return head_row(*arguments)  # type: ignore[arg-type]

    monkeypatch.setattr(stored_elections, "_head_row", head_while_another_loads)
    with pytest.raises(ElectionChanged):
        loading.load(value, REAL_TIME)
    stored_elections._documents.clear()
    assert existing(pipeline.election.id).election.name == {"en": "two"}
    stored_elections._documents.clear()
    pipeline.say(pipeline.phone(), OPENING)
    assert existing(pipeline.election.id).election.name == {"en": "two"}


def test_a_copy_shows_nothing_of_the_other(pipeline: Pipeline) -> None:
    pipeline.say(pipeline.phone(), "OP A1 B0730 C12 D2 E1668")
    copy_id = f"{pipeline.election.id}-copy"
    copied = loading.copy_election(pipeline.election.id, copy_id, REAL_TIME)
    copy = Pipeline(pipeline.secret, copied, loading.route("+996312999001", copy_id), pipeline.now)
    assert copy.summary()["nation"]["messages"]["received"] == 0
    message = copy.say(pipeline.phone(), "OP D2", to=copy.number)
    assert message.election == copy_id
    assert copy.summary()["nation"]["incidents"]["high"] == 1
    assert pipeline.summary()["nation"]["messages"]["received"] == 1
    assert len(list(incidents_of(pipeline.election.id))) == len(list(incidents_of(copy_id))) == 1
    assert copy.differences() == pipeline.differences() == ()


def test_a_number_leads_to_one_election_at_a_time(load: Load) -> None:
    first, second = load(size=2), load(size=2)
    loading.route(first.number, second.election.id)
    message = first.say(second.phone(), OPENING)
    assert (message.election, message.state) == (second.election.id, "accepted")
    loading.route(first.number, first.election.id)
    assert first.say(first.phone(), OPENING).election == first.election.id


def test_a_number_that_leads_nowhere_is_quarantined_and_answers_nobody(pipeline: Pipeline) -> None:
    message = pipeline.say(pipeline.phone(), OPENING, to="+996312777777")
    assert (message.state, message.reason, message.election) == ("quarantined", "no_election", None)
    assert pipeline.reply(message) is None
    assert message.pending is None


def test_one_sms_with_the_same_critical_answer_in_two_rounds_opens_an_incident_a_round(load: Load) -> None:
    pipeline = load(size=2)
    election = with_form(pipeline.election, "VO", rounds=("10:00", "12:00"), due=None)
    loading.load(election, REAL_TIME)
    message = pipeline.say(pipeline.phone(), "VO 10:00 A1 B2\nVO 12:00 A1 B2")
    assert message.state == "accepted"
    assert [report["round"] for report in (message.reading or {})["reports"]] == ["10:00", "12:00"]
    assert sorted(str(incident.report) for incident in incidents_of(election.id)) == ["VO#10:00#B", "VO#12:00#B"]
    assert pipeline.differences() == ()
