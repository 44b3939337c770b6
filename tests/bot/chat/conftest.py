"""What chat tests share: the bundled debates over empty stores, and the answers to each table, found once a session."""

from __future__ import annotations

import functools

import pytest
from asking_builders import Answers, answers, argued

from bot.chat.store_tools import StoreTools


@pytest.fixture(scope="session")
def tools(tmp_path_factory: pytest.TempPathFactory) -> dict[str, StoreTools]:
    """Both debates over empty stores: understanding is told apart from knowing."""
    return {name: argued(tmp_path_factory.mktemp(name), name) for name in ("predictors-vs-agents", "replay")}


@pytest.fixture(scope="session")
def predictors(tools: dict[str, StoreTools]) -> StoreTools:
    """The live debate alone."""
    return tools["predictors-vs-agents"]


@pytest.fixture(scope="session")
def answered(tools: dict[str, StoreTools]) -> Answers:
    """Every line of a table with its answer; a table is asked through once, however many tests look at it."""
    return functools.cache(lambda table: tuple(answers(tools, table)))
