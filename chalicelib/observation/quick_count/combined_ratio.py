"""The combined ratio estimator of a stratified simple random sample without replacement.

It estimates the ratio of two totals over all stations, and its standard error, from some stations of each stratum. With
`N` stations in a stratum of which `n` count, and a station's counts `y` (numerator) and `x` (denominator)::

    Y = Σ N/n Σ y        X = Σ N/n Σ x        R = Y / X          (outer sums over strata, inner ones over stations)
    e = y - R x                                                  (what linearising R by Taylor leaves of a station)
    var(R) = 1/X² Σ N² (1 - n/N) / n · Σ (e - ē)² / (n - 1)      (1 - n/N: the stratum's finite-population correction)

A stratum of one station has no mean to deviate from: its `e` is centred at the grand mean of the weighted residuals,
which is 0 because R makes it so, and adds `N² (1 - 1/N) e²`. Margins are 95 % normal ones, 1.96 standard errors.

Sources: W. G. Cochran, Sampling Techniques, 3rd ed. 1977, section 6.11 (the combined ratio estimate); C.-E. Särndal,
B. Swensson, J. Wretman, Model Assisted Survey Sampling, 1992, sections 5.5 and 5.6 (Taylor linearisation, the ratio of
two totals); T. Lumley's R package `survey`, functions `svyratio` and `onestrat`: `svyratio` on
`svydesign(ids=~1, strata, fpc)` with `options(survey.lonely.psu="adjust")` gives the same numbers.

Assumes that the stations of a stratum that count are a simple random sample of it, and that enough of them count for
R to be nearly normal.
"""

import math
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from statistics import NormalDist
from typing import Final, Literal

_NORMAL_95: Final = NormalDist().inv_cdf(0.975)


@dataclass(frozen=True, slots=True)
class Estimate:
    """An estimated share (0 to 1) and its standard error."""

    estimate: float
    standard_error: float

    @property
    def margin(self) -> float:
        """Half the width of the 95 % normal confidence interval."""
        return _NORMAL_95 * self.standard_error


@dataclass(frozen=True, slots=True)
class Stratum:
    """A stratum: its stations in all, and those that count.

    Each that counts has a numerator and a denominator; there is one at least.
    """

    population: int
    counts: Sequence[tuple[int, int]]


def combined_ratio(strata: Iterable[Stratum]) -> Estimate | None:
    """Estimate a ratio of totals and its standard error.

    Formulas: the module's. None where the denominator is 0.
    """
    strata = tuple(strata)
    numerator = math.fsum(_total(stratum, 0) for stratum in strata)
    denominator = math.fsum(_total(stratum, 1) for stratum in strata)
    if not denominator:
        return None
    ratio = numerator / denominator
    variance = math.fsum(_residual_variance(stratum, ratio) for stratum in strata)
    return Estimate(ratio, math.sqrt(variance) / denominator)


def _total(stratum: Stratum, part: Literal[0, 1]) -> float:
    return stratum.population * sum(count[part] for count in stratum.counts) / len(stratum.counts)


def _residual_variance(stratum: Stratum, ratio: float) -> float:
    """Estimated variance of the stratum's total of residuals."""
    n = len(stratum.counts)
    residuals = [y - ratio * x for y, x in stratum.counts]
    centre = math.fsum(residuals) / n if n > 1 else 0.0
    spread = math.fsum((residual - centre) ** 2 for residual in residuals) / max(n - 1, 1)
    return stratum.population * (stratum.population - n) / n * spread
