"""The quick count's sample: every stratum is declared.

No stratum has more stations observed than it has stations.
"""

from collections import Counter
from collections.abc import Iterable, Mapping

from chalicelib.observation.election_file.document import Document, Path
from chalicelib.observation.election_file.problems import suggestion
from chalicelib.observation.election_file.shape import shaped
from chalicelib.observation.elections.election import Station
from chalicelib.observation.elections.policies import QuickCount

_STAND_INS: Mapping[str, object] = {"population": {}}


def read_quick_count(document: Document, stations: Iterable[Station]) -> QuickCount | None:
    """Read how the sample was drawn.

    It is None if the file does not say or it cannot be made out.
    """
    raw = document.content.get("quick_count")
    if raw is None:
        return None
    path: Path = ("quick_count",)
    before = len(document.findings.problems)
    quick_count = shaped(QuickCount, document, path, raw, _STAND_INS)
    if quick_count is None or len(document.findings.problems) > before:
        return None
    sampled = Counter(station.region if quick_count.strata == "region" else station.district for station in stations)
    if sampled:
        _check_strata(document, (*path, "population"), quick_count, sampled)
    return quick_count


def _check_strata(document: Document, path: Path, quick_count: QuickCount, sampled: Mapping[str, int]) -> None:
    kind = quick_count.strata
    for name, population in quick_count.population.items():
        if name not in sampled:
            document.error((*path, name), f"no station is in the {kind} {name!r}; {suggestion(name, sampled)}")
        elif population < sampled[name]:
            message = f"{sampled[name]} stations of {name!r} are observed, but it has {population}; correct the number"
            document.error((*path, name), message)
    for name in sorted(set(sampled) - set(quick_count.population)):
        stratum = repr(name) if name else f"(stations without a {kind})"
        document.error(path, f"the {kind} {stratum} is missing; write how many stations it has")
