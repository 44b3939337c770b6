"""A panel's answer about no row: the fact itself, as a condition."""

from __future__ import annotations

from typing import Literal

from resolvers.rules.making import moment
from resolvers.rules.node_base import _Node, date_words
from resolvers.rules.panels import Panel, figures_in
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

    def last_word(self) -> Phrase:
        """Which of several answers counts."""
        figures = (date_words(moment(self.panel.decides)), *figures_in(self.panel.question))
        text = (
            f"On “{self.panel.question}” the first yes is the last word, and so is the first no that is given, or seen "
            f"to stand, at {figures[0]} or later; an earlier no is about the time before it"
        )
        return Phrase(text, figures)
