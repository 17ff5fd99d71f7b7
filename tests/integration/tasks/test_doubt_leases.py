"""Who looks into a doubt is told beside it, until they let it go."""

from pipeline import Load

from chalicelib.services.access.operators import Operator
from chalicelib.services.actions.perform import Action
from chalicelib.services.tasks.next_task import release, take_next
from chalicelib.services.upkeep.upkeep import keep_up
from chalicelib.services.views.doubts import list_doubts
from chalicelib.services.views.reader import Reader


def test_a_doubt_says_who_has_it(load: Load) -> None:
    pipeline = load(size=2)
    lead, second = pipeline.observers(0)
    pipeline.say(lead.phones[0], "OP A1 B0700 C9 D1 E500")
    pipeline.say(second.phones[0], "OP A1 B0700 C3 D1 E500")
    loaded = pipeline.current
    assert keep_up(loaded, pipeline.now).is_whole
    aida, bakyt = (Operator(name, "operator", loaded.election.id, ()) for name in ("Aida", "Bakyt"))

    def shown(who: Operator) -> list[tuple[str, bool] | None]:
        found = list_doubts(loaded, Reader(who), loaded.election.regions, (None, None), pipeline.now, None, 50)
        leases = [doubt["lease"] for doubt in found["doubts"] if doubt["kind"] == "conflict"]
        return [(lease["holder"], lease["is_mine"]) if lease else None for lease in leases]

    assert shown(aida) == [None]
    task = take_next(loaded, Action(aida, pipeline.now, "k1", "d"), ["doubt"])
    assert (shown(aida), shown(bakyt)) == ([("Aida (operator)", True)], [("Aida (operator)", False)])
    release(loaded, Action(aida, pipeline.now, "k2", "d"), "doubt", task["key"], task["region"])
    assert shown(bakyt) == [None]
