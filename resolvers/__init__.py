"""What happened and what it means: evidence in, verdicts out. Pure, apart from `fetch`."""
