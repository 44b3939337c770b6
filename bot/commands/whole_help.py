"""`--help` of commands that have commands: the first sentence of each, whole, on as many lines as it takes."""

from __future__ import annotations

from typing import Any

from typer.core import TyperGroup

A_SENTENCE = 400
"""Characters that are enough for any; Typer's own list cuts each off where the line ends."""


class WholeHelp(TyperGroup):
    """A group whose list of commands can be read on a narrow terminal too."""

    def format_commands(self, ctx: Any, formatter: Any) -> None:
        there = [(name, self.get_command(ctx, name)) for name in self.list_commands(ctx)]
        rows = [(name, one.get_short_help_str(A_SENTENCE)) for name, one in there if one is not None and not one.hidden]
        with formatter.section("Commands"):
            formatter.write_dl(rows)
