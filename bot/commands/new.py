"""`crux new market`: a market's file from answers, each checked at once, with what its figure shows today."""

from __future__ import annotations

import sys
from collections.abc import Callable
from dataclasses import dataclass, replace
from datetime import timedelta
from pathlib import Path
from shlex import quote
from typing import TYPE_CHECKING, Annotated, Any

import typer

from bot import say
from bot.commands.options import Debate, Json
from bot.commands.whole_help import WholeHelp
from resolvers.errors import Fault, InputFault, Refusal

if TYPE_CHECKING:
    from bot.app import App
    from bot.backtesting import Backtest
    from bot.drafting import Current, Drafting
    from markets.drafting import Answers
    from markets.spec import MarketSpec

MOST_BROKEN = 3
"""Faults of other files that are told before a draft; `crux check` tells all."""

group = typer.Typer(
    help="A new file, drafted from answers.", cls=WholeHelp, no_args_is_help=True, rich_markup_mode=None
)


def register(app: typer.Typer) -> None:
    app.add_typer(group, name="new")


@group.callback()
def new() -> None:
    """A new file, drafted from answers."""


@group.command()
def market(
    slug: Annotated[str, typer.Option(help="The market's name for life: 3 to 60 of a-z, 0-9 and dash.")] = "",
    question: Annotated[str, typer.Option(help="What traders are asked, at most 120 characters.")] = "",
    source: Annotated[str, typer.Option(help="Where to look: a source, or a view of one as SOURCE.VIEW.")] = "",
    metric: Annotated[str, typer.Option(help="Which of its columns.")] = "",
    how: Annotated[str, typer.Option(help="max, min, count, distinct, sum, mean, median, first, last, total.")] = "",
    threshold: Annotated[str, typer.Option(help="With its unit, as 85% or '> 3 points'.")] = "",
    closes: Annotated[str, typer.Option("--closes", "--by", help="When it ends and is decided, as 2028-01-01.")] = "",
    opens: Annotated[str, typer.Option(help="When it opens; tomorrow if not said.")] = "",
    hold: Annotated[str, typer.Option(help="How long it has to stay so, as 7 days; at all if not said.")] = "",
    subsidy: Annotated[str, typer.Option(help="Mana we add.")] = "",
    claim: Annotated[str, typer.Option(help="The claim of the debate that it tests.")] = "",
    if_true: Annotated[str, typer.Option(help="How likely YES is if the claim is true, inside (0, 1).")] = "",
    if_false: Annotated[str, typer.Option(help="How likely YES is if it is not.")] = "",
    debate: Debate = None,
    json: Json = False,
) -> None:
    """Draft a yes-or-no market on a figure of a source; asks for what is missing where there is a terminal."""
    from bot.app import opened_app
    from bot.drafting import Drafting
    from markets.drafting import Answers

    typed = {
        "slug": slug, "question": question, "source": source, "metric": metric, "how": how, "threshold": threshold,
        "closes": closes, "opens": opens, "hold": hold, "subsidy": subsidy, "claim": claim, "if_true": if_true,
        "if_false": if_false,
    }  # fmt: skip
    for name, text in typed.items():
        if not text.isprintable():
            raise Refusal(f"{_option(name)}: has characters that cannot be printed: type it anew, in one line")
    answers = Answers(**{name: text.strip() for name, text in typed.items() if text.strip()})
    with opened_app(debate, whole=False) as app:
        _warn(app)
        drafting = Drafting(app)
        _check_begun(drafting)
        missing = answers.missing(claims=drafting.claims is not None)
        if missing and (json or not sys.stdin.isatty()):
            _missing(missing, drafting, answers)
        if missing:
            answers = _Interview(drafting, answers, frozenset(n for n, text in typed.items() if text.strip())).held()
        _write(drafting, answers, json)


def _warn(app: App) -> None:
    """Say what is broken elsewhere in the folder: it keeps nobody from drafting another market.

    InputFault where that is the claims: a market has to say how it tests one of them.
    """
    broken = [fault for fault in app.loaded.faults if fault.level == "error"]
    of_claims = [fault for fault in broken if Path(fault.path).name == "claims.yaml"]
    if of_claims:
        raise InputFault(of_claims)
    for fault in broken[:MOST_BROKEN]:
        say.aside(f"broken, and passed over here: {fault}")
    if broken:
        more = f"{len(broken) - MOST_BROKEN} more, " if len(broken) > MOST_BROKEN else ""
        say.aside(f"({more}{say.program()} check tells of every fault; nothing opens before they are mended)")


def _check_begun(drafting: Drafting) -> None:
    """Refusal where no answer could ever do, before anything is asked."""
    if not _sources(drafting):
        raise Refusal("this debate has no source to read yet: write one under sources/ (`crux init DIR` shows how)")
    if drafting.claims is not None and not drafting.claims:
        raise Refusal("this debate has axes but no claim to test yet: write one into claims.yaml")


