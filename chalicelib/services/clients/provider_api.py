"""Call a provider's own API.

It has its adapter with this stack's settings, makes one request over HTTP, and hands an SMS over.
"""

import os
import ssl
from dataclasses import dataclass, replace

import urllib3

from chalicelib.providers.contract import CannotSend, OutboundRequest, OutboundSms, Provider, SendOutcome
from chalicelib.providers.refusals import WebhookRefused
from chalicelib.providers.send_api import receipt_url
from chalicelib.providers.table import canonical_name, provider
from chalicelib.services.clients.http import fetch
from chalicelib.services.clients.kept_connections import connections_to
from chalicelib.services.clients.provider_settings import NotConfigured, SecretsUnavailable, provider_secrets

_TIMEOUT = urllib3.Timeout(connect=2, read=8)


class NotReached(Exception):
    """The API could not be reached.

    It is certain that the request was not made.
    """


class AnswerLost(Exception):
    """The request was made and no answer came.

    It may have been done.
    """


@dataclass(frozen=True, slots=True)
class PreparedSend:
    """A provider, and the request to it that sends an SMS."""

    carrier: Provider
    request: OutboundRequest


def configured(name: str) -> Provider:
    """Return a provider with its settings.

    Raises NotConfigured (of the settings or of the contract), SecretsUnavailable.
    """
    return provider(name, provider_secrets(name), fetch)


def repeatable(name: str) -> bool:
    """Tell whether a provider sends one SMS if asked twice."""
    return canonical_name(name) is not None and provider(name, {}, fetch).repeatable


def hand_over(name: str, sms: OutboundSms) -> SendOutcome:
    """Ask a provider to send an SMS; never raises.

    What nobody can tell is `in_doubt`.
    """
    try:
        prepared = prepare(name, sms)
    except CannotSend as fault:
        return SendOutcome("not_sent", reason=str(fault))
    return ask(prepared)


def prepare(name: str, sms: OutboundSms) -> PreparedSend:
    """Make the request that sends an SMS; raises CannotSend.

    It has the URL for its receipts; CannotSend names whatever is missing.
    """
    try:
        carrier = configured(name)
        receipts = receipt_url(carrier.secrets, name, os.environ.get("BAYKOO_API_URL", ""))
        return PreparedSend(carrier, carrier.send_request(replace(sms, receipt_url=receipts)))
    except (SecretsUnavailable, NotConfigured, WebhookRefused) as fault:
        raise CannotSend(str(fault)) from fault


def ask(prepared: PreparedSend) -> SendOutcome:
    """Make the request, once. Never raises: what nobody can tell is `in_doubt`."""
    try:
        return prepared.carrier.read_send_answer(*exchange(prepared.request))
    except NotReached as fault:
        return SendOutcome("not_sent", reason=str(fault))
    except AnswerLost as fault:
        return SendOutcome("in_doubt", reason=str(fault))


def exchange(request: OutboundRequest) -> tuple[int, dict[str, str], bytes]:
    """One HTTP request, not repeated: status, headers, body. Raises NotReached, AnswerLost."""
    try:
        answer = connections_to(request.url).request(
            request.method,
            request.url,
            body=request.body,
            headers=dict(request.headers),
            timeout=_TIMEOUT,
            retries=False,
        )
    except (urllib3.exceptions.NewConnectionError, urllib3.exceptions.ConnectTimeoutError) as fault:
        raise NotReached(str(fault)) from fault
    except urllib3.exceptions.HTTPError as fault:
        raise (NotReached if _is_unproven(fault) else AnswerLost)(str(fault)) from fault
    return answer.status, dict(answer.headers), answer.data


def _is_unproven(fault: urllib3.exceptions.HTTPError) -> bool:
    """Tell whether the server's certificate does not prove it.

    Then nothing was sent to it. Other faults of TLS may come after the request.
    """
    return isinstance(fault, urllib3.exceptions.SSLError) and isinstance(fault.args[0], ssl.SSLCertVerificationError)
