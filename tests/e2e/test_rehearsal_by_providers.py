"""A rehearsal through several SMS providers at once, each calling, signing and sending in its own way."""

import json
import re
from collections import Counter
from collections.abc import Iterator
from typing import Any

import pytest
from deployed import eventually
from rehearsing import baykoo, counted, numbers, output_of, refusal_of
from send_apis.send_api import Failing, SendApi
from stack import Sample, folder_of, sample_on

from infra.stack import Stack, local_stack

pytestmark = pytest.mark.long

PROVIDERS = ("twilio", "vonage-sms", "plivo", "infobip")
FIRST, SECOND = "android-sms-gateway", "kannel"
HALF = 20
"""How many SMS the first carrier takes before it fails."""


@pytest.fixture(scope="module")
def api() -> Iterator[SendApi]:
    with SendApi() as started:
        yield started


@pytest.fixture(scope="module")
def sample(api: SendApi, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Sample]:
    """A stack whose SMS go out by one provider, and by another where that one does not take them."""
    with local_stack(folder_of("providers"), parameters={"SmsProviders": f"{FIRST},{SECOND}"}) as stack:
        for name in (FIRST, SECOND):
            stack.client("ssm").put_parameter(
                Name=f"{stack.outputs['Parameters']}/providers/{name}",
                Value=json.dumps(stack.webhook_secrets[name] | api.settings_of(name)),
                Type="SecureString",
                Overwrite=True,
            )
        yield sample_on(stack, tmp_path_factory.mktemp("providers") / "local.json")


def outgoing(stack: Stack) -> list[dict[str, Any]]:
    """Every outgoing SMS as it stands in the store."""
    pages = stack.client("dynamodb").get_paginator("scan").paginate(TableName=f"{stack.outputs['TablePrefix']}messages")
    rows = [
        {name: next(iter(typed.values())) for name, typed in row.items()} for page in pages for row in page["Items"]
    ]
    return [row for row in rows if row["direction"] == "out" and row["channel"] == "sms"]


def test_four_providers_at_once_lose_nothing_and_every_reply_goes_out_once(
    sample: Sample, api: SendApi, tmp_path
) -> None:
    api.fail(FIRST, Failing(after=HALF, status=429))
    page = tmp_path / "page.html"
    how = ("--observers=20", "--minutes=0.3", "--duplicates=10", "--seed=4", f"--report={page}")
    output = output_of(baykoo(sample, "rehearse", f"--provider={','.join(PROVIDERS)}", *how))
    assert counted(output, "Sent") == counted(output, "Acknowledged") == counted(output, "Accounted") > 80
    shares = {name: numbers(output, name) for name in PROVIDERS}
    assert all(sent == acknowledged == accounted > 5 for sent, acknowledged, accounted in shares.values()), output
    assert sum(sent for sent, _, _ in shares.values()) == counted(output, "Sent")
    faults = re.findall(r"The webhook answered .*", output)
    assert not [fault for fault in faults if re.search(r": [24]\d\d", fault)], "at fault may be a slow machine alone"
    assert "By which provider" in page.read_text(encoding="utf-8")
    rehearsed = re.findall(r"^rehearsal-\S+", output_of(baykoo(sample, "election", "list")), re.MULTILINE)[-1]
    assert " 0 differences" in output_of(baykoo(sample, "audit", "--election", rehearsed))
    eventually(lambda: {row["state"] for row in outgoing(sample.stack)} == {"sent"}, seconds=120)
    assert Counter((row["recipient"], row["text"]) for row in outgoing(sample.stack)) == Counter(
        (sms.to, sms.text) for sms in api.taken
    )
    assert len(api.taken_by(FIRST)) == HALF
    assert len(api.taken_by(SECOND)) > HALF


@pytest.mark.parametrize(
    ("providers", "refusal"),
    [
        ("twilio,nobody", "there is no provider 'nobody'. Known are africastalking, android-sms-gateway, aws-sns"),
        (" , ", "name at least one provider"),
        ("generic-beeline", "no settings for it. Put them so: aws ssm put-parameter --type SecureString"),
    ],
)
def test_a_provider_that_cannot_be_rehearsed_is_said(sample: Sample, providers: str, refusal: str) -> None:
    assert refusal in refusal_of(baykoo(sample, "rehearse", "--provider", providers))
