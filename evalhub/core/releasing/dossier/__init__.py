"""Document a release for an auditor: every figure with its method, n and interval, or a reason."""
