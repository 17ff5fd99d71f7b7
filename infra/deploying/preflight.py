"""Check what must hold before a deployment makes anything.

Each check has the one line that mends it.
"""

import datetime as dt
import re
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from typing import Any, Literal

from infra.deploying.runtime import judge
from infra.deploying.target import AwsFailed, Target

Severity = Literal["good", "warning", "problem"]
NAME = re.compile(r"[A-Za-z][A-Za-z0-9-]{0,29}")
"""CloudFormation cuts longer names where it makes the functions' names of them, and the roles name those."""
UNRESERVED = 100
"""Concurrency that Lambda keeps for functions without a reservation of their own."""
FIRST_LIMIT = 1.0
"""The monthly limit of a new account for SMS, in USD."""
_MARKS = {"good": "✓", "warning": "!", "problem": "✗"}


@dataclass(frozen=True, slots=True)
class Check:
    """One check: its subject, its finding, and the line that mends it."""

    subject: str
    severity: Severity
    finding: str
    mend: str = ""

    def __str__(self) -> str:
        line = f"{_MARKS[self.severity]} {self.subject}: {self.finding}"
        return f"{line}\n    {self.mend}" if self.mend else line


@dataclass(frozen=True, slots=True)
class Plan:
    """A deployment to come.

    Target, present stack (None: new), parameters' values, and the functions' runtime.

    The stack is None where it is new.
    """

    target: Target
    stack: Mapping[str, Any] | None
    values: Mapping[str, str]
    runtime: str

    @property
    def by_sns(self) -> bool:
        """Whether SNS carries SMS."""
        return "sns" in self.values.get("SmsProviders", "").split(",")


def preflight(target: Target, given: Mapping[str, str], defaults: Mapping[str, str], runtime: str) -> Iterator[Check]:
    """Check everything, cheapest first.

    Without credentials or a usable name the rest is not asked. `runtime`: that of the packaged functions.
    """
    first = [_name(target), _region(target), _credentials(target)]
    yield from first
    if any(check.severity == "problem" for check in first):
        return
    stack = target.describe()
    kept = {parameter["ParameterKey"]: parameter["ParameterValue"] for parameter in (stack or {}).get("Parameters", [])}
    plan = Plan(target, stack, {**defaults, **kept, **given}, runtime)
    for check in _CHECKS:
        try:
            yield check(plan)
        except AwsFailed as failed:
            subject = check.__name__.strip("_").replace("_", " ")
            reason = str(failed).splitlines()[-1]
            yield Check(subject, "warning", f"cannot be asked: {reason}", "Deploy with the rights of an administrator.")


def _name(target: Target) -> Check:
    if NAME.fullmatch(target.stack) and not target.stack.lower().startswith(("aws", "ssm")):
        return Check("name", "good", target.stack)
    rule = "a letter, then letters, digits and hyphens, 30 in all; not aws… or ssm…"
    return Check("name", "problem", f"{target.stack!r} cannot name a stack", f"Choose another STACK: {rule}.")


def _region(target: Target) -> Check:
    """Check that all settings name the stack's region.

    Tools read AWS_REGION or AWS_DEFAULT_REGION, not both.
    """
    named = {name: target.environ.get(name) for name in ("AWS_REGION", "AWS_DEFAULT_REGION")}
    others = [f"{name}={value}" for name, value in named.items() if value != target.region]
    if not others:
        return Check("region", "good", target.region)
    mend = f"export AWS_REGION={target.region} AWS_DEFAULT_REGION={target.region}"
    return Check("region", "problem", f"the stack goes to {target.region}, but {', '.join(others)}", mend)


def _credentials(target: Target) -> Check:
    try:
        caller = target.ask("sts", "get-caller-identity")
    except AwsFailed as failed:
        reason = str(failed).splitlines()[-1]
        return Check("credentials", "problem", reason, "aws configure  (or export AWS_PROFILE=…)")
    return Check("credentials", "good", f"{caller['Arn']} of account {caller['Account']}")


def _stack_state(plan: Plan) -> Check:
    state = plan.stack["StackStatus"] if plan.stack else "new"
    name = f"--stack-name {plan.target.stack}"
    if state == "ROLLBACK_COMPLETE":
        mend = f"aws cloudformation delete-stack {name}"
        return Check("stack", "problem", "its first deployment failed, and it cannot be changed", mend)
    if state == "UPDATE_ROLLBACK_FAILED":
        mend = f"aws cloudformation continue-update-rollback {name}"
        return Check("stack", "problem", "its last change could not be taken back", mend)
    if state.endswith("_IN_PROGRESS") and state != "REVIEW_IN_PROGRESS":
        mend = "Wait until it is done: somebody else deploys."
        return Check("stack", "problem", f"it is {state}", mend)
    if state.endswith("_FAILED"):
        mend = f"aws cloudformation describe-stack-events {name}"
        return Check("stack", "problem", f"it is {state}", mend)
    return Check("stack", "good", state)


