"""A panel's answer about no row: the fact itself, as a condition."""

from __future__ import annotations

from typing import Literal

from resolvers.rules.node_base import _Node
from resolvers.rules.panels import Panel
from resolvers.rules.phrase import Phrase


class PanelFact(_Node):
    """People answer a written question about the world, where no source has a row for it.

    True from a yes on (as far back as the panel had time to answer), false up to a no, and open in between: what was
    not so yet in spring may come true in summer. The first no that is given at T or later is the last word.

    Example:
        resolve:
          yes:
            panel:
              question: Has a listed lab offered a product whose main job is forecasting before 2029?
              limbs: {product: It has a name and anyone can sign up for it., forecasting: Its page says so first.}
    """

    kind: Literal["panel"] = "panel"
    panel: Panel

    def _say(self) -> Phrase:
        return self.panel.asked()
