"""The process: memory, clock and people. Everything below it is pure or asks for what it needs."""
