"""Whatever an outbox row can hold becomes an email that carries it: a row that could not would fail for ever."""

import datetime as dt
from email import message_from_bytes
from email.header import decode_header, make_header

from hypothesis import example, given
from hypothesis import strategies as st

from chalicelib.observation.election_file.rosters import EMAIL
from chalicelib.services import outbox
from chalicelib.services.delivery.mime import mime

ORIGIN = outbox.Origin("kg", "tested", dt.datetime(2017, 10, 15, tzinfo=dt.UTC))
SENDER = "Байкоо <observers@example.org>"
stored = st.text(st.characters(codec="utf-8"))


@given(st.from_regex(EMAIL, fullmatch=True), stored, stored)
@example("a@[.b", "Incident\r\nBcc: else@example.org", "\r\n.\r\n")
def test_an_address_that_an_election_file_can_have_and_any_texts_become_an_email(
    address: str, subject: str, text: str
) -> None:
    parts = f"Text: {text}", f"<p>{text}</p>"
    message = outbox.email_row("key", address, outbox.Email(subject, *parts), ORIGIN)
    raw = mime(message, SENDER)
    assert raw.isascii()
    mail = message_from_bytes(raw)
    assert sorted(mail.keys()) == ["Content-Type", "From", "MIME-Version", "Subject", "To"]
    assert str(make_header(decode_header(mail["From"]))) == SENDER
    assert b" <observers@example.org>\r\n" in raw
    for part, written in zip(mail.get_payload(), parts, strict=True):
        assert part.get_payload(decode=True).splitlines() == written.encode().splitlines()
