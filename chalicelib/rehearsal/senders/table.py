"""A sender for every provider, by its name.

`make run` and ./baykoo load all of them and use a few, so a sender imports its SDK when it signs.
"""

from collections.abc import Mapping

from chalicelib.rehearsal.senders.android import AndroidSender
from chalicelib.rehearsal.senders.generic import GenericSender
from chalicelib.rehearsal.senders.plivo import PlivoSender
from chalicelib.rehearsal.senders.sender import Sender
from chalicelib.rehearsal.senders.sns import SnsSender
from chalicelib.rehearsal.senders.twilio import TwilioSender
from chalicelib.rehearsal.senders.unsigned import AfricasTalkingSender, InfobipSender, KannelSender, TelerivetSender
from chalicelib.rehearsal.senders.vonage_messages import VonageMessagesSender
from chalicelib.rehearsal.senders.vonage_sms import VonageSmsSender

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
