"""The ledger's arithmetic: canonical rows, Merkle trees, chained roots."""
