"""On what terms a provider carries SMS.

As its settings say: how fast, at what price, and when silence is doubt.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from decimal import Decimal, InvalidOperation
from typing import Any, Self

from chalicelib.observation.sms.segments import count_segments
from chalicelib.providers.contract import CannotSend, Secrets


@dataclass(frozen=True, slots=True)
class Cost:
    """An SMS's segments, and an estimate of their price.

    The price is a decimal, where one is set.
    """

    segments: int
    amount: str | None
    currency: str | None


@dataclass(frozen=True, slots=True)
class Terms:
    """The terms of a provider; None for what is not set.

    `per_second`: how many SMS at most; `receipt_minutes`: after how many without any receipt an SMS is in doubt;
    `price` per segment in `currency`. None: no limit, never, not known.
    """

    per_second: float | None = None
    receipt_minutes: float | None = None
    price: Decimal | None = None
    currency: str | None = None

    @classmethod
    def of_settings(cls, settings: Secrets) -> Self:
        """Read the terms of the settings; raises CannotSend.

        Naming the one that makes no sense.
        """
        currency = settings.get("currency")
        if currency is not None and not isinstance(currency, str):
            raise CannotSend('the setting currency must be a text such as "USD"')
        return cls(
            _over_zero(settings, "per_second"), _over_zero(settings, "receipt_minutes"), _price(settings), currency
        )

    def cost(self, text: str) -> Cost:
        """Return what sending a text takes."""
        segments = count_segments(text).count
        if self.price is None:
            return Cost(segments, None, None)
        return Cost(segments, str(self.price * segments), self.currency)


def _over_zero(settings: Mapping[str, Any], name: str) -> float | None:
    value = settings.get(name)
    if value is None:
        return None
    if isinstance(value, bool) or not isinstance(value, int | float) or not 0 < value < 1_000_000:
        raise CannotSend(f"the setting {name} must be a number over 0")
    return float(value)


def _price(settings: Mapping[str, Any]) -> Decimal | None:
    written = settings.get("price")
    if written is None:
        return None
    try:
        price = Decimal(written) if isinstance(written, str) else Decimal(-1)
    except InvalidOperation:
        price = Decimal(-1)
    if not price.is_finite() or price < 0:
        raise CannotSend('the setting price must be a decimal as text, as "0.045"')
    return price
