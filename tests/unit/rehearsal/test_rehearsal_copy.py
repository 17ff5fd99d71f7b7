"""A rehearsal's copy: the same election, through which nobody real can be reached."""

import itertools
import re

from chalicelib.rehearsal import election_copy as module
from chalicelib.rehearsal.election_copy import FICTITIOUS, fictitious_numbers, free_number, rehearsal_copy

FICTION = re.compile(r"\+1[2-9]\d\d55501\d\d")


def test_all_but_id_and_addresses_stays(election):
    copy = rehearsal_copy(election, "rehearsal-1")
    assert copy.id == "rehearsal-1"
    for kept in ("forms", "stations", "incidents", "date", "timezone", "languages"):
        assert getattr(copy, kept) == getattr(election, kept)
    assert [observer.number for observer in copy.observers] == [observer.number for observer in election.observers]
    assert [coordinator.regions for coordinator in copy.coordinators] == [
        coordinator.regions for coordinator in election.coordinators
    ]


def test_no_real_phone_or_address_is_left(election):
    copy = rehearsal_copy(election, "rehearsal-1")
    phones = [phone for observer in copy.observers for phone in observer.phones]
    assert phones
    assert all(FICTION.fullmatch(phone) for phone in phones)
    first, headquarters = copy.coordinators
    assert FICTION.fullmatch(first.phone)
    assert headquarters.phone is None
    assert {coordinator.email.rpartition("@")[2] for coordinator in copy.coordinators} == {"simulator.amazonses.com"}
    assert len({*phones, first.phone}) == len(set(phones)) + 1


def test_who_shared_a_phone_shares_one_again_and_others_do_not(election):
    copy = rehearsal_copy(election, "rehearsal-1")
    sharing = {observer.phones: set() for observer in copy.observers}
    for before, after in zip(election.observers, copy.observers, strict=True):
        sharing[after.phones].add(before.phones)
    assert all(len(phones) == 1 for phones in sharing.values())
    assert len(sharing) == len({observer.phones for observer in election.observers})
    assert set(copy.observers_by_phone) == {phone for observer in copy.observers for phone in observer.phones}


def test_the_copy_finds_its_observers_by_their_new_phones_even_if_the_source_was_asked_before(election):
    assert election.observers_by_phone
    copy = rehearsal_copy(election, "rehearsal-1")
    assert copy.observers_by_phone.keys().isdisjoint(election.observers_by_phone)


def test_fictitious_numbers_do_not_repeat_and_two_rehearsals_have_different_ones():
    numbers = list(itertools.islice(fictitious_numbers("rehearsal-1"), FICTITIOUS))
    assert len(set(numbers)) == FICTITIOUS > 50_000
    assert all(FICTION.fullmatch(number) for number in numbers)
    assert next(fictitious_numbers("rehearsal-1")) != next(fictitious_numbers("rehearsal-2"))


def test_a_number_that_leads_elsewhere_is_not_taken(monkeypatch):
    first, second, third = itertools.islice(fictitious_numbers("rehearsal-1 number"), 3)
    elections = {first: "another", second: "another"}
    monkeypatch.setattr(module.routes, "election_of_number", lambda number, fresh: elections.get(number))
    assert free_number("rehearsal-1") == third
