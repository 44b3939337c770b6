"""The lint: what is weak about criteria before anybody bets on them. `run.py` runs it; a module for each family."""
