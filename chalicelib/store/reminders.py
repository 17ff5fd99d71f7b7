"""A reminder is queued only while the report that it asks for is as it was read: one transaction holds both."""

from botocore.exceptions import BotoCoreError
from pynamodb.exceptions import TransactWriteError
from pynamodb.transactions import TransactWrite

from chalicelib.observation.election import Election
from chalicelib.store.messages import Message
from chalicelib.store.outcome import Contended, ReportChanged
from chalicelib.store.reports import ReportRow, StoredReport, to_row
from chalicelib.store.tables import StoreUnavailable


def queue_while_unchanged(election: Election, stored: StoredReport, reminder: Message) -> bool:
    """Queue a reminder once. False if it was queued before; raises ReportChanged, Contended, StoreUnavailable."""
    row = to_row(election, stored)
    unchanged = ReportRow.version == stored.version if stored.version else ReportRow.station.does_not_exist()
    try:
        with TransactWrite(connection=Message._get_connection().connection) as transaction:
            transaction.condition_check(ReportRow, row.station, row.form, condition=unchanged)
            transaction.save(reminder, Message.key.does_not_exist())
    except TransactWriteError as error:
        codes = [reason.code if reason is not None else None for reason in error.cancellation_reasons]
        if codes[:1] == ["ConditionalCheckFailed"]:
            raise ReportChanged from error
        if codes[1:] == ["ConditionalCheckFailed"]:
            return False
        if "TransactionConflict" in codes:
            raise Contended from error
        raise StoreUnavailable(str(error)) from error
    except BotoCoreError as error:
        raise StoreUnavailable(str(error)) from error
    return True
