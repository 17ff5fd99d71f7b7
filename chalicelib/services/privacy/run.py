"""Go through rows of some elections, and change each once.

A row changes by one conditional write on what was read of it.
"""

import datetime as dt
from collections import Counter, defaultdict
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Final

from chalicelib.observation.ledger.entries import report_key
from chalicelib.services.clients.retry import until_uncontended
from chalicelib.services.privacy.clean import Scope
from chalicelib.services.privacy.personal import KEYS
from chalicelib.services.privacy.scrub import scrubbed
from chalicelib.store import raw_rows
from chalicelib.store.election_rewrite import StoredElection
from chalicelib.store.raw_rows import Item
from chalicelib.store.tables import Contended

SEALED: Final = ("reports", "messages")
"""Tables whose rows the ledger is over."""
EVERY_LEDGER: Final = ""
OnPage = Callable[[str, int], None]


@dataclass(slots=True)
class Run:
    """One run over some elections' rows; it `is_done` or only counted.

    `sealed`: keys of changed rows as the ledgers have them, by election.
    """

    elections: Mapping[str, StoredElection]
    is_everywhere: bool
    is_done: bool
    now: dt.datetime
    on_page: OnPage
    rows: Counter[str] = field(default_factory=Counter)
    sealed: defaultdict[str, set[str]] = field(default_factory=lambda: defaultdict(set))

    def reaches(self, table: str, row: Item) -> bool:
        """Whether a row is of the run's elections, or of none.

        One of none may lead to their messages.
        """
        if self.is_everywhere:
            return True
        election_id = election_of(table, row)
        return table in ("messages", "providers", "accounts") if election_id is None else election_id in self.elections

    def pages(self, table: str) -> Iterator[Sequence[Item]]:
        """Yield a table's rows that the run is about."""
        for page in raw_rows.pages(table):
            yield [row for row in page.rows if self.reaches(table, row)]

    def go_through(self, table: str, scope_of: Callable[[Item], Scope | None]) -> None:
        """Change every row of a table that tells of somebody."""
        for rows in self.pages(table):
            for row in rows:
                scope = scope_of(row)
                self.rows[table] += scope is not None and self._changed(table, row, scope)
            self.on_page(table, self.rows[table])

    def _changed(self, table: str, row: Item, scope: Scope) -> bool:
        if table in SEALED and scrubbed(table, row, scope):
            self._note_sealed(table, row)
        if not self.is_done:
            return bool(scrubbed(table, row, scope))
        key = {name: row[name] for name in KEYS[table]}
        current: Item | None = row

        def attempt() -> bool:
            nonlocal current
            change = scrubbed(table, current, scope) if current is not None else None
            if not change or current is None:
                return False
            if change.moved_to is not None:
                raw_rows.put_all(table, [change.moved_to])
            if change.is_deleted:
                raw_rows.delete_all(table, [key])
            elif not raw_rows.change(table, key, current, change.sets, change.removes):
                current = raw_rows.get(table, key)
                raise Contended(f"{table}: a row changed meanwhile")
            return True

        return until_uncontended(attempt, what=f"a row of {table}")

    def _note_sealed(self, table: str, row: Item) -> None:
        if table == "messages":
            self.sealed[EVERY_LEDGER].add(str(row["key"]["S"]))
            return
        election_id, _, station = str(row["station"]["S"]).partition("#")
        self.sealed[election_id].add(report_key(station, str(row["form"]["S"])))


def election_of(table: str, row: Item) -> str | None:
    """Return a row's election, None where it has none."""
    if table in ("messages", "operators"):
        return str(row["election"]["S"]) if "election" in row else None
    if table == "providers":
        return None
    partition = str(row[KEYS[table][0]]["S"])
    if table == "accounts" and partition.startswith(("address#", "attempts#")):
        return str(row["id"]["S"]) if partition.startswith("address#") and row["id"]["S"] != "proof" else None
    parts = partition.split("#")
    return parts[1] if table == "work" and parts[0] in ("action", "feed") else parts[0]
