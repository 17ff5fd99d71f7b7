"""Metrics for the alarms of the template, in CloudWatch's embedded format."""

from aws_lambda_powertools import Metrics
from aws_lambda_powertools.metrics import MetricUnit


def measure(**amounts: float) -> None:
    """Write metrics by name.

    Those whose name ends in `Seconds` are seconds, the others counts.
    """
    metrics = Metrics()
    for name, amount in amounts.items():
        metrics.add_metric(name, MetricUnit.Seconds if name.endswith("Seconds") else MetricUnit.Count, amount)
    metrics.flush_metrics()
