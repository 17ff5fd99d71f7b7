"""One row of a table, which notes what is wrong with it."""

from collections.abc import Mapping
from dataclasses import dataclass

from chalicelib.observation.election_file.problems import Findings, Problem


@dataclass(frozen=True, slots=True)
class Row:
    """A row of a table: file, line, and cells by column."""

    file: str
    line: int
    cells: Mapping[str, str]
    findings: Findings

    def error(self, column: str, message: str) -> None:
        """Note a mistake in a cell."""
        self.findings.problems.append(Problem(self.file, self.line, column, message))

    def warning(self, column: str, message: str) -> None:
        """Note what is allowed in a cell but should be looked at."""
        self.findings.warnings.append(Problem(self.file, self.line, column, message))

    def __getitem__(self, column: str) -> str:
        return self.cells.get(column, "")

    def required(self, column: str) -> str:
        """Return a cell that must not be empty."""
        value = self[column]
        if not value:
            self.error(column, "this cell is empty; fill it in")
        return value
