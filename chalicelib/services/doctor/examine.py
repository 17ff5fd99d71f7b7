"""Look at a deployed stack in plain words.

What is wrong and what to do.
"""

import datetime as dt
import os
from collections.abc import Iterator

from botocore.exceptions import BotoCoreError, ClientError

from chalicelib.services.doctor import account, deployment, work
from chalicelib.services.doctor.deployment import Deployment
from chalicelib.services.doctor.finding import Examination, Finding, isolated


def examine(stack: str, now: dt.datetime, api_url: str | None = None) -> Iterator[Finding]:
    """Examine everything that can be known of a stack from here.

    Findings come in the order in which they should be put right. `api_url` is the API's address where it is not the
    stack's output, as on one machine. The account is left out there: an emulator has none.
    """
    try:
        deployed = Deployment.of(stack)
    except (ClientError, BotoCoreError) as fault:
        text = f"{stack} cannot be asked: {fault}"
        yield Finding("stack", "problem", text, "see BAYKOO_STACK, AWS_DEFAULT_REGION and your credentials")
        return
    for subject, examination in _examinations(deployed, now, api_url or deployed.outputs["ApiUrl"]).items():
        yield from isolated(subject, examination)


def _examinations(stack: Deployment, now: dt.datetime, api_url: str) -> dict[str, Examination]:
    carriers = stack.parameters.get("SmsProviders", "")
    examinations: dict[str, Examination] = {
        "stack": lambda: deployment.stack_state(stack),
        "versions": lambda: deployment.versions(stack),
        "API": lambda: work.clocks(api_url, now),
        "domain": lambda: deployment.domain(stack, now),
        "schedules": lambda: deployment.schedules(stack),
        "sweep": lambda: work.sweeping(now),
        "streams": lambda: deployment.streams(stack),
        "queues": lambda: work.messages(now),
        "providers": lambda: work.settings(carriers),
        "elections": work.routing,
        "alarms": lambda: deployment.alarms(stack),
        "throttles": lambda: deployment.throttles(stack, now),
    }
    if "AWS_ENDPOINT_URL" not in os.environ:
        examinations["email"] = account.email_account
        if "sns" in carriers.split(","):
            examinations["SMS"] = lambda: account.sms_account(now)
    return examinations
