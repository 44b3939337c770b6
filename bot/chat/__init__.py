"""Plain words answered without a model: which market is meant, what is asked of it, and what the store says."""
