"""What a test may order to go wrong."""

from __future__ import annotations

import re
from collections.abc import Callable
from dataclasses import dataclass
from typing import Literal

from discord_server.sessions import Sessions

Fault = Literal["answer", "lose", "cut", "slow"]


@dataclass
class Order:
    """The next `times` requests of this method whose path (without `/api/v10`) matches go wrong in one way."""

    fault: Fault
    method: str
    path: re.Pattern[str]
    times: int
    status: int = 0
    code: int = 0
    seconds: float = 0.0
    via: bool = True
    everywhere: bool = False

    def wants(self, method: str, path: str) -> bool:
        return self.times > 0 and self.method in (method, "*") and self.path.search(path) is not None


class Faults:
    """Orders in force; nothing goes wrong unless it is ordered here."""

    def __init__(self, sessions: Sessions, listen: Callable[[bool], None]) -> None:
        self._sessions, self._listen = sessions, listen
        self._orders: list[Order] = []
        self.met: list[str] = []
        """Requests that met an order, as 'answer 429 POST /channels/1/messages'."""
        self.is_rest_down = False
        self.is_login_refused = False
        self.identify_code: int | None = None
        self.is_session_invalid = False

    def answer(
        self, method: str, path: str, status: int, *, times: int = 1, code: int = 0, retry_after_s: float = 0.05,
        via: bool = True, everywhere: bool = False,
    ) -> None:  # fmt: skip
        """Answer `status` and do nothing. A 429 has Retry-After; without `via` it looks like Cloudflare's."""
        order = Order("answer", method, re.compile(path), times, status, code, retry_after_s, via, everywhere)
        self._orders.append(order)

    def lose(self, method: str, path: str, *, times: int = 1) -> None:
        """Do what was asked, then cut the socket instead of answering."""
        self._orders.append(Order("lose", method, re.compile(path), times))

    def cut(self, method: str, path: str, *, times: int = 1) -> None:
        """Cut the socket and do nothing."""
        self._orders.append(Order("cut", method, re.compile(path), times))

    def slow(self, method: str, path: str, seconds: float, *, times: int = 1) -> None:
        """Do it and answer, `seconds` later."""
        self._orders.append(Order("slow", method, re.compile(path), times, seconds=seconds))

    def rest_down(self) -> None:
        """Cut every REST request until `rest_up`."""
        self.is_rest_down = True

    def rest_up(self) -> None:
        self.is_rest_down = False

    def drop_gateway(self, code: int = 4000) -> None:
        """Close the connections; clients may RESUME and get what they missed."""
        self._sessions.close(code)

    def invalidate_sessions(self) -> None:
        """Close the connections and answer the next RESUME with INVALID_SESSION, so that clients identify anew."""
        connected = self._sessions.connected
        self._sessions.close(4000)
        for session in connected:
            self._sessions.all.pop(session.id, None)

    def gateway_down(self) -> None:
        """Close the connections and refuse new ones until `gateway_up`."""
        self._listen(False)
        self._sessions.close(1001)

    def gateway_up(self) -> None:
        self._listen(True)

    def refuse_login(self, refused: bool = True) -> None:
        """Every request with the token is answered 401, every IDENTIFY 4004."""
        self.is_login_refused = refused
        self.identify_code = 4004 if refused else None

    def refuse_identify(self, code: int | None = 4014) -> None:
        """Close with this code on every IDENTIFY (4014: an intent that is not switched on); None ends it."""
        self.identify_code = code

    def heal(self) -> None:
        """Nothing goes wrong any more."""
        self._orders.clear()
        self.rest_up()
        self.refuse_login(False)
        self.gateway_up()

    def next_for(self, method: str, path: str) -> Order | None:
        """The order that this request meets, used up by one."""
        for order in self._orders:
            if order.wants(method, path):
                order.times -= 1
                self.met.append(f"{order.fault} {order.status or ''} {method} {path}".replace("  ", " "))
                return order
        return None
