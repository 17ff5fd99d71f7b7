"""A sender for every provider, by its name.

`make run` and ./baykoo load all of them and use a few, so a sender imports its SDK when it signs.
"""

from collections.abc import Mapping

from providers_signing.android_sender import AndroidSender
from providers_signing.generic_sender import GenericSender
from providers_signing.plivo_sender import PlivoSender
from providers_signing.sns_sender import SnsSender
from providers_signing.twilio_sender import TwilioSender
from providers_signing.unsigned_senders import AfricasTalkingSender, InfobipSender, KannelSender, TelerivetSender
from providers_signing.vendor import Vendor
from providers_signing.vonage_messages_sender import VonageMessagesSender
from providers_signing.vonage_sms_sender import VonageSmsSender

SENDERS: Mapping[str, Vendor] = {
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
