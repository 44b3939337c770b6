"""What every process would make anew and all alike, made before they fork: the commands, the trusted authorities."""

from __future__ import annotations

from bot.cli import command
from resolvers.tls import trusted

command()
trusted()
