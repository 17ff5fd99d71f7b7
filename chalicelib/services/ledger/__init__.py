"""The ledger: seal each hour's rows, prove one, verify all, forget some."""
