"""Put fits into boards, and boards into JSON and CSV."""
