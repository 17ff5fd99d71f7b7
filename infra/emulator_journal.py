"""Keep the emulator's state when its process dies, in whatever way.

Runs in the emulator's process, under its own Python. ministack 1.5.33 keeps its state at a clean exit alone. Here every
request's rows of DynamoDB are in a file before it is answered, a line per request, so that a transaction is there whole
or not at all. SIGKILL takes nothing of what a process has handed to the operating system, so nothing is synced; where
the machine itself loses its power, the last seconds may be missing. What else changes in a run (settings, files, SMS
that were sent) is as it was a second before, or longer where much was sent; the tables' streams and emails that were
sent are not kept. What the streams had not brought yet, sweep finds.
"""

import functools
import json
import os
import threading
import time
from collections.abc import Callable, Coroutine
from pathlib import Path
from typing import Any

import ministack.app as emulator  # type: ignore[import-not-found]
from ministack.core import persistence  # type: ignore[import-not-found]
from ministack.services import dynamodb, lambda_svc  # type: ignore[import-not-found]

ROWS = "rows"
WANTED = "wanted"
"""A file by which whoever started the emulator asks that everything be kept now; it is removed once that is done."""
CHANGING = ("s3", "ses", "sns", "sqs", "ssm")
"""What functions and people change in a run, beside rows; all else changes by a deployment."""
KEPT_EVERY_SECONDS = 1.0
MOST_OF_THE_TIME = 0.05
"""The share of the time that may be spent on it: what was sent grows, and is written whole each time."""
LOOKED_EVERY_SECONDS = 0.1

Row = tuple[str, str, str, Any, Any, Any]
"""Account, region, table, the keys' values, and the item, None where it was removed."""
_Handler = Callable[..., Coroutine[Any, Any, Any]]


class Journal:
    """The file of rows. Appended to by whichever thread changes a table."""

    def __init__(self, folder: Path) -> None:
        self._path = folder / ROWS
        self._file = -1
        self._request = threading.local()

    def replay(self) -> None:
        """Put every row that was kept into its table.

        The file begins anew from the tables. A last line that was cut short was never answered.
        """
        lines = self._path.read_bytes().split(b"\n")[:-1] if self._path.exists() else []
        for line in lines:
            for account, region, name, partition, sort, item in json.loads(line):
                table = dynamodb._tables.get_scoped(account, region, name)
                if table is not None and item is None:
                    dynamodb._remove_item(table, partition, sort)
                elif table is not None:
                    dynamodb._set_item(table, partition, sort, item)
        making = self._path.with_suffix(".making")
        with making.open("wb") as compact:
            for (account, region, name), table in dynamodb._tables.all_items():
                for partition, items in table["items"].items():
                    rows: list[Row] = [(account, region, name, partition, sort, item) for sort, item in items.items()]
                    compact.write(_line(rows))
        making.rename(self._path)
        self._file = os.open(self._path, os.O_WRONLY | os.O_APPEND)

    def note(self, table: dict[str, Any], partition: Any, sort: Any, item: Any) -> None:
        """Note a changed row; its request's are written together."""
        if self._file < 0:
            return
        _, _, _, region, account, name = table["TableArn"].split(":", 5)
        row = (account, region, name.removeprefix("table/"), partition, sort, item)
        rows: list[Row] | None = getattr(self._request, "rows", None)
        if rows is None:  # no request's, as a row that has expired
            self._append([row])
        else:
            rows.append(row)

    def requests_of(self, handle: _Handler) -> _Handler:
        """Wrap the handler of requests.

        What one changes is written before it is answered.
        """

        @functools.wraps(handle)
        async def handled(*request: Any) -> Any:
            self._request.rows = []
            try:
                return await handle(*request)
            finally:
                rows, self._request.rows = self._request.rows, None
                self._append(rows)

        return handled

    def _append(self, rows: list[Row]) -> None:
        left = _line(rows)
        while left:
            left = left[os.write(self._file, left) :]


def _line(rows: list[Row]) -> bytes:
    return json.dumps(rows, ensure_ascii=False, separators=(",", ":")).encode() + b"\n" if rows else b""


def keep(folder: Path) -> None:
    """Load what a folder keeps once the emulator starts, and keep on."""
    journal = Journal(folder)
    load, set_item, remove_item = emulator._load_persisted_state, dynamodb._set_item, dynamodb._remove_item

    def load_all() -> None:
        load()
        lambda_svc._dynamodb_stream_positions._data.clear()  # they count in streams that are gone
        journal.replay()
        threading.Thread(target=_keep_on, args=(folder, emulator._MAIN_LOOP), daemon=True).start()

    def noted_set(table: dict[str, Any], partition: Any, sort: Any, item: Any) -> Any:
        before = set_item(table, partition, sort, item)
        journal.note(table, partition, sort, item)
        return before

    def noted_removal(table: dict[str, Any], partition: Any, sort: Any) -> Any:
        before = remove_item(table, partition, sort)
        journal.note(table, partition, sort, None)
        return before

    emulator._load_persisted_state = load_all
    dynamodb._set_item, dynamodb._remove_item = noted_set, noted_removal
    dynamodb.handle_request = journal.requests_of(dynamodb.handle_request)


def _keep_on(folder: Path, loop: Any) -> None:
    """Keep what changes each second, and everything where that is asked for.

    On the loop that answers requests, so that no request is kept in half.
    """
    request_file, next_at = folder / WANTED, time.monotonic()
    while True:
        time.sleep(LOOKED_EVERY_SECONDS)
        is_wanted = request_file.exists()
        if not is_wanted and time.monotonic() < next_at:
            continue
        done = threading.Event()
        begun = time.monotonic()
        loop.call_soon_threadsafe(_keep_now, is_wanted, done)
        done.wait()
        ended = time.monotonic()
        next_at = ended + max(KEPT_EVERY_SECONDS, (ended - begun) / MOST_OF_THE_TIME)
        if is_wanted:
            request_file.unlink()


def _keep_now(is_all: bool, done: threading.Event) -> None:
    states = emulator._build_persistence_save_dict() | {"dynamodb": _tables_without_rows}
    persistence.save_all({name: state for name, state in states.items() if is_all or name in CHANGING})
    done.set()


def _tables_without_rows() -> dict[str, Any]:
    """Return DynamoDB's state as ministack keeps it, but for the rows."""
    rows = {scope: table["items"] for scope, table in dynamodb._tables._data.items()}
    try:
        for table in dynamodb._tables._data.values():
            table["items"] = {}
        state: dict[str, Any] = dynamodb.get_state()
    finally:
        for scope, items in rows.items():
            dynamodb._tables._data[scope]["items"] = items
    return state
