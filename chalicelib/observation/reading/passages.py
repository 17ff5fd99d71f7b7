"""Pass over what ends a value in the coded part.

Places, rounds, numbers apart, prose (docs/grammar.md, "Values").
"""

import re
from typing import Final

from chalicelib.observation.reading.candidates import Candidate
from chalicelib.observation.reading.header import OPEN_ROUNDS
from chalicelib.observation.reading.interpret import DOUBT
from chalicelib.observation.reading.normalise import PHONE_DIGITS
from chalicelib.observation.reading.rounds import named_round, round_name_at
from chalicelib.observation.reading.stations import whole_at
from chalicelib.observation.reading.vocabulary import Word
from chalicelib.observation.reading.walk import Walk
from chalicelib.observation.sms.look_alikes import DIGITS

_APART: Final = re.compile(r"[,;.]?\s+")
"""What stands between a value and an hour after it; any other sign would join them."""


class Passages(Walk):
    """Passes over what is no answer.

    `prose_from` is where prose has begun, None before.
    """

    prose_from: int | None = None

    def _opens_round(self, roles: frozenset[str]) -> bool:
        """Whether a word may begin a round's name.

        Only a form with rounds takes the words that have other uses.
        """
        return "round_prepositions" in roles or (bool(self.form.moments) and not OPEN_ROUNDS.isdisjoint(roles))

    def _number(self) -> None:
        current = self.current
        digits = self.tokens[self.index][1]
        if not digits.isdigit():
            digits = digits.translate(DIGITS)
            if current is not None:
                current.repaired = True
        if current is None:
            self._number_apart(digits)
        elif not current.valued:
            current.numbers.append(self.index)
            self.take(digits)
        elif not self._round_after(digits):
            self._further_number(current, digits)

    def _further_number(self, current: Candidate, digits: str) -> None:
        if len(digits) >= PHONE_DIGITS:
            self._number_apart(digits)
        else:
            current.numbers.append(self.index)
            self.take_number(digits)

    def _round_after(self, digits: str) -> bool:
        """Whether a number after a value is an hour.

        The word after it says so (`10 часов`); it is taken then.
        """
        after, gap = self.index + 1, self.tokens[self.index][0]
        if len(digits) > 2 or not self.form.moments or _APART.fullmatch(gap) is None:
            return False
        is_hour = self.role_at(after, "hour_words") or self.role_at(after, "hour_marks")
        is_hour = is_hour or (not self.asks("time") and self.role_at(after, "day_parts"))
        return is_hour and self._round()

    def _number_apart(self, digits: str) -> None:
        """Take a number that no value takes in.

        The value before it is in doubt, unless it is a phone or stands in prose.
        """
        if self.prose_from is not None:
            return
        if len(digits) < PHONE_DIGITS:
            self.take_number(digits)
        self.close()
        self.pass_over(self.index, self.index + 1)

    def _day_part(self) -> bool:
        """Take the part of the day before or after a time."""
        part = self.day_part_at(self.index)
        if part is None or (self.current is not None and not self.current.valued and not self.time_opens_at(part)):
            return False
        self.take_day_part(part)
        return True

    def _marked_station(self) -> bool:
        after = self.index + 1
        while after < self.limit and "station_marks" in self.words[after].roles:
            after += 1
        if not self.number_at(after):
            return False
        announced = not self.role_at(self.index, "loose_station_marks")
        station = whole_at(self.scan, after, self.limit, exact=not announced)
        counted = self.prose_at(station.after) or self.role_at(station.after, "units")
        if station.station is not None:
            self.coded.station = station.station
        elif announced and not counted and len(station.typed) < PHONE_DIGITS:
            self.coded.misfit = True
        else:
            self.pass_over(self.index, station.after)
        self._leave(station.after - 1)
        return True

    def _round(self) -> bool:
        name = round_name_at(self.scan, self.index, self.limit)
        if name is None or self.prose_at(name.after):
            return False
        if self.form.moments:
            self.coded.rounds.append(named_round(self.form, name))
        else:
            self.pass_over(self.index, name.after)
        self._leave(name.after - 1)
        last = name.after
        if (
            last == len(self.tokens) - 1
            and self.number_at(last)
            and self.scan.digits(last) in self.scan.vocabulary.stations
        ):
            self.coded.station = self.scan.digits(last)
            self._leave(last)
        return True

    def _leave(self, last: int) -> None:
        """Go on after a token that ends the value before it."""
        self.index = last
        self.coded.end = last + 1
        self.close()

    def _prose(self, word: Word) -> None:
        current, gap = self.current, self.tokens[self.index][0]
        courteous = "courtesies" in word.roles
        if current is not None:
            if not current.valued:
                current.wrong = not courteous and current.code not in self.answered
            elif gap == "" and (word.resembles_digit or word.changes_number):
                current.typed += DOUBT
            current.prose_after = bool(gap) and not courteous and "calm" not in word.roles
        self._begin_prose()
        self._leave_free_text()

    def _begin_prose(self) -> None:
        self.current = self.closed = None
        self.coded.ended = True
        if self.prose_from is None:
            self.prose_from = self.index

    def _leave_free_text(self) -> None:
        """Go on after free text that a word opens.

        Whatever it looks like: its line, or the number of a place.
        """
        if "\n" in self.tokens[self.index][0] or self.scan.signs_at(self.index):
            self._leave_line()
        elif "numbered_things" in self.words[self.index].roles:
            self.index = self.scan.thing_ends(self.index, self.limit) - 1

    def _leave_line(self) -> None:
        self.index = self.scan.line_ends(self.index, self.limit) - 1