def _missing(names: tuple[str, ...], drafting: Drafting, answers: Answers) -> None:
    """Say what was not given, and what is wrong with what was."""
    said = ", ".join(_option(name) for name in names)
    say.aside(f"crux new market: missing: {said}; give them, or type the command in a terminal to be asked")
    if "source" in names:
        say.aside(f"sources: {', '.join(_sources(drafting))}")
    for line in _wrong_besides(names, drafting, answers):
        say.aside(line)
    raise typer.Exit(2)


def _wrong_besides(names: tuple[str, ...], drafting: Drafting, answers: Answers) -> list[str]:
    """The faults of the answers that were given, but for those that cannot be judged without one that is missing."""
    from bot.drafting import BEHIND
    from markets.drafting import by_option

    hidden = {behind for name in names for behind in BEHIND.get(name, ())}
    told = by_option([fault for fault in drafting.faults(answers) if fault.level == "error"], answers)
    given = [name for name in PROMPTS if getattr(answers, name) and name not in hidden]
    taken = [f"--slug: there is a market called {answers.slug} already"] if drafting.taken(answers.slug) else []
    return taken + [f"{_option(name)}: {fault.code}: {fault.message}" for name in given for fault in told.get(name, ())]


def _sources(drafting: Drafting) -> list[str]:
    """What a figure can be read of: people are asked by panels, which are no source to draft from."""
    return sorted(drafting.app.loaded.published)


def _option(name: str) -> str:
    return f"--{name.replace('_', '-')}" if name else ""


def _write(drafting: Drafting, answers: Answers, json: bool) -> None:
    """Check the whole draft, write it, and tell what it shows and how it would have behaved."""
    path = drafting.app.folder / "markets" / f"{answers.slug}.yaml"
    _check_new(drafting, answers)
    spec, faults = drafting.tried(answers)
    if spec is None or any(fault.level == "error" for fault in faults):
        _refused(answers, drafting.faults(answers), path, json)
        raise typer.Exit(1)
    current = drafting.current(spec)
    path.parent.mkdir(exist_ok=True)
    with path.open("x", encoding="utf-8") as file:  # never over a file that came meanwhile
        file.write(drafting.text(answers, _standing(answers, current)))
    found = _loaded(drafting, answers.slug)
    lived = drafting.backtest(found)
    waits = [fault for fault in _readiness(drafting, answers.slug) if fault.level != "error"]
    if json:
        _document(path, waits, current, lived)
    else:
        _tell(path, waits, current, lived, answers.slug)


def _check_new(drafting: Drafting, answers: Answers) -> None:
    if drafting.taken(answers.slug):
        raise Refusal(f"there is a market called {answers.slug} already: nothing was written; choose another --slug")


def _loaded(drafting: Drafting, slug: str) -> MarketSpec:
    """The market as it is read from its file, with all others."""
    from markets.load import load_debate

    loaded = load_debate(drafting.app.folder)
    if slug not in loaded.markets:
        raise InputFault(loaded.faults)
    return loaded.markets[slug]


def _readiness(drafting: Drafting, slug: str) -> tuple[Fault, ...]:
    """What keeps it from opening yet, and warnings."""
    from bot.ready import readiness
    from markets.load import load_debate

    (found,) = readiness(drafting.app.store, load_debate(drafting.app.folder), [slug])
    return found.faults


def _standing(answers: Answers, current: Current) -> str:
    from markets.drafting import said_of

    if current.shown is None or current.seen_at is None:
        return ""
    return f"On {current.seen_at:%Y-%m-%d} {said_of(answers)} was {current.shown}."


def _refused(answers: Answers, faults: list[Fault], path: Path, json: bool) -> None:
    from markets.drafting import option_of

    if json:
        rows = [{**_row(fault, path), "option": _option(option_of(fault, answers)) or None} for fault in faults]
        say.document({"path": None, "faults": rows, "current": None, "backtest": None})
        return
    for fault in faults:
        option = option_of(fault, answers)
        said = fault.message.removeprefix(f"{option}: ")
        say.line(f"{_option(option) if option else path}: {fault.code}: {said}")
    say.aside("nothing was written")


def _row(fault: Fault, path: Path) -> dict[str, Any]:
    return {
        "path": str(path),
        "line": fault.line,
        "column": fault.column,
        "code": fault.code,
        "level": fault.level,
        "message": fault.message,
    }


def _document(path: Path, faults: list[Fault], current: Current, lived: Backtest | None) -> None:
    from bot.drafting import summary

    say.document(
        {
            "path": str(path),
            "faults": [_row(fault, path) for fault in faults],
            "current": None
            if current.seen_at is None
            else {"value": current.shown, "seen_at": current.seen_at, "as_of": current.now},
            "backtest": None if lived is None else summary(lived),
        }
    )


def _tell(path: Path, faults: list[Fault], current: Current, lived: Backtest | None, slug: str) -> None:
    say.line(f"written: {path}")
    for fault in faults:
        say.line(f"{path}:{fault.line}:{fault.column}: {fault.code} ({fault.level}): {fault.message}")
    say.line(f"its figure now: {current.words()}")
    if lived is None:
        say.line("no history to live through yet")
    else:
        _tell_lived(lived)
    crux = say.program()
    say.aside(f"what to type next: {crux} check {quote(str(path))}; {crux} backtest {slug}; {crux} plan")


