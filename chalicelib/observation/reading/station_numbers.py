"""The stations of an election by what observers may type."""

from collections.abc import Iterable

from chalicelib.observation.sms.look_alikes import skeleton


class StationNumbers:
    """The stations of an election by what observers may type."""

    def __init__(self, numbers: Iterable[str]) -> None:
        self._by_shape: dict[str, str] = {}
        self._by_value: dict[str, list[str]] = {}
        for number in numbers:
            shape = _shape(number)
            self._by_shape[shape] = number
            self._by_value.setdefault(shape.lstrip("0"), []).append(number)

    def named(self, typed: str) -> str | None:
        """Return the station of a number, if one fits.

        Its leading zeros may be left out where exactly one fits.
        """
        shape = _shape(typed)
        if shape in self._by_shape:
            return self._by_shape[shape]
        fitting = [number for number in self._by_value.get(shape.lstrip("0"), ()) if _shape(number).endswith(shape)]
        return fitting[0] if len(fitting) == 1 else None

    def exact(self, typed: str) -> str | None:
        """Return the station of a number with all its zeros."""
        return self._by_shape.get(_shape(typed))


def _shape(number: str) -> str:
    return number if number.isdigit() else skeleton(number)
