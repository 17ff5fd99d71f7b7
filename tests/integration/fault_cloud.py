"""AWS in memory, at botocore's edge: every call is recorded in its order, and one of them can be disturbed.

DynamoDB is `FakeDynamoDB`. The other services are as small as what is asked of them: a bucket, a mailbox, parameters,
and functions that are called without waiting for them.
"""

import hashlib
import io
from collections.abc import Callable
from contextlib import suppress
from dataclasses import dataclass, field
from typing import Any, Literal

import botocore.client
import pytest
from aws_faults import Killed
from botocore import xform_name
from botocore.exceptions import ClientError, ReadTimeoutError
from fake_dynamodb import FakeDynamoDB

Fault = Literal["failed", "throttled", "lost", "late", "repeated", "killed", "killed after"]
"""`failed` before it is done, `throttled`; `lost`: done, and its answer lost; `late`: slow beyond the client's limit,
and done when the function has ended; `repeated`: done twice, as the SDK repeats what it got no answer to; `killed`: the
process ends before the call, or right after it."""
OF_A_READ: tuple[Fault, ...] = ("failed", "throttled", "lost", "killed")
OF_A_WRITE: tuple[Fault, ...] = ("failed", "throttled", "lost", "late", "repeated", "killed", "killed after")
_READING = ("Get", "BatchGet", "Query", "Scan", "List")
_ONCE = frozenset({"TransactWriteItems", "SendEmail", "Publish"})
"""What the SDK repeats under one token, or is told not to repeat."""
_THROTTLED = {
    "dynamodb": "ProvisionedThroughputExceededException",
    "s3": "SlowDown",
    "lambda": "TooManyRequestsException",
}


@dataclass(frozen=True)
class Call:
    """A call as it is recorded: `dynamodb PutItem messages`."""

    service: str
    operation: str
    about: str = ""

    def __str__(self) -> str:
        return f"{self.service} {self.operation} {self.about}".strip()

    @property
    def is_read(self) -> bool:
        return self.operation.startswith(_READING)

    @property
    def faults(self) -> tuple[Fault, ...]:
        if self.is_read:
            return OF_A_READ
        return tuple(fault for fault in OF_A_WRITE if fault != "repeated" or self.operation not in _ONCE)


@dataclass
class Outside:
    """What AWS has besides rows: files, whom it told what, and functions that it is to call."""

    files: dict[str, bytes] = field(default_factory=dict)
    parts: dict[str, dict[int, bytes]] = field(default_factory=dict)
    told: list[tuple[str, str]] = field(default_factory=list)
    invoked: list[tuple[str, bytes]] = field(default_factory=list)
    called_again: list[tuple[str, bytes]] = field(default_factory=list)

    def copy(self) -> "Outside":
        parts = {upload: dict(some) for upload, some in self.parts.items()}
        return Outside(dict(self.files), parts, list(self.told), list(self.invoked), list(self.called_again))


