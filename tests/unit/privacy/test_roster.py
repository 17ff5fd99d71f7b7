"""Of a forgotten observer number, language and station stay; of a coordinator the regions; another keeps all."""

from chalicelib.observation.elections.election import Election
from chalicelib.services.privacy.clean import Scope
from chalicelib.services.privacy.persons import MARK, Persons
from chalicelib.services.privacy.roster import without_people
from chalicelib.store.election_rewrite import StoredElection

PHONE, OTHER = "+996502000002", "+996502000003"
ELECTION = Election.model_validate(
    {
        "id": "e",
        "name": {"en": "Election"},
        "date": "2017-10-15",
        "timezone": "Asia/Bishkek",
        "languages": ["en"],
        "forms": [{"code": "OP", "questions": [{"code": "A", "type": "integer"}]}],
        "stations": [{"number": "1001", "region": "Osh"}],
        "observers": [
            {"number": "1", "name": "Ким", "phones": [PHONE, OTHER], "language": "en", "station": "1001"},
            {"number": "2", "name": "Ли", "phones": [OTHER], "language": "en", "station": "1001"},
        ],
        "coordinators": [
            {"name": "Ким", "phone": PHONE, "email": "k@x.org", "language": "en", "regions": ["Osh"], "alerts": ["sms"]}
        ],
    }
)
STORED = StoredElection(1, ELECTION, {PHONE: {"observer": "2", "who": "Ann", "at": "t"}}, {})


def test_a_phone_takes_the_names_of_its_holders_along() -> None:
    after = without_people(STORED, Scope(Persons(frozenset({PHONE}), frozenset({"Ким"}))))
    first, second = after.filed.observers
    assert (first.number, first.name, first.phones, first.station) == ("1", MARK, (OTHER,), "1001")
    assert second == ELECTION.observers[1]
    [coordinator] = after.filed.coordinators
    assert (coordinator.name, coordinator.phone, coordinator.email) == (MARK, None, None)
    assert coordinator.regions == ("Osh",)
    assert after.assignments == {}
    assert without_people(after, Scope(Persons(frozenset({PHONE})))) == after


def test_everybody_leaves_numbers_and_stations() -> None:
    after = without_people(STORED, Scope(Persons(everybody=True)))
    assert [(observer.number, observer.name, observer.phones) for observer in after.filed.observers] == [
        ("1", MARK, ()),
        ("2", MARK, ()),
    ]
    assert Election.model_validate_json(after.filed.model_dump_json(by_alias=True)).observers == after.filed.observers
