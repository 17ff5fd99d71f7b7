"""Described gateways, and what is handed to them."""

FIELDS = {"id": "77", "from": "996700123456", "to": "4455", "text": "OP 1234 A1"}
FORM = "application/x-www-form-urlencoded"
CODED = {
    "body": "form",
    "text": {"charset_field": "coding", "charsets": {"0": "gsm-7", "3": "latin-1", "8": "utf-16-be"}},
}
EVENTS = {
    "when": {"event": ["in", 7], "sim": True},
    "ignore": [{"event": "ping"}, {"direction": ["O"], "event": "in"}],
    "receipts": {"when": {"event": "dlr"}, "id": "id", "state": "status", "delivered": "D", "failed": ["F", 2]},
}
DISPOSITION = 'Content-Disposition: form-data; name="{}"'
