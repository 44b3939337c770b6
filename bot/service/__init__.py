"""The service: one process, one loop, one file of state; what runs when, and what it is told by."""
