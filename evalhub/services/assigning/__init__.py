"""Hand out pairs as leases that expire, never more of a pair than its overlap."""