def _runtime(plan: Plan) -> Check:
    function = ["--function-name", f"{plan.target.stack}-process"]
    present = plan.target.ask("lambda", "get-function-configuration", *function)["Runtime"] if plan.stack else None
    return Check("runtime", *judge(plan.runtime, present, dt.date.today()))  # noqa: DTZ011 - a day is no matter


def _tables(plan: Plan) -> Check:
    """Check that no table has a name that the stack needs.

    Tables of a stack that is gone have the names of a new one's.
    """
    if plan.stack is not None:
        return Check("tables", "good", "the stack's own")
    names = plan.target.ask("dynamodb", "list-tables")["TableNames"]
    left = [name for name in names if name.startswith(f"{plan.target.stack}-")]
    if not left:
        return Check("tables", "good", "none of that name")
    mend = "Choose another STACK, or adopt or remove them: docs/deployer.md, Taking it down."
    return Check("tables", "problem", f"an earlier stack has left {', '.join(left)}", mend)


def _bucket(plan: Plan) -> Check:
    bucket, region = plan.target.bucket, plan.target.region
    try:
        location = plan.target.ask("s3api", "get-bucket-location", "--bucket", bucket)
    except AwsFailed as failed:
        if failed.code in {"NoSuchBucket", "404"}:
            return Check("bucket", "problem", f"there is no bucket {bucket}", f"aws s3 mb s3://{bucket}")
        raise
    place = (location or {}).get("LocationConstraint") or "us-east-1"
    if place != region:
        mend = f"aws s3 mb s3://ANOTHER-NAME --region {region}"
        return Check("bucket", "problem", f"{bucket} is in {place}, and the code must be in {region}", mend)
    return Check("bucket", "good", bucket)


def _concurrency(plan: Plan) -> Check:
    limits = plan.target.ask("lambda", "get-account-settings")["AccountLimit"]
    present = plan.stack and {
        parameter["ParameterKey"]: parameter["ParameterValue"] for parameter in plan.stack.get("Parameters", [])
    }
    free = limits["UnreservedConcurrentExecutions"] + int((present or {}).get("IntakeConcurrency", 0))
    concurrency = int(plan.values["IntakeConcurrency"])
    if concurrency == 0:
        mend = "Ask for 1000: Service Quotas, AWS Lambda, Concurrent executions; then IntakeConcurrency=100."
        return Check("concurrency", "warning", "none is reserved for the webhooks", mend)
    if free - concurrency < UNRESERVED:
        mend = 'make deploy … PARAMETERS="… IntakeConcurrency=0"  (until Service Quotas grants 1000)'
        left = f"{free} are free; {concurrency} for the webhooks would leave less than {UNRESERVED}"
        return Check("concurrency", "problem", left, mend)
    return Check("concurrency", "good", f"{concurrency} of {limits['ConcurrentExecutions']} for the webhooks")


def _access_logs(plan: Plan) -> Check:
    if plan.target.ask("apigateway", "get-account").get("cloudwatchRoleArn"):
        return Check("access logs", "good", "API Gateway may write them")
    mend = (
        "aws cloudformation deploy --template-file infra/account.yaml --stack-name api-gateway-logs "
        "--capabilities CAPABILITY_IAM"
    )
    return Check("access logs", "problem", "API Gateway has no role to write them", mend)


def _email_identity(plan: Plan) -> Check:
    identity, sender = plan.values.get("SenderIdentity", ""), plan.values.get("EmailFrom", "")
    if not identity or not sender:
        mend = 'make deploy … PARAMETERS="EmailFrom=observers@example.org SenderIdentity=example.org"'
        return Check("email sender", "problem", "EmailFrom or SenderIdentity is missing", mend)
    if sender != identity and not sender.endswith((f"@{identity}", f".{identity}")):
        mend = f'make deploy … PARAMETERS="SenderIdentity={sender.rpartition("@")[2]}"'
        return Check("email sender", "problem", f"{sender} does not belong to {identity}", mend)
    try:
        sender = plan.target.ask("sesv2", "get-email-identity", "--email-identity", identity)
    except AwsFailed as failed:
        if failed.code != "NotFoundException":
            raise
        mend = f"aws sesv2 create-email-identity --email-identity {identity}"
        return Check("email sender", "problem", f"SES does not know {identity} in {plan.target.region}", mend)
    if not sender.get("VerifiedForSendingStatus"):
        mend = f"aws sesv2 get-email-identity --email-identity {identity}  (its DKIM records go into DNS)"
        return Check("email sender", "problem", f"{identity} is not verified", mend)
    return Check("email sender", "good", f"{sender} by {identity}")


