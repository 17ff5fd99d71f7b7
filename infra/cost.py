"""Compute what a stack costs on AWS, SMS aside.

Measured units times prices that AWS publishes.

``python -m infra.cost`` prints the tables of docs/cost.md. tests/integration/costs/test_cost.py measures the units and
compares them with `MEASURED`.
"""

import sys
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field


@dataclass(frozen=True, slots=True)
class Price:
    """A published price: US dollars for so many of a unit.

    With the page that says so.
    """

    usd: float
    per: float
    page: str

    def of(self, amount: float) -> float:
        """Return what an amount costs."""
        return amount / self.per * self.usd


PRICES = {  # of December 2025, in us-east-1
    "write unit": Price(0.625, 1e6, "https://aws.amazon.com/dynamodb/pricing/on-demand/"),
    "read unit": Price(0.125, 1e6, "https://aws.amazon.com/dynamodb/pricing/on-demand/"),
    "GB of rows, with point-in-time recovery, per month": Price(
        0.25 + 0.20, 1, "https://aws.amazon.com/dynamodb/pricing/on-demand/"
    ),
    "call of a function": Price(0.20, 1e6, "https://aws.amazon.com/lambda/pricing/"),
    "GB-second of a function": Price(0.0000166667, 1, "https://aws.amazon.com/lambda/pricing/"),
    "call of the API": Price(3.50, 1e6, "https://aws.amazon.com/api-gateway/pricing/"),
    "GB of logs": Price(0.50, 1, "https://aws.amazon.com/cloudwatch/pricing/"),
    "alarm, per month": Price(0.10, 1, "https://aws.amazon.com/cloudwatch/pricing/"),
    "metric of ours, per month": Price(0.30, 1, "https://aws.amazon.com/cloudwatch/pricing/"),
    "email": Price(0.10, 1000, "https://aws.amazon.com/ses/pricing/"),
}

REQUEST_SECONDS = 0.01
"""What a request to DynamoDB takes from Lambda: AWS says single-digit milliseconds. Assumed, not measured."""
SERVICE_SECONDS = 0.05
"""The same of SNS or SES. Assumed."""
PROCESSOR_MB = 1769
"""The memory with which a function has one whole processor (AWS Lambda, "Configure Lambda function memory")."""
MEMORY_MB = {"Intake": 1024, "Process": 1024, "Deliver": 512, "Sweep": 1024, "Chase": 1024, "Reconcile": 512}
MEMORY_MB |= {"Summarize": 1024}
BYTES_OF_LAMBDAS_LINES = 350
"""START, END and REPORT of one call."""
BYTES_OF_AN_ACCESS_LINE = 400


@dataclass(frozen=True, slots=True)
class Call:
    """A call of a function: what it asks of other services.

    DynamoDB among them; and its processor time in seconds.
    """

    function: str
    requests: float
    services: float = 0
    cpu: float = 0

    @property
    def gb_seconds(self) -> float:
        """What it is billed."""
        memory = MEMORY_MB[self.function]
        waited = self.requests * REQUEST_SECONDS + self.services * SERVICE_SECONDS
        return (waited + self.cpu * max(1, PROCESSOR_MB / memory)) * memory / 1024


@dataclass(frozen=True, slots=True)
class Work:
    """What one thing takes at most, call by call.

    Every call by itself, though the stream hands over up to 100 rows at once.
    """

    calls: tuple[Call, ...]
    write_units: float
    read_units: float
    api_calls: int = 0
    emails: float = 0
    logged_bytes: int = 0