def _tell_lived(lived: Backtest) -> None:
    days, first = lived.course.days, lived.course.first_decision
    span = f"{len(days)} day{'' if len(days) == 1 else 's'} of history, {say.day(days[0].at)} to {say.day(days[-1].at)}"
    if first is not None and first.verdict.outcome is not None:
        say.line(f"on {span}: {first.verdict.outcome.words()} on {say.day(first.at)}: {first.verdict.because}")
        return
    last = days[-1].verdict
    leaning = f", leaning {last.leaning.words()}" if last.leaning else ""
    say.line(f"on {span}: not decided, {last.state}{leaning}: {last.because}")


PROMPTS = {
    "source": "source",
    "how": "how its rows become one figure (max, min, count, distinct, sum, mean, median, first, last, total)",
    "metric": "column",
    "threshold": "threshold with its unit (85%; > 85% if that itself is not enough)",
    "closes": "ends and is decided on (2028-01-01)",
    "opens": "opens on",
    "hold": "has to stay so for (7 days; a dash for no time)",
    "question": "question",
    "slug": "name of the file, for life",
    "subsidy": "mana we add",
    "claim": "claim that it tests",
    "if_true": "how likely YES is if the claim is true (0.60)",
    "if_false": "how likely YES is if it is not (0.30)",
}
NEEDED = {
    "source": "a market is decided by what some source shows",
    "metric": "it says which figure of the source counts",
    "threshold": "without it there is nothing to reach",
    "closes": "there is no market without an end",
    "claim": "a market of this debate tests one of its claims",
    "if_true": "without it an outcome says nothing about the claim",
    "if_false": "without it an outcome says nothing about the claim",
}
"""Why an answer that has no default cannot be left out."""


@dataclass
class _Interview:
    """Asks for one answer after the other; each is checked with all before it, and asked again until it will do."""

    drafting: Drafting
    answers: Answers
    given: frozenset[str]

    def held(self) -> Answers:
        from markets.drafting import suggested_question, suggested_slug

        tomorrow = f"{self.drafting.app.store.now() + timedelta(days=1):%Y-%m-%d}"
        self._list("sources", _sources(self.drafting))
        self._ask("source")
        self._ask("how", "max")
        if self.answers.how != "count":
            self._columns()
            self._ask("metric")
        self._ask("threshold", before=self._show_current)
        self._ask("closes")
        self._ask("opens", tomorrow)
        self._ask("hold", "7 days")
        self._ask("question", suggested_question(self.answers))
        self._ask("slug", suggested_slug(self.answers))
        self._ask("subsidy", "200")
        if self.drafting.claims:
            self._list("claims", self.drafting.claims)
            for name in ("claim", "if_true", "if_false"):
                self._ask(name)
        return self.answers

    def _ask(self, name: str, default: str | None = None, before: Callable[[], None] | None = None) -> None:
        """One answer, kept once it has no fault of its own."""
        if before is not None:
            before()
        if name in self.given and not self._wrong(name, getattr(self.answers, name)):
            return
        while True:
            asked = typer.prompt(PROMPTS[name], default=default or "", show_default=default is not None, err=True)
            typed = "" if name == "hold" and asked.strip() == "-" else str(asked).strip()
            if not typed and name in NEEDED:
                say.aside(f"  it cannot be left out: {NEEDED[name]}{self._known(name)}")
                continue
            if not self._wrong(name, typed):
                self.answers = replace(self.answers, **{name: typed})
                return

    def _wrong(self, name: str, typed: str) -> bool:
        """Whether an answer will not do; says why."""
        from markets.drafting import by_option

        tried = replace(self.answers, **{name: typed})
        if name == "slug" and self.drafting.taken(typed):
            say.aside(f"  there is a market called {typed} already: choose another name")
            return True
        _, faults = self.drafting.tried(tried)
        own = [each for each in by_option(faults, tried).get(name, []) if each.level == "error"]
        for fault in own:
            say.aside(f"  {fault.code}: {fault.message}")
        return bool(own)

    def _known(self, name: str) -> str:
        """What could be answered, where it is one of few."""
        source = self.drafting.source(self.answers)
        known: Any = {
            "source": _sources(self.drafting),
            "metric": source.read.columns if source is not None else (),
            "claim": self.drafting.claims or (),
        }.get(name, ())
        return f"; one of: {', '.join(sorted(known))}" if known else "; end with Ctrl-C, and nothing is written"

    def _columns(self) -> None:
        source = self.drafting.source(self.answers)
        if source is not None:
            said = [f"{name} ({column.unit or column.kind})" for name, column in source.read.columns.items()]
            self._list("columns", said)

    def _show_current(self) -> None:
        """What the figure shows today, before a threshold is set."""
        spec, _ = self.drafting.tried(replace(self.answers, threshold=""))
        if spec is not None:
            say.aside(f"  now: {self.drafting.current(spec).words()}")

    @staticmethod
    def _list(what: str, names: Any) -> None:
        say.aside(f"{what}: {', '.join(sorted(names))}")
