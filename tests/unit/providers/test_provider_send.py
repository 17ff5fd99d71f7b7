"""`provider send`: one SMS past the outbox, and what the provider answered."""

import pytest
from click.testing import CliRunner

from chalicelib.cli import main, provider_stack
from chalicelib.providers.contract import OutboundSms, SendOutcome

CASES: dict[str, tuple[SendOutcome, int, str]] = {
    "taken": (SendOutcome("sent", reference="SM1"), 0, "sent: 1 GSM-7 segments\nreference: SM1\n"),
    "busy": (SendOutcome("not_sent", reason="HTTP 429: "), 1, "not_sent: 1 GSM-7 segments\nreason: HTTP 429: \n"),
    "refused": (SendOutcome("refused", reason="HTTP 400: "), 1, "refused: 1 GSM-7 segments\nreason: HTTP 400: \n"),
    "lost": (SendOutcome("in_doubt", reason="silence"), 1, "in_doubt: 1 GSM-7 segments\nreason: silence\n"),
}


@pytest.mark.parametrize(("answered", "code", "printed"), CASES.values(), ids=CASES)
def test_what_the_provider_answered_is_printed(
    answered: SendOutcome, code: int, printed: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    sent: list[tuple[str, str, str]] = []

    def hand_over(name: str, sms: OutboundSms) -> SendOutcome:
        sent.append((name, sms.recipient, sms.text))
        return answered

    monkeypatch.setattr(provider_stack, "use_stack", dict)
    monkeypatch.setattr(provider_stack, "hand_over", hand_over)
    done = CliRunner().invoke(main, ["provider", "send", "twilio", "--to", "+996700123456", "--text", "Test"])
    assert (done.exit_code, done.output) == (code, printed)
    assert sent == [("twilio", "+996700123456", "Test")]
