"""Select what to ask next: plan it in batches, and show it with what it would settle."""