MEASURED: Mapping[str, Work] = {
    "report": Work(
        (Call("Intake", 1, cpu=0.004), Call("Process", 2, cpu=0.008), Call("Deliver", 4, 1, cpu=0.008)),
        write_units=21,
        read_units=4,
        api_calls=1,
        logged_bytes=900,
    ),
    # The alerts of the region's coordinator by SMS and email, that of headquarters by email, and the reply.
    "incident": Work(
        (Call("Intake", 1, cpu=0.004), Call("Process", 15, 3, cpu=0.05), Call("Deliver", 4, 1, cpu=0.008)),
        write_units=64,
        read_units=9,
        api_calls=1,
        emails=2,
        logged_bytes=2000,
    ),
    "reminder": Work((Call("Chase", 3, cpu=0.01), Call("Deliver", 3, 1, cpu=0.008)), 14, 2, logged_bytes=350),
    "idle minute": Work((Call("Sweep", 150, cpu=0.1), Call("Chase", 6, cpu=0.01)), 3, 84, logged_bytes=1000),
    "minute of a day": Work((Call("Sweep", 155, cpu=0.17), Call("Chase", 30, cpu=0.04)), 6, 104, logged_bytes=1500),
    "ten minutes": Work((Call("Reconcile", 1, cpu=0.003),), 0, 1),
    "hour": Work((Call("Summarize", 3, cpu=0.005),), 0, 2, logged_bytes=250),
    "report in the ledger": Work((), 0.17, 0),
    "summary to a coordinator": Work(
        (Call("Summarize", 8, cpu=0.1), Call("Deliver", 4, 2, cpu=0.03)), 32, 4.5, emails=1, logged_bytes=600
    ),
}
"""At most, as tests/integration/costs/test_cost.py measures it; write units of a report to the unit."""
READS_PER_SEALED_REPORT_AND_HOUR = 0.25
"""Each hour the ledger reads all rows of messages and reports, half a unit per 4 KB."""
READS_PER_REPORT_AND_SUMMARY = 1.0
"""An hourly summary reads each report of its region once."""
READS_PER_STATION_AND_ROUND = 15.0
"""Chasing reads so much of a station per form and round, where nobody has reported."""
READS_PER_STATION_AND_MINUTE = 1.0
"""What is kept up each minute reads each station of a region where anything came once."""
STORED_BYTES_PER_SMS = 4000
"""Bytes of the rows of an SMS that came and its reply, indexes included."""
ALARMS = 32
METRICS_WRITTEN_EACH_MINUTE = 6


@dataclass(frozen=True, slots=True)
class Case:
    """A span of time: how often each of `MEASURED` happens in it.

    `reads`: those that grow with the election.
    """

    name: str
    times: Mapping[str, float]
    reads: float = 0
    months: float = 0

    @property
    def sms(self) -> float:
        """SMS that come in."""
        return self.times.get("report", 0) + self.times.get("incident", 0)


SMS_PER_OBSERVER = 20
OBSERVERS_PER_INCIDENT = 50
REMINDERS_PER_OBSERVER = 1.0
OBSERVERS_PER_COORDINATOR = 100
HOURS_OF_SUMMARIES = 14


def idle_month() -> Case:
    """Return a month in which no election is under way."""
    minutes = 30 * 24 * 60
    times = {"idle minute": minutes, "ten minutes": minutes / 10, "hour": minutes / 60}
    return Case("idle month", times, months=1)


def day(observers: int) -> Case:
    """Return an election day: two observers of each station.

    Each sends `SMS_PER_OBSERVER` reports.
    """
    stations, coordinators = observers / 2, max(10, observers / OBSERVERS_PER_COORDINATOR)
    times = {
        "report": observers * SMS_PER_OBSERVER,
        "incident": observers / OBSERVERS_PER_INCIDENT,
        "reminder": observers * REMINDERS_PER_OBSERVER,
        "minute of a day": 24 * 60,
        "ten minutes": 24 * 6,
        "hour": 24,
        "report in the ledger": observers * SMS_PER_OBSERVER,
        "summary to a coordinator": coordinators * HOURS_OF_SUMMARIES,
    }
    # On average over the day half of the reports are there. A region's and the nation's summary both read them.
    summaries = 2 * HOURS_OF_SUMMARIES * stations * SMS_PER_OBSERVER / 2 * READS_PER_REPORT_AND_SUMMARY
    chased = SMS_PER_OBSERVER * stations * READS_PER_STATION_AND_ROUND
    kept_up = 60 * HOURS_OF_SUMMARIES * stations * READS_PER_STATION_AND_MINUTE
    sealed = HOURS_OF_SUMMARIES * observers * SMS_PER_OBSERVER / 2 * READS_PER_SEALED_REPORT_AND_HOUR
    return Case(f"day of {observers:,} observers", times, summaries + chased + kept_up + sealed)


