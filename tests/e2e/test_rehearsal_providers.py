"""A rehearsal through several SMS providers at once, each calling and signing in its own way."""

import re

import pytest
from rehearsing import baykoo, counted, numbers, output_of, refusal_of
from stack import Sample

PROVIDERS = ("twilio", "vonage-sms", "plivo", "infobip")


def test_four_providers_at_once_lose_nothing(sample: Sample, tmp_path) -> None:
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


@pytest.mark.parametrize(
    ("providers", "said"),
    [
        ("twilio,nobody", "there is no provider 'nobody'. Known are africastalking, android-sms-gateway, aws-sns"),
        (" , ", "name at least one provider"),
        ("generic-beeline", "no settings for it. Put them so: aws ssm put-parameter --type SecureString"),
    ],
)
def test_a_provider_that_cannot_be_rehearsed_is_said(sample: Sample, providers: str, said: str) -> None:
    assert said in refusal_of(baykoo(sample, "rehearse", "--provider", providers))
