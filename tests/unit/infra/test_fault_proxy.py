"""The proxy of faults really disturbs calls, each in its manner, as the clients of the functions see it."""

import contextlib
import json
import time
from collections import Counter
from collections.abc import Callable, Iterator
from http.server import BaseHTTPRequestHandler
from typing import Any

import boto3
import fault_proxy as proxies
import pytest
from botocore.config import Config
from botocore.exceptions import BotoCoreError, ClientError, ConnectionClosedError, ReadTimeoutError
from fault_proxy import KINDS, Call, FaultProxy, fault_proxy
from loopback import served

ONCE = Config(connect_timeout=2, read_timeout=0.4, retries={"total_max_attempts": 1}, s3={"addressing_style": "path"})
ASKED: dict[str, Callable[[Any], Any]] = {
    "dynamodb": lambda client: client.put_item(TableName="t", Item={"key": {"S": "1"}}),
    "ssm": lambda client: client.get_parameter(Name="p"),
    "lambda": lambda client: client.invoke(FunctionName="f", InvocationType="Event", Payload=b"{}"),
    "s3": lambda client: client.put_object(Bucket="b", Key="k", Body=b"content"),
    "sns": lambda client: client.publish(PhoneNumber="+996555000111", Message="Text"),
    "sesv2": lambda client: client.send_email(FromEmailAddress="a@example.org", Content={"Raw": {"Data": b"mail"}}),
}
NAMES = {
    "dynamodb": "dynamodb PutItem",
    "ssm": "ssm GetParameter",
    "lambda": "lambda Invoke",
    "s3": "s3 PutObject",
    "sns": "sns Publish",
    "sesv2": "ses POST outbound-emails",
}
THROTTLED = {
    "dynamodb": "ProvisionedThroughputExceededException",
    "ssm": "ThrottlingException",
    "lambda": "TooManyRequestsException",
    "s3": "SlowDown",
    "sns": "Throttling",
    "sesv2": "TooManyRequestsException",
}


class Upstream:
    """An AWS that does whatever it is asked, and counts it."""

    def __init__(self) -> None:
        self.done: list[bytes] = []
        self.url = ""

    def handler(self) -> type[BaseHTTPRequestHandler]:
        done = self.done

        class Handler(BaseHTTPRequestHandler):
            protocol_version = "HTTP/1.1"

            def _do(self) -> None:
                done.append(self.rfile.read(int(self.headers.get("Content-Length") or 0)))
                is_query = b"Action=" in done[-1]
                content = b"<R><PublishResult><MessageId>1</MessageId></PublishResult></R>" if is_query else b"{}"
                content = b"" if self.command == "PUT" else content
                self.send_response(202 if self.path.endswith("/invocations") else 200)
                self.send_header("Content-Length", str(len(content)))
                self.end_headers()
                self.wfile.write(content)

            do_GET = do_POST = do_PUT = _do  # noqa: N815 - http.server's names

            def log_message(self, *args: Any) -> None:
                pass

        return Handler


@pytest.fixture
def upstream() -> Iterator[Upstream]:
    aws = Upstream()
    with served(aws.handler()) as url:
        aws.url = url
        yield aws


@pytest.fixture(autouse=True)
def _soon(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(proxies, "LATE_SECONDS", dict.fromkeys(("dynamodb", "lambda", "ssm", "sns", "ses", "s3"), 0.6))
    monkeypatch.setattr(proxies, "SLOW_SECONDS", 0.1)


def client(service: str, endpoint: str) -> Any:
    session = boto3.Session(region_name="us-east-1", aws_access_key_id="test", aws_secret_access_key="test")
    return session.client(service, endpoint_url=endpoint, config=ONCE)  # type: ignore[call-overload]


@contextlib.contextmanager
def always(aws: Upstream, kind: str, monkeypatch: pytest.MonkeyPatch) -> Iterator[FaultProxy]:
    monkeypatch.setattr(proxies, "KINDS", ((kind,),))
    with fault_proxy(aws.url, seed=1, share=1.0) as proxy:
        yield proxy


@pytest.mark.parametrize("service", ASKED)
def test_each_kind_is_what_its_caller_meets(service: str, upstream: Upstream, monkeypatch: pytest.MonkeyPatch) -> None:
    def met(kind: str) -> tuple[Exception | None, int]:
        upstream.done.clear()
        with always(upstream, kind, monkeypatch) as proxy:
            try:
                ASKED[service](client(service, proxy.url))
            except (BotoCoreError, ClientError) as fault:
                raised: Exception | None = fault
            else:
                raised = None
            assert proxy.injected == {(kind, NAMES[service]): 1}
            end = time.monotonic() + 2
            while kind in ("late", "lost") and not upstream.done and time.monotonic() < end:
                time.sleep(0.02)
        return raised, len(upstream.done)

    refused, done = met("refused")
    assert isinstance(refused, ClientError)
    assert (refused.response["ResponseMetadata"]["HTTPStatusCode"], done) == (503, 0)
    throttled, done = met("throttled")
    assert isinstance(throttled, ClientError)
    assert (throttled.response["Error"]["Code"], done) == (THROTTLED[service], 0)
    cut, done = met("cut")
    assert isinstance(cut, ConnectionClosedError)
    assert done == 0
    lost, done = met("lost")
    assert isinstance(lost, ConnectionClosedError)
    assert done == 1
    late, done = met("late")
    assert isinstance(late, ReadTimeoutError)
    assert done == 1
    assert met("slow") == (None, 1)


def test_a_call_in_twenty_is_disturbed_and_each_kind_as_often() -> None:
    proxy = FaultProxy("", seed=7, share=0.05)
    for _ in range(20_000):
        proxy.fault_of(Call("dynamodb", "PutItem"))
    total = sum(proxy.injected.values())
    assert 900 < total < 1100
    kinds = Counter({some: sum(proxy.injected[kind, "dynamodb PutItem"] for kind in some) for some in KINDS})
    assert all(total / 5 < times < total / 3 for times in kinds.values()), kinds
    again = FaultProxy("", seed=7, share=0.05)
    for _ in range(20_000):
        again.fault_of(Call("dynamodb", "PutItem"))
    assert again.injected == proxy.injected
    assert any(f"{total} faults in 20000 calls" in line for line in proxy.lines())


def test_what_is_not_disturbed_comes_through_whole(upstream: Upstream) -> None:
    with fault_proxy(upstream.url, seed=1, share=0.0) as proxy:
        for service, ask in ASKED.items():
            ask(client(service, proxy.url))
    assert upstream.done[0] == json.dumps({"TableName": "t", "Item": {"key": {"S": "1"}}}).encode()
    assert len(upstream.done) == len(ASKED)
    assert dict(proxy.asked) == dict.fromkeys(NAMES.values(), 1)
    assert not proxy.injected
