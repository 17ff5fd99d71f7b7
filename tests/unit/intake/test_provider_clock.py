"""How far a provider's clock lies from the arrival: a median of samples, beyond a limit or not."""

import pytest

from chalicelib.services.intake.provider_clock import SAMPLES_KEPT, described_clock, kept_samples

HOUR = 3600


@pytest.mark.parametrize(
    ("samples", "settings", "median", "lagging"),
    [
        ([], {}, None, False),
        ([3 * HOUR] * 4, {}, None, False),
        ([3 * HOUR] * 5, {}, 3 * HOUR, True),
        ([3 * HOUR] * 3 + [2] * 4, {}, 2, False),
        ([1799] * 5, {}, 1799, False),
        ([1800] * 5, {}, 1800, True),
        ([-2 * HOUR] * 5, {}, -2 * HOUR, True),
        ([3 * HOUR] * 5, {"arrival_counts": True}, 3 * HOUR, False),
        ([3 * HOUR] * 5, {"arrival_counts": "yes"}, 3 * HOUR, True),
        ([3 * HOUR] * 5, {"lag_minutes": 181}, 3 * HOUR, False),
        ([3 * HOUR] * 5, {"lag_minutes": 0}, 3 * HOUR, False),
        ([600] * 5, {"lag_minutes": 10}, 600, True),
        ([3 * HOUR] * 5, {"lag_minutes": "soon"}, 3 * HOUR, True),
        ([3 * HOUR] * 5, {"lag_minutes": -1}, 3 * HOUR, True),
        ([3 * HOUR] * 5, {"lag_minutes": True}, 3 * HOUR, True),
    ],
)
def test_a_median_beyond_the_limit_is_told(samples, settings, median, lagging):
    described = described_clock(samples, settings)
    assert (described["lag_seconds"], described["lagging"]) == (median, lagging)
    assert described["arrival_counts"] is (settings.get("arrival_counts") is True)


def test_samples_are_kept_once_and_not_for_ever():
    assert kept_samples(None, [1, 2], is_new=True) == [1, 2]
    assert kept_samples({"lags": [1]}, [2], is_new=True) == [1, 2]
    assert kept_samples({"lags": [1]}, [2], is_new=False) == [1]
    assert kept_samples({"lags": list(range(100))}, [7], is_new=True) == [*range(70, 100), 7]
    assert len(kept_samples({"lags": list(range(100))}, [7], is_new=True)) == SAMPLES_KEPT
