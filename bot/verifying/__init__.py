"""Walking every decision back to its bytes, and everything that was done back to the record of it (law 10)."""

from bot.verifying.walking import BrokenDecision, Verified, verify

__all__ = ["BrokenDecision", "Verified", "verify"]
