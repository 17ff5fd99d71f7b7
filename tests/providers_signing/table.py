"""A sender for every provider, by its name."""

from collections.abc import Mapping
from typing import Any, Protocol

from providers_signing.android_sender import AndroidSender
from providers_signing.generic_sender import GenericSender
from providers_signing.plivo_sender import PlivoSender
from providers_signing.sms import Signed
from providers_signing.sns_sender import SnsSender
from providers_signing.twilio_sender import TwilioSender
from providers_signing.unsigned_senders import AfricasTalkingSender, InfobipSender, KannelSender, TelerivetSender
from providers_signing.vonage_messages_sender import VonageMessagesSender
from providers_signing.vonage_sms_sender import VonageSmsSender


class Sender(Protocol):
    """Signs an SMS as its provider does. `secrets`: the settings that its signature is valid under."""

    name: str
    secrets: Mapping[str, Any]

    def sign(self, sms: Any, url: str, at: Any) -> Signed: ...


SENDERS: Mapping[str, Sender] = {
    sender.name: sender
    for sender in (
        AfricasTalkingSender(),
        AndroidSender(),
        GenericSender(),
        InfobipSender(),
        KannelSender(),
        PlivoSender(),
        SnsSender(),
        TelerivetSender(),
        TwilioSender(),
        VonageMessagesSender(),
        VonageSmsSender(),
    )
}
