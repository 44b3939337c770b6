"""How a rule would have behaved on history: its verdict on every day, what turned it, what later revisions undid."""
