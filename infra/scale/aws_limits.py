"""AWS's limits as its documentation tells them (read in November 2026).

Times that no machine of ours can measure stand here too.

Conservatively without what AWS gives at best: no burst capacity, no split of a hot partition, no raised quota.
"""

PARTITION_WRITE_UNITS = 1_000
"""Write units a second of one partition, and so of one key (DynamoDB, "Partitions")."""
PARTITION_READ_UNITS = 3_000
NEW_TABLE_WRITE_UNITS = 4_000
"""What a new on-demand table takes without warm throughput (DynamoDB, "On-demand capacity mode")."""
ACCOUNT_CONCURRENCY = 1_000
"""Lambda's concurrent executions per account and region (Lambda, "Quotas"); a new account may have 10."""
CONCURRENCY_GROWTH = 1_000
"""By how many executions one function may grow in GROWTH_SECONDS (Lambda, "Scaling behavior")."""
GROWTH_SECONDS = 10
SSM_REQUESTS = 40
"""GetParameter and its kin a second; 10,000 with higher throughput (Systems Manager, "Quotas")."""
SNS_SMS = 20
"""SMS a second of an account in most regions (SNS, "Quotas")."""
MEMORY_PER_CPU_MB = 1_769
"""Memory at which a function has one whole processor (Lambda, "Memory")."""

REQUEST_SECONDS = 0.005
"""A read or conditional put ("single-digit milliseconds")."""
TRANSACTION_SECONDS = 0.02
"""A transaction of six rows in three tables, during which it holds them."""
STREAM_SECONDS = 0.25
"""From a write until a poller of the stream has it (Lambda polls four times a second)."""
RETRY_AFTER_SECONDS = 5.0
"""When a provider hands an SMS in again that was answered 503: the template's Retry-After."""
LONGEST_RETRY_SECONDS = 300.0
"""How long a provider waits at most before it hands an SMS in again."""
