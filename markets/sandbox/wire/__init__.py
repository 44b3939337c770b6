"""The HTTP side of the contract: what requests may look like and how values are written."""
