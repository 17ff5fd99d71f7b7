"""The table of providers: the one place where their names stand."""

import re
from importlib import import_module

from chalicelib.providers.contract import Fetch, Provider, Secrets
from chalicelib.providers.refusals import NotConfigured

GENERIC = "generic"
_PROVIDERS = {
    "africastalking": "africastalking:AfricasTalking",
    "android-sms-gateway": "android_sms_gateway:AndroidSmsGateway",
    "aws-sns": "aws_sns:AwsSns",
    "generic": "generic:Generic",
    "infobip": "infobip:Infobip",
    "kannel": "kannel:Kannel",
    "plivo": "plivo:Plivo",
    "telerivet": "telerivet:Telerivet",
    "twilio": "twilio:Twilio",
    "vonage-messages": "vonage_messages:VonageMessages",
    "vonage-sms": "vonage_sms:VonageSms",
}
"""Name, as in /webhooks/{name}, to module and class. Imported on use: intake pays only for what it serves."""

NAMES = tuple(_PROVIDERS)


def canonical_name(name: str) -> str | None:
    """Return the provider that a name means, or None.

    `generic-` and a name of one's own is another generic provider, so that a stack can have several.
    """
    if re.fullmatch(rf"{GENERIC}-[a-z0-9-]{{1,40}}", name):
        return GENERIC
    return name if name in _PROVIDERS else None


def provider(name: str, secrets: Secrets, fetch: Fetch) -> Provider:
    """Return a provider with its settings; raises NotConfigured."""
    provider_name = canonical_name(name)
    if provider_name is None:
        raise NotConfigured("unknown_provider", "there is no such provider")
    module, _, kind = _PROVIDERS[provider_name].partition(":")
    made: Provider = getattr(import_module(f"chalicelib.providers.{module}"), kind)(secrets, fetch)
    return made