def _email_account(plan: Plan) -> Check:
    account = plan.target.ask("sesv2", "get-account")
    if not account.get("SendingEnabled", True):
        mend = "aws sesv2 get-account  (see EnforcementStatus; answer AWS's case)"
        return Check("email account", "problem", "SES has paused this account", mend)
    if not account.get("ProductionAccessEnabled"):
        mend = (
            "aws sesv2 put-account-details --production-access-enabled --mail-type TRANSACTIONAL "
            "--website-url https://… --use-case-description …"
        )
        return Check("email account", "warning", "in the sandbox: only verified addresses get email", mend)
    return Check("email account", "good", "out of the sandbox")


def _sms_account(plan: Plan) -> Check:
    if not plan.by_sns:
        return Check("SMS account", "good", "SNS carries none")
    if plan.target.ask("sns", "get-sms-sandbox-account-status")["IsInSandbox"]:
        mend = "Leave it in the console: SNS, Text messaging (SMS), Exit SMS sandbox."
        return Check("SMS account", "warning", "in the sandbox: only verified phones get SMS", mend)
    return Check("SMS account", "good", "out of the sandbox")


def _sms_limit(plan: Plan) -> Check:
    if not plan.by_sns:
        return Check("SMS limit", "good", "SNS carries none")
    attributes = plan.target.ask("sns", "get-sms-attributes")["attributes"]
    limit, rings = float(attributes.get("MonthlySpendLimit", FIRST_LIMIT)), float(plan.values["SmsSpendAlarm"])
    if limit <= FIRST_LIMIT:
        mend = "aws sns set-sms-attributes --attributes MonthlySpendLimit=200,DefaultSMSType=Transactional"
        return Check("SMS limit", "warning", f"{limit:g} USD a month, some ten SMS", mend)
    if rings >= limit:
        mend = f'make deploy … PARAMETERS="SmsSpendAlarm={max(1, int(limit * 0.8))}"'
        return Check("SMS limit", "warning", f"the alarm rings at {rings:g} USD, SMS end at {limit:g}", mend)
    return Check("SMS limit", "good", f"{limit:g} USD a month, the alarm at {rings:g}")


def _sms_sender(plan: Plan) -> Check:
    """Check that SNS may send by one's own number or name.

    Its owner must let it, since September 2024.
    """
    if not plan.by_sns:
        return Check("SMS sender", "good", "SNS carries none")
    numbers = plan.target.ask("pinpoint-sms-voice-v2", "describe-phone-numbers")["PhoneNumbers"]
    names = plan.target.ask("pinpoint-sms-voice-v2", "describe-sender-ids")["SenderIds"]
    owned = [number["PhoneNumberArn"] for number in numbers] + [name["SenderIdArn"] for name in names]
    if not owned:
        mend = "Register one where the country wants it: AWS End User Messaging, Phone numbers or Sender IDs."
        return Check("SMS sender", "warning", "no number or name of your own", mend)
    closed = [arn for arn in owned if not _lets_sns_send(plan.target, arn)]
    if closed:
        mend = f"aws pinpoint-sms-voice-v2 put-resource-policy --resource-arn {closed[0]} --policy file://sns.json"
        return Check("SMS sender", "warning", f"SNS may not send by {closed[0]}", mend)
    return Check("SMS sender", "good", ", ".join(arn.rpartition("/")[2] for arn in owned))


def _lets_sns_send(target: Target, arn: str) -> bool:
    try:
        policy = target.ask("pinpoint-sms-voice-v2", "get-resource-policy", "--resource-arn", arn)
    except AwsFailed as failed:
        if failed.code == "ResourceNotFoundException":
            return False
        raise
    return "sns.amazonaws.com" in str(policy.get("Policy", ""))


def _settings_rate(plan: Plan) -> Check:
    setting = "/ssm/parameter-store/high-throughput-enabled"
    setting_found = plan.target.ask("ssm", "get-service-setting", "--setting-id", setting)["ServiceSetting"]
    if setting_found["SettingValue"] != "true":
        mend = f"aws ssm update-service-setting --setting-id {setting} --setting-value true"
        return Check("settings", "warning", "Parameter Store allows 40 reads a second", mend)
    return Check("settings", "good", "Parameter Store allows many reads")


_CHECKS: tuple[Callable[[Plan], Check], ...] = (
    _stack_state,
    _runtime,
    _tables,
    _bucket,
    _concurrency,
    _access_logs,
    _email_identity,
    _email_account,
    _sms_account,
    _sms_limit,
    _sms_sender,
    _settings_rate,
)
