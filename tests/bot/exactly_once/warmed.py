"""What every process would make anew and all alike, made before they fork: the commands, the trusted authorities."""

from __future__ import annotations

import gc

from bot.cli import command
from resolvers.tls import trusted

command()
trusted()
gc.collect()
gc.freeze()  # no child's collector walks over what they all share, or each would copy it to note that it did
