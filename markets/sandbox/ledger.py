"""Moving mana: every change of a balance that Manifold keeps in its ledger goes through here."""

from __future__ import annotations

from dataclasses import replace

from markets.sandbox.entities import BANK, Json, Txn
from markets.sandbox.state import State


def change_balance(state: State, user_id: str, mana: float) -> None:
    """Add mana to (or, negative, take it from) an account."""
    account = state.accounts[user_id]
    state.accounts.put(replace(account, balance=account.balance + mana))


def record(
    state: State,
    now: int,
    category: str,
    amount: float,
    source: str,
    target: str,
    *,
    description: str | None = None,
    extra: Json | None = None,
) -> Txn:
    """Write one ledger row and move its mana between the accounts among source and target."""
    txn = Txn(
        id=state.new_id(state.txns, 8),
        amount=amount,
        from_id=source,
        to_id=target,
        from_type=_kind(state, source),
        to_type=_kind(state, target),
        category=category,
        created_time=now,
        description=description,
        extra=extra,
    )
    if txn.from_type == "USER":
        change_balance(state, source, -amount)
    if txn.to_type == "USER":
        change_balance(state, target, amount)
    return state.txns.put(txn)


def _kind(state: State, party: str) -> str:
    if party == BANK:
        return "BANK"
    return "USER" if party in state.accounts.rows else "CONTRACT"
