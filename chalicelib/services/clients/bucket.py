"""The stack's bucket: files in parts, and links that end soon."""

import datetime as dt
import io
import os
from functools import cache
from typing import Any, Final

from botocore.config import Config
from botocore.exceptions import BotoCoreError, ClientError

from chalicelib.services.clients.aws import client

PART_BYTES: Final = 8 * 1024 * 1024
"""Bytes of a part; S3 takes 10,000 parts of at least 5 MB."""
LINK_LASTS = dt.timedelta(seconds=60)
_TEMPORARY: Final = frozenset(("NoSuchUpload", "RequestTimeout", "SlowDown", "Throttling", "ThrottlingException"))
_PATIENCE = Config(
    connect_timeout=3, read_timeout=30, retries={"total_max_attempts": 3}, s3={"addressing_style": "path"}
)


class BucketUnavailable(Exception):
    """S3 failed, or its answer was lost.

    The file is not there, or not known to be.
    """


class BucketRefused(BucketUnavailable):
    """S3 will refuse it another time too."""


class Upload(io.RawIOBase):
    """A file in the bucket: written once, and there whole or not.

    Leaving it by an exception takes its parts away again.
    """

    def __init__(self, key: str, content_type: str, name: str) -> None:
        super().__init__()
        self.size = 0
        self._key, self._parts, self._waiting = key, list[dict[str, Any]](), bytearray()
        named = {"ContentType": content_type, "ContentDisposition": f'attachment; filename="{name}"'}
        self._id = _call("create_multipart_upload", Key=key, **named)["UploadId"]

    def writable(self) -> bool:
        """Whether it can be written to."""
        return True

    def write(self, written: Any) -> int:
        """Take bytes; raises BucketUnavailable."""
        self._waiting += written
        self.size += len(written)
        while len(self._waiting) >= PART_BYTES:
            self._send(PART_BYTES)
        return len(written)

    def finish(self) -> None:
        """Make the file whole; raises BucketUnavailable."""
        self._send(len(self._waiting))
        parts = {"Parts": self._parts}
        _call("complete_multipart_upload", Key=self._key, UploadId=self._id, MultipartUpload=parts)

    def abandon(self) -> None:
        """Take the parts away; raises BucketUnavailable."""
        _call("abort_multipart_upload", Key=self._key, UploadId=self._id)

    def _send(self, size: int) -> None:
        part, self._waiting = bytes(self._waiting[:size]), self._waiting[size:]
        number = len(self._parts) + 1
        tag = _call("upload_part", Key=self._key, UploadId=self._id, PartNumber=number, Body=part)["ETag"]
        self._parts.append({"PartNumber": number, "ETag": tag})


def put(key: str, content: bytes) -> None:
    """Store a small file; raises BucketUnavailable."""
    _call("put_object", Key=key, Body=content)


def get(key: str) -> bytes:
    """Return a small file; raises BucketUnavailable."""
    content: bytes = _call("get_object", Key=key)["Body"].read()
    return content


def files_under(prefix: str) -> list[str]:
    """Return the keys of all files under a prefix; raises BucketUnavailable."""
    keys: list[str] = []
    following: dict[str, str] = {}
    while True:
        answer = _call("list_objects_v2", Prefix=prefix, **following)
        keys += [stored["Key"] for stored in answer.get("Contents", ())]
        if not answer.get("IsTruncated"):
            return keys
        following = {"ContinuationToken": answer["NextContinuationToken"]}


def delete(key: str) -> None:
    """Delete a file, whether it is there or not; raises BucketUnavailable."""
    _call("delete_object", Key=key)


def link_to(key: str) -> str:
    """Return a link to a file, for anybody, for a minute."""
    named = {"Bucket": _bucket(), "Key": key}
    link: str = _s3().generate_presigned_url("get_object", Params=named, ExpiresIn=int(LINK_LASTS.total_seconds()))
    return link


def _call(operation: str, **named: Any) -> dict[str, Any]:
    try:
        answer: dict[str, Any] = getattr(_s3(), operation)(Bucket=_bucket(), **named)
    except ClientError as fault:
        if _passes(fault):
            raise BucketUnavailable(str(fault)) from fault
        raise BucketRefused(str(fault)) from fault
    except BotoCoreError as fault:
        raise BucketUnavailable(str(fault)) from fault
    return answer


def _passes(fault: ClientError) -> bool:
    """Tell whether a fault may pass by itself.

    An upload that is not there was finished by a call whose answer was lost, or taken away: it begins anew.
    """
    response: Any = fault.response
    status = response.get("ResponseMetadata", {}).get("HTTPStatusCode", 0)
    return status >= 500 or response["Error"]["Code"] in _TEMPORARY


@cache
def _s3() -> Any:
    return client("s3", _PATIENCE)


def _bucket() -> str:
    return os.environ["BAYKOO_BUCKET"]
