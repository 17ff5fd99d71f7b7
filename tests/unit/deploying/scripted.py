"""An `aws` command that answers by a script."""

import json
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

from infra.deploying.target import AwsFailed, Target

ACCOUNT = "000000000001"
READY: dict[str, Any] = {
    "sts get-caller-identity": {"Arn": f"arn:aws:iam::{ACCOUNT}:user/ann", "Account": ACCOUNT},
    "cloudformation describe-stacks": "ValidationError: Stack with id baykoo does not exist",
    "dynamodb list-tables": {"TableNames": ["other-messages"]},
    "s3api get-bucket-location": {"LocationConstraint": "eu-central-1"},
    "lambda get-account-settings": {
        "AccountLimit": {"ConcurrentExecutions": 1000, "UnreservedConcurrentExecutions": 1000}
    },
    "lambda get-function-configuration": {"Runtime": "python9.9"},
    "apigateway get-account": {"cloudwatchRoleArn": "arn:aws:iam::1:role/logs"},
    "sesv2 get-email-identity": {"VerifiedForSendingStatus": True},
    "sesv2 get-account": {"ProductionAccessEnabled": True, "SendingEnabled": True},
    "sns get-sms-sandbox-account-status": {"IsInSandbox": False},
    "sns get-sms-attributes": {"attributes": {"MonthlySpendLimit": "200"}},
    "pinpoint-sms-voice-v2 describe-phone-numbers": {"PhoneNumbers": [{"PhoneNumberArn": "arn:aws:x:phone-number/1"}]},
    "pinpoint-sms-voice-v2 describe-sender-ids": {"SenderIds": []},
    "pinpoint-sms-voice-v2 get-resource-policy": {"Policy": '{"Service": "sns.amazonaws.com"}'},
    "ssm get-service-setting": {"ServiceSetting": {"SettingValue": "true"}},
}
"""An account that is ready for a first deployment: answers by service and operation; a text is an error."""


@dataclass(frozen=True)
class ScriptedTarget(Target):
    """A target whose answers stand in a script; an error is a text `Code: message`."""

    script: Mapping[str, Any] = field(default_factory=dict)
    calls: list[tuple[str, ...]] = field(default_factory=list)

    def aws(self, *arguments: str) -> str:
        self.calls.append(arguments)
        answer = self.script[" ".join(arguments[:2])]
        if isinstance(answer, str):
            code, _, text = answer.partition(": ")
            raise AwsFailed(f"An error occurred ({code}) when calling the operation: {text}")
        return json.dumps(answer)


def scripted(**answers: Any) -> ScriptedTarget:
    """A ready account, but for some answers; `__` stands for the space in an operation, `_` for its hyphens."""
    changes = {name.replace("__", " ").replace("_", "-"): answer for name, answer in answers.items()}
    environ = {"AWS_REGION": "eu-central-1", "AWS_DEFAULT_REGION": "eu-central-1"}
    return ScriptedTarget("baykoo", "eu-central-1", "code", environ, {**READY, **changes})