def rehearsal(observers: int) -> Case:
    """Return a rehearsal of a whole day within two hours."""
    election_day = day(observers)
    times = {**election_day.times, "minute of a day": 120, "ten minutes": 12, "hour": 2}
    return Case(f"rehearsal with {observers:,} observers", times, election_day.reads)


CASES = (idle_month(), rehearsal(1000), day(1000), day(10_000), day(100_000))


@dataclass(frozen=True, slots=True)
class Bill:
    """What a case takes, and its cost in US dollars by service."""

    case: Case
    amounts: Mapping[str, float]
    usd: Mapping[str, float] = field(default_factory=dict)

    @classmethod
    def of(cls, case: Case) -> "Bill":
        """Add up a case."""
        done = [(MEASURED[name], times) for name, times in case.times.items()]
        calls = [(call, times) for work, times in done for call in work.calls]
        api_calls = sum(work.api_calls * times for work, times in done)
        logged = sum(work.logged_bytes * times for work, times in done) + api_calls * BYTES_OF_AN_ACCESS_LINE
        logged += sum(times for _, times in calls) * BYTES_OF_LAMBDAS_LINES
        amounts = {
            "SMS in": case.sms,
            "API calls": api_calls,
            "write units": sum(work.write_units * times for work, times in done),
            "read units": sum(work.read_units * times for work, times in done) + case.reads,
            "function calls": sum(times for _, times in calls),
            "GB-s": sum(call.gb_seconds * times for call, times in calls),
            "MB of logs": logged / 1e6,
            "emails": sum(work.emails * times for work, times in done),
            "MB of rows": case.sms * STORED_BYTES_PER_SMS / 1e6,
        }
        return cls(case, amounts, _priced(amounts, case.months))

    @property
    def total(self) -> float:
        """All of it, in US dollars."""
        return sum(self.usd.values())


def _priced(amounts: Mapping[str, float], months: float) -> dict[str, float]:
    alarms, metrics = PRICES["alarm, per month"], PRICES["metric of ours, per month"]
    watched = alarms.of(ALARMS) + metrics.of(METRICS_WRITTEN_EACH_MINUTE)
    rows = PRICES["GB of rows, with point-in-time recovery, per month"]
    return {
        "DynamoDB": PRICES["write unit"].of(amounts["write units"]) + PRICES["read unit"].of(amounts["read units"]),
        "rows, a month": rows.of(amounts["MB of rows"] / 1000),
        "Lambda": PRICES["call of a function"].of(amounts["function calls"])
        + PRICES["GB-second of a function"].of(amounts["GB-s"]),
        "API Gateway": PRICES["call of the API"].of(amounts["API calls"]),
        "CloudWatch": PRICES["GB of logs"].of(amounts["MB of logs"] / 1000) + watched * months,
        "SES": PRICES["email"].of(amounts["emails"]),
    }


def tables() -> str:
    """Return the tables of docs/cost.md: amounts, dollars, prices."""
    bills = [Bill.of(case) for case in CASES]
    amounts = [[bill.case.name, *(f"{amount:,.0f}" for amount in bill.amounts.values())] for bill in bills]
    dollars = [[bill.case.name, *(f"{usd:,.2f}" for usd in bill.usd.values()), f"{bill.total:,.2f}"] for bill in bills]
    prices = [[name, f"{price.usd:g}", f"{price.per:,.0f}", price.page] for name, price in PRICES.items()]
    return "\n\n".join(
        [
            _table(["", *bills[0].amounts], amounts),
            _table(["USD", *bills[0].usd, "in all"], dollars),
            _table(["a", "USD", "per", "published on"], prices),
        ]
    )


def _table(head: Iterable[str], rows: Iterable[Iterable[str]]) -> str:
    lines = [list(head), *map(list, rows)]
    lines.insert(1, ["---"] * len(lines[0]))
    return "\n".join("| " + " | ".join(line) + " |" for line in lines)


if __name__ == "__main__":
    print(tables())
    sys.exit(0)
