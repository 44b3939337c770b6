"""What every process would make anew and all alike, made before they fork: the commands, the trusted authorities."""

from __future__ import annotations

import gc
import sys
import urllib.request
from importlib.util import find_spec

from bot.cli import command
from markets.pausing import put_out_of_sight
from resolvers.tls import trusted

command()
trusted()
urllib.request.install_opener(urllib.request.build_opener())  # as its first request would
if find_spec("sniffio") is None:
    sys.modules["sniffio"] = None  # type: ignore[assignment]  # or httpcore searches for it at each of its locks
gc.collect()
put_out_of_sight()  # no child's collector walks over what they all share, or each would copy it to note that it did
