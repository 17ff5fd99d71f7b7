"""The table of providers: the one place where their names stand."""

from importlib import import_module

from chalicelib.providers.contract import Fetch, NotConfigured, Provider, Secrets

_PROVIDERS = {
    "generic": "generic:Generic",
}
"""Name, as in /webhooks/{name}, to module and class. Imported on use: intake pays only for what it serves."""

NAMES = tuple(_PROVIDERS)


def provider(name: str, secrets: Secrets, fetch: Fetch) -> Provider:
    """The provider of a name with its settings; raises NotConfigured."""
    if name not in _PROVIDERS:
        raise NotConfigured("unknown_provider", "there is no such provider")
    module, _, kind = _PROVIDERS[name].partition(":")
    made: Provider = getattr(import_module(f"chalicelib.providers.{module}"), kind)(secrets, fetch)
    return made
