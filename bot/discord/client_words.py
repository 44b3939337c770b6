"""Sentences that more than one part of the client says."""

OLD_CARD = "This is a button of an older Crux; use /review show to see the card as it is now."
