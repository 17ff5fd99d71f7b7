"""./baykoo rehearse --provider: whose webhook is called where, by whose secrets, or why it cannot be."""

import click
import pytest

from chalicelib.cli import rehearse
from chalicelib.cli.rehearse import _webhook
from chalicelib.services.clients.provider_settings import NotConfigured, SecretsUnavailable

BASE = "https://abc.execute-api.eu-central-1.amazonaws.com/api"
LOCAL = {"api_url": "http://127.0.0.1:4510/_aws/execute-api/x/api"}


@pytest.fixture
def configured(monkeypatch):
    """Gives the stack a provider's settings, or the fault that reading them meets."""
    monkeypatch.setenv("BAYKOO_PARAMETERS", "/kg")

    def configure(found):
        def read(provider):
            if isinstance(found, Exception):
                raise found
            return found

        monkeypatch.setattr(rehearse, "provider_secrets", read)

    return configure


def test_the_stack_on_aws_is_called_where_it_was_said_and_the_local_one_where_it_is(configured):
    configured({"auth_token": "real"})
    for stack, url, base in (({}, BASE + "/", BASE), (LOCAL, None, LOCAL["api_url"]), (LOCAL, BASE, BASE)):
        made = _webhook(stack, "twilio", url)
        assert (made.provider, made.url, made.pasted) == ("twilio", f"{base}/webhooks/twilio", made.url)
        assert made.sender.secrets == {"auth_token": "real"}


def test_what_was_pasted_at_the_provider_is_signed_and_the_stack_is_called(configured):
    configured({"auth_token": "real", "public_url": "https://sms.example.org/in#rc=3&rp=all"})
    made = _webhook({}, "twilio", BASE)
    assert (made.url, made.pasted) == (f"{BASE}/webhooks/twilio", "https://sms.example.org/in")


def test_a_second_generic_provider_has_its_own_address(configured):
    configured({"secret": "s"})
    assert _webhook(LOCAL, "generic-beeline", None).url == LOCAL["api_url"] + "/webhooks/generic-beeline"


PUT = (
    "Put them so: aws ssm put-parameter --type SecureString --overwrite "
    "--name /kg/providers/twilio --value file://twilio.json (what is in the file: docs/providers/)."
)
FAULTS = {
    "no settings": (NotConfigured("no parameter"), f"twilio: the stack has no settings for it. {PUT}"),
    "no secret": (
        {"sender": "+1"},
        f"twilio cannot be simulated: the setting auth_token or shared_key_secret is not set. {PUT}",
    ),
    "not readable": (SecretsUnavailable("no credentials"), "twilio: no credentials"),
}


@pytest.mark.parametrize(("found", "message"), FAULTS.values(), ids=FAULTS)
def test_what_is_missing_is_said_and_what_to_do(found, message, configured):
    configured(found)
    with pytest.raises(click.ClickException) as refused:
        _webhook(LOCAL, "twilio", None)
    assert refused.value.message == message


def test_the_address_of_a_stack_on_aws_is_asked_for(configured):
    configured({"auth_token": "real"})
    with pytest.raises(click.UsageError, match="Name it with --url URL"):
        _webhook({}, "twilio", None)
