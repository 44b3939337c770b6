"""The card of a plan: what would change on Manifold, what it costs, its checksum, and two buttons; pure."""

from __future__ import annotations

from typing import Any

from bot.discord.cards_message import EMBED, Button, Rendered, lines, size, when
from bot.discord.text import code, plain, safe
from bot.say import many
from bot.store.plan_cards import PlanCard

STATES = {
    "open": ("WAITING for a reviewer", 0x1F5FBF),
    "approved": ("APPROVED; it is being carried out", 0x2E7D4F),
    "applied": ("APPLIED", 0x5B6472),
    "refused": ("REFUSED; another plan is made when the files change", 0xB3261E),
    "stale": ("STALE: files or Manifold have moved on", 0x5B6472),
}
MOST_LINES = 40


def render(plan: PlanCard, role: int | None = None) -> Rendered:
    """The message that shows a plan as it is now."""
    most = MOST_LINES
    embed = _embed(plan, most)
    while size(embed) > EMBED:
        most -= 1
        embed = _embed(plan, most)
    ping = f"<@&{role}> " if role and plan.state == "open" else ""
    return Rendered(
        content=f"{ping}Plan for {safe(plan.debate, 80)}: {many(plan.changes, 'change')}, {plan.cost_mana:f} mana",
        embed=embed,
        buttons=_buttons(plan),
        mentions=(role,) if role else (),
        mark=mark(plan.id),
        final=plan.closed_at is not None,
    )


def mark(number: int) -> str:
    """How the footer of a plan's card begins."""
    return f"plan {number} r"


def _embed(plan: PlanCard, most: int) -> dict[str, Any]:
    said, colour = STATES[plan.state]
    by = f" by {safe(plan.by, 60)}" if plan.by else ""
    told = [f"State: {said}{by}", f"Costs {plan.cost_mana:f} mana", f"Made {when(plan.made_at)}"]
    told += [f"Because: {safe(plan.because, 300)}"] if plan.because else []
    rest = max(0, plan.changes - most)
    changes = [f"• {safe(line, 160)}" for line in plan.lines[:most]]
    parts = [("Changes", changes or ["nothing changes"]), ("It cannot be approved as it is", _told(plan.refusals))]
    parts += [("Waiting", _told(plan.waiting)), ("Wrong with the files just now", _told(plan.faults))]
    return {
        "title": plain(f"Plan {plan.checksum[:12]}", 100),
        "description": "\n".join(told),
        "color": colour,
        "fields": [
            {"name": name, "value": lines(part, 1000, rest if name == "Changes" else 0), "inline": False}
            for name, part in parts
            if part
        ],
        "footer": {"text": f"{mark(plan.id)}{plan.revision} · checksum {plan.checksum[:12]}"},
    }


def _told(texts: tuple[str, ...]) -> list[str]:
    return [f"• {safe(text, 300, commands=True)}" for text in texts]


def _buttons(plan: PlanCard) -> tuple[Button, ...]:
    if plan.state != "open":
        return ()
    where = f"{plan.id}:{plan.revision}"
    refuse = Button("Refuse…", "danger", f"r1:plan-refuse:{where}")
    return (refuse,) if plan.refusals else (Button("Approve plan", "success", f"r1:plan-approve:{where}"), refuse)


def confirmation(plan: PlanCard) -> str:
    """What approving it means, before it is done."""
    return (
        f"Approve plan {code(plan.checksum[:12], 30)}: {many(plan.changes, 'change')} on Manifold for "
        f"{plan.cost_mana:f} mana? It is carried out by this very checksum."
    )
