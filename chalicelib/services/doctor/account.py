"""The AWS account that a stack sends by.

SES, SNS, and what SMS have cost.
"""

import datetime as dt
from collections.abc import Iterator

from chalicelib.services.clients.aws import client
from chalicelib.services.doctor.deployment import PATIENCE
from chalicelib.services.doctor.finding import Finding

FIRST_LIMIT = 1.0
NEAR = 0.8


def email_account() -> Iterator[Finding]:
    """Whether SES sends, and to whom."""
    account = client("sesv2", PATIENCE).get_account()
    if not account.get("SendingEnabled", True):
        yield Finding("email", "problem", "SES has paused this account", "answer AWS's case about bounces")
    elif not account.get("ProductionAccessEnabled", False):
        advice = "aws sesv2 put-account-details --production-access-enabled …  (docs/deployer.md); a day"
        yield Finding("email", "problem", "SES is in its sandbox: only verified addresses get email", advice)
    else:
        yield Finding("email", "good", "SES sends to everybody")


def sms_account(now: dt.datetime) -> Iterator[Finding]:
    """Whether SNS sends to everybody, and how near its monthly limit is."""
    sns = client("sns", PATIENCE)
    if sns.get_sms_sandbox_account_status()["IsInSandbox"]:
        advice = "leave it in the console: SNS, Text messaging (SMS), Exit SMS sandbox"
        yield Finding("SMS", "problem", "SNS is in its sandbox: only verified phones get SMS", advice)
    else:
        yield Finding("SMS", "good", "SNS sends to everybody")
    limit = float(sns.get_sms_attributes()["attributes"].get("MonthlySpendLimit", FIRST_LIMIT))
    spent = _spent(now)
    spending = f"{spent:.2f} of {limit:g} USD this month"
    if spent >= NEAR * limit:
        advice = "raise it: Service Quotas, SNS, Account spend limit; then aws sns set-sms-attributes"
        yield Finding("cost of SMS", "problem", f"{spending}: at the limit SNS drops SMS", advice)
    else:
        yield Finding("cost of SMS", "good", spending)


def _spent(now: dt.datetime) -> float:
    points = client("cloudwatch", PATIENCE).get_metric_statistics(
        Namespace="AWS/SNS",
        MetricName="SMSMonthToDateSpentUSD",
        StartTime=now - dt.timedelta(days=1),
        EndTime=now,
        Period=3600,
        Statistics=["Maximum"],
    )["Datapoints"]
    return max((float(point["Maximum"]) for point in points), default=0.0)
