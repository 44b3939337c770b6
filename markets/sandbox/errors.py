"""How the sandbox refuses: an HTTP status with the message and details the real server gives."""

from __future__ import annotations

from typing import Any

UNEXPECTED = "An unexpected error occurred. Please try again, and report it if it persists."


class Refusal(Exception):
    """An answer other than 200; details are the schema faults of a 400."""

    def __init__(self, status: int, message: str, details: list[dict[str, Any]] | None = None) -> None:
        super().__init__(message)
        self.status = status
        self.message = message
        self.details = details

    def body(self) -> dict[str, Any]:
        """The JSON body of the answer."""
        if self.details is None:
            return {"message": self.message}
        return {"message": self.message, "details": self.details}


def unexpected() -> Refusal:
    """The 500 the real server gives for anything it did not foresee."""
    return Refusal(500, UNEXPECTED)


def invalid(details: list[dict[str, Any]]) -> Refusal:
    """The 400 of a request that does not fit its schema."""
    return Refusal(400, "Error validating request.", details)
