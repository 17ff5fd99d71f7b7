"""That one mistake in an election's files is named where it is."""

MAIN, STATIONS, OBSERVERS, COORDINATORS = "election.yaml", "stations.csv", "observers.csv", "coordinators.csv"


def assert_named(changed, case):
    """Break one file as a case says: file, old and new text, then line, field and a part of the only problem."""
    file, old, new, line, field, message = case
    inspection = changed(file, old, new)
    assert inspection.election is None
    named = [(problem.file, problem.line, problem.field) for problem in inspection.problems]
    assert len(named) <= 3, "\n".join(map(str, inspection.problems))
    assert (file, line, field) in named, "\n".join(map(str, inspection.problems))
    messages = [p.message for p in inspection.problems if (p.file, p.line, p.field) == (file, line, field)]
    assert any(message in text for text in messages), messages