class Cloud:
    """`calls`: what this process has called; `disturb` disturbs one of them by its place."""

    def __init__(self, parameters: dict[str, str]) -> None:
        self.database = FakeDynamoDB()
        self.outside = Outside()
        self.parameters = parameters
        self.calls: list[Call] = []
        self._disturbed: tuple[int, Fault] | None = None
        self._is_dead = False
        self._late: list[Callable[[], Any]] = []

    def install(self, monkeypatch: pytest.MonkeyPatch) -> None:
        """Be AWS to every client of botocore, and to PynamoDB."""
        self.database.install(monkeypatch)
        answer = self.database._make_api_call

        def rows(operation: str, parameters: dict[str, Any]) -> Any:
            about = " ".join(_tables(operation, parameters))
            return self._call(Call("dynamodb", operation, about), lambda: answer(operation, parameters))

        def other(client: Any, operation: str, parameters: dict[str, Any]) -> Any:
            service = client.meta.service_model.service_name
            return self._call(Call(service, operation), lambda: self._answer(operation, parameters))

        monkeypatch.setattr(self.database, "_make_api_call", rows)
        monkeypatch.setattr(botocore.client.BaseClient, "_make_api_call", other)

    def disturb(self, place: int, fault: Fault) -> None:
        self._disturbed = (place, fault)

    def new_process(self) -> None:
        """End the process: what was on its way arrives, and the next one counts its calls from nothing."""
        late, self._late, self._is_dead, self._disturbed = self._late, [], False, None
        for arrive in late:
            with suppress(ClientError):  # a condition no longer holds
                arrive()
        self.calls = []

    def kept(self) -> tuple[Any, Outside]:
        """All that AWS has now; rows are never changed in place."""
        return {name: dict(rows) for name, rows in self.database.tables.items()}, self.outside.copy()

    def go_back(self, kept: tuple[Any, Outside]) -> None:
        tables, outside = kept
        self.database.tables = {name: dict(rows) for name, rows in tables.items()}
        self.outside = outside.copy()

    def _call(self, call: Call, perform: Callable[[], Any]) -> Any:
        if self._is_dead:
            raise Killed
        place = len(self.calls)
        self.calls.append(call)
        if self._disturbed is None or self._disturbed[0] != place:
            return perform()
        return self._disturb(self._disturbed[1], call, perform)

    def _disturb(self, fault: Fault, call: Call, perform: Callable[[], Any]) -> Any:
        if fault == "failed":
            raise _refusal(call, "InternalServerError", 500)
        if fault == "throttled":
            raise _refusal(call, _THROTTLED.get(call.service, "ThrottlingException"), 400)
        if fault == "killed":
            self._die()
        if fault == "late":
            self._late.append(perform)
            raise ReadTimeoutError(endpoint_url="http://aws.test")
        answer = perform()
        if fault == "repeated":
            return perform()
        if fault == "killed after":
            self._die()
        assert fault == "lost", fault
        del answer
        raise ReadTimeoutError(endpoint_url="http://aws.test")

    def _die(self) -> None:
        self._is_dead = True
        raise Killed

    def _answer(self, operation: str, arguments: dict[str, Any]) -> Any:
        answer: Any = getattr(self, xform_name(operation))(arguments)
        return answer

    def send_email(self, arguments: dict[str, Any]) -> Any:
        self.outside.told.append((arguments["Destination"]["ToAddresses"][0], "an email"))
        return {"MessageId": f"e{len(self.outside.told)}"}

    def publish(self, arguments: dict[str, Any]) -> Any:
        self.outside.told.append((arguments["PhoneNumber"], arguments["Message"]))
        return {"MessageId": f"s{len(self.outside.told)}"}

    def invoke(self, arguments: dict[str, Any]) -> Any:
        self.outside.invoked.append((arguments["FunctionName"], _bytes(arguments["Payload"])))
        return {"StatusCode": 202}

    def get_parameter(self, arguments: dict[str, Any]) -> Any:
        if arguments["Name"] not in self.parameters:
            raise ClientError({"Error": {"Code": "ParameterNotFound", "Message": arguments["Name"]}}, "GetParameter")
        return {"Parameter": {"Name": arguments["Name"], "Value": self.parameters[arguments["Name"]]}}

    def get_parameters_by_path(self, arguments: dict[str, Any]) -> Any:
        return {"Parameters": [{"Name": name} for name in self.parameters if name.startswith(arguments["Path"])]}

    def put_object(self, arguments: dict[str, Any]) -> Any:
        self.outside.files[arguments["Key"]] = _bytes(arguments["Body"])
        return {}

    def get_object(self, arguments: dict[str, Any]) -> Any:
        return {"Body": io.BytesIO(self.outside.files[arguments["Key"]])}

    def create_multipart_upload(self, arguments: dict[str, Any]) -> Any:
        upload = f"{arguments['Key']}?{len(self.outside.parts)}"
        self.outside.parts[upload] = {}
        return {"UploadId": upload}

    def _parts(self, arguments: dict[str, Any]) -> dict[int, bytes]:
        if arguments["UploadId"] not in self.outside.parts:  # it is whole already, or was taken away
            raise ClientError({"Error": {"Code": "NoSuchUpload", "Message": ""}}, "Upload")
        return self.outside.parts[arguments["UploadId"]]

    def upload_part(self, arguments: dict[str, Any]) -> Any:
        part = _bytes(arguments["Body"])
        self._parts(arguments)[arguments["PartNumber"]] = part
        return {"ETag": hashlib.md5(part).hexdigest()}

    def complete_multipart_upload(self, arguments: dict[str, Any]) -> Any:
        parts = self._parts(arguments)
        del self.outside.parts[arguments["UploadId"]]
        self.outside.files[arguments["Key"]] = b"".join(
            parts[part["PartNumber"]] for part in arguments["MultipartUpload"]["Parts"]
        )
        return {}

    def abort_multipart_upload(self, arguments: dict[str, Any]) -> Any:
        self.outside.parts.pop(arguments["UploadId"], None)
        return {}


def _refusal(call: Call, code: str, status: int) -> ClientError:
    response: Any = {"Error": {"Code": code, "Message": code}, "ResponseMetadata": {"HTTPStatusCode": status}}
    return ClientError(response, call.operation)


def _tables(operation: str, arguments: dict[str, Any]) -> list[str]:
    if operation == "TransactWriteItems":
        names = {write["TableName"] for item in arguments["TransactItems"] for write in item.values()}
    else:
        names = {arguments["TableName"]} if "TableName" in arguments else set(arguments.get("RequestItems", ()))
    return sorted(name.rpartition("-")[2] for name in names)


def _bytes(body: Any) -> bytes:
    if isinstance(body, str):
        return body.encode()
    return bytes(body) if isinstance(body, bytes | bytearray) else bytes(body.read())
