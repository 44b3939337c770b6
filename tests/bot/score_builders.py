"""The small debate with arguments: claims, voices and links, for what scores it from the store."""

from __future__ import annotations

from collections.abc import Mapping

from crux_builders import DEBATE, definitions

ARGUED = f"""{DEBATE}
axes:
  R: {{plus: conditioning of predictors is the road, minus: agency built by reward is}}
  G: {{plus: systems grow goals of their own, minus: they do not}}
voices:
  opener: {{attribution: unsigned, thread: "001", positions: {{R: 2}}}}
  signer: {{attribution: signed, thread: "003", positions: {{R: -1, G: 1}}}}
lexicon: {{sure: 0.92, guesses: 0.65, doubts: 0.25}}
"""
CLAIMS = """\
claims:
  demo-tips: {axis: R, pole: plus, text: One comparison would tip the field., origin: [{thread: "001", line: 1}]}
  goals-grow: {axis: G, pole: plus, text: Goals grow on their own., origin: [{thread: "001", line: 2}]}
"""
STANCES = """\
stances:
  - {voice: opener, claim: demo-tips, word: guesses, as_of: undated, kind: read_from_thread, readers: [ann, ben]}
  - {voice: signer, claim: demo-tips, credence: 0.25, as_of: 2020-01-06, kind: given}
"""
LINKS = {
    "reach-85": "  - {claim: demo-tips, event: YES, if_true: 0.45, if_false: 0.15, cluster: board}\n",
    "reach-95": "  - {claim: demo-tips, event: YES, if_true: 0.30, if_false: 0.10, cluster: board}\n"
    "  - {claim: goals-grow, event: YES, if_true: 0.60, if_false: 0.20, cluster: board}\n",
    "leader": "  - {claim: goals-grow, event: North, if_true: 0.5, if_false: 0.2, cluster: leader}\n",
}


def argued(changes: Mapping[str, str] | None = None) -> dict[str, str]:
    """What turns the small debate into one that is argued about (path inside the folder -> text)."""
    plain = definitions()
    found = {"debate.yaml": ARGUED, "claims.yaml": CLAIMS, "stances.yaml": STANCES}
    found |= {
        f"markets/{slug}.yaml": f"{plain[f'markets/{slug}.yaml']}bears_on:\n{text}" for slug, text in LINKS.items()
    }
    return {**found, **(changes or {})}
