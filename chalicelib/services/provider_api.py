"""A provider's own API: its adapter with this stack's settings, one request over HTTP, and an SMS handed over."""

import urllib3

from chalicelib.providers.contract import CannotSend, OutboundRequest, OutboundSms, Provider, SendOutcome
from chalicelib.providers.contract import NotConfigured as UnknownProvider
from chalicelib.providers.table import provider
from chalicelib.services.fetching import fetch
from chalicelib.services.secrets import NotConfigured, SecretsUnavailable, provider_secrets

_TIMEOUT = urllib3.Timeout(connect=2, read=8)


class NotReached(Exception):
    """The API could not be reached: it is certain that the request was not made."""


class AnswerLost(Exception):
    """The request was made and no answer came: it may have been done."""


def configured(name: str) -> Provider:
    """A provider with its settings. Raises NotConfigured (of `secrets` or of the contract), SecretsUnavailable."""
    return provider(name, provider_secrets(name), fetch)


def hand_over(name: str, sms: OutboundSms) -> SendOutcome:
    """Ask a provider to send an SMS. Never raises: what nobody can tell is `in_doubt`."""
    try:
        carrier = configured(name)
        request = carrier.send_request(sms)
    except (SecretsUnavailable, NotConfigured, CannotSend, UnknownProvider) as fault:
        return SendOutcome("not_sent", reason=str(fault))
    try:
        return carrier.read_send_answer(*exchange(request))
    except NotReached as fault:
        return SendOutcome("not_sent", reason=str(fault))
    except AnswerLost as fault:
        return SendOutcome("in_doubt", reason=str(fault))


def exchange(request: OutboundRequest) -> tuple[int, dict[str, str], bytes]:
    """One HTTP request, not repeated: status, headers, body. Raises NotReached, AnswerLost."""
    try:
        answer = urllib3.PoolManager().request(
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
        raise AnswerLost(str(fault)) from fault
    return answer.status, dict(answer.headers), answer.data
