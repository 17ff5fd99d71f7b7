"""What an observer is reminded with, and who is told to sign: two may share a phone."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from chalicelib.observation.elections.election import Election, Observer
from chalicelib.observation.reading.reading import read
from chalicelib.observation.replies.examples import example
from chalicelib.observation.replies.reminder import reminder_sms
from chalicelib.observation.sms.segments import count_segments
from chalicelib.observation.texts.catalogue import LANGUAGES


def shared(election: Election, language: str, **forms: str) -> tuple[Election, Observer, Observer]:
    """The election with two observers on one phone, the first and the second; `forms`: titles by form."""
    observers = [
        {"number": number, "name": "N", "phones": ["+996700000001"], "language": language, "station": "1234"}
        for number in ("0001", "0002")
    ]
    titled = [form.model_copy(update={"title": {language: forms.get(form.code, "Title")}}) for form in election.forms]
    fields = election.model_dump(by_alias=True, exclude={"forms"})
    changed = Election.model_validate({**fields, "forms": titled, "observers": observers})
    return changed, *changed.observers


@pytest.mark.parametrize(
    ("language", "first", "second"),
    [
        (
            "en",
            "Baykoo: Reminder: TU 10:00 (Title) of station 1234 is missing. Please send it now. Example: TU A12",
            (
                "Baykoo: Reminder: TU 10:00 (Title) of station 1234 is missing. "
                "Please send it now with your number @0002, because this phone is shared. Example: TU @0002 A12"
            ),
        ),
        (
            "ru",
            "Baykoo: Ждём TU 10:00 (Title), участок 1234. Отправьте сейчас, пожалуйста. Пример: TU A12",
            (
                "Baykoo: Ждём TU 10:00 (Title), участок 1234. Отправьте с вашим номером @0002: телефон общий. "
                "Пример: TU @0002 A12"
            ),
        ),
        (
            "ky",
            "Baykoo: TU 10:00 (Title) келе элек, участка 1234. Сураныч, азыр жөнөтүңүз. Мисал: TU A12",
            (
                "Baykoo: TU 10:00 (Title) келе элек, участка 1234. @0002 номериңиз менен жөнөтүңүз: телефон орток. "
                "Мисал: TU @0002 A12"
            ),
        ),
    ],
)
def test_only_the_second_of_two_on_a_phone_is_told_to_sign(
    election: Election, language: str, first: str, second: str
) -> None:
    changed, lead, other = shared(election, language)
    assert reminder_sms(changed, lead, "TU", "10:00") == first
    assert reminder_sms(changed, other, "TU", "10:00") == second


@given(title=st.text("абв ", max_size=200), language=st.sampled_from(LANGUAGES), form=st.sampled_from(["OP", "TU"]))
def test_the_number_stands_in_two_sms_however_long_a_title_is(
    election: Election, title: str, language: str, form: str
) -> None:
    changed, _, second = shared(election, language, OP=title, TU=title)
    reminder = reminder_sms(changed, second, form, "10:00" if form == "TU" else "-")
    assert count_segments(reminder).count <= 2
    assert reminder.endswith(f" {example(changed.form_by_code[form], '@0002')}")


def test_an_example_that_is_signed_is_read_as_that_observers(election: Election) -> None:
    for form in election.forms:
        (report,) = read(example(form, "@0002"), election).reports
        assert (report.form, report.observer, len(report.answers), report.rejected) == (
            form.code,
            "0002",
            min(2, len(form.questions)),
            {},
        )
