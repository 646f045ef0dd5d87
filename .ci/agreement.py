#!/usr/bin/env python3
"""Compares `routec graph` and `routec check` with an independent reading of real LiteLLM files.

  agreement.py BINARY ANSWERS.jsonl FOLDER

ANSWERS has one JSON object a line: `file`, `kind`, and under `routes` what the file's graph holds.
"""
import collections
import re

from agreeing import answer, main

# What the two readings see differently, by file and by fact, and why that is no mistake of routec's.
RETIRED = "the built-in catalogue still knows the limits of a retired model"
SHAPE = "what stands in an entry of a wrong shape is refused as such, and not reported as a name that leads nowhere"
KNOWN = {
    "litellm/Cursedpotential__mcp-tool-platform__0.yaml": {
        "unknown-reference": "aliases that are lists are refused as such, not reported as names",
    },
    "litellm/Illia-sanzh__wp-tg-agent2__0.yaml": {"shrinking windows": RETIRED},
    "litellm/Jake-404__clipstack-core__0.yaml": {"shrinking windows": RETIRED},
    "litellm/Jayrel06__prompt-engineering-system__0.yaml": {"shrinking windows": RETIRED},
    "litellm/TheFermiSea__beefcake-swarm__0.yaml": {
        "chains of one provider": "the prefix `openai` stands for several servers, and the graph does not show addresses",
    },
    "litellm/aahmed954__OrcaQueen__0.yaml": {"unknown-reference": SHAPE},
    "litellm/aahmed954__OrcaQueen__1.yaml": {
        "unknown-reference": SHAPE,
        "unexpanded variables": "the other reading does not look into `cache_params`",
        "refused": "LiteLLM refuses the strategy `rate_limit_aware_v2`, which the other reading did not hand to it",
    },
    "litellm/pkoka888__marketing.tvoje.info__0.yaml": {"shrinking windows": RETIRED},
}


def compare(binary, path, answers):
    facts = answers["routes"][0]
    graph = answer(binary, "graph", path, "--format", "json")
    report = answer(binary, "check", path, "--output", "json", "--as-of", "2026-11-22")
    rules = collections.Counter(finding["rule"] for finding in report["findings"])
    pairs = {
        "groups": (set(facts["nodes"]), {node["name"] for node in graph["nodes"]}),
        "models": (
            {name: sorted(one["model"] for one in pool) for name, pool in facts["nodes"].items()},
            {node["name"]: sorted(node["models"]) for node in graph["nodes"]},
        ),
        "edges": (
            collections.Counter((e["kind"], e["from"], e["to"] or e["target"], e["to"] is not None) for e in facts["edges"]),
            collections.Counter((e["kind"], e["from"], e["to"], e["resolved"]) for e in graph["edges"]),
        ),
        "cycles": (
            {frozenset(one) for one in facts["cycles_with_default"]} | {frozenset(one) for one in facts["cycles_all_kinds"]},
            {frozenset(one) for one in graph["cycles"]},
        ),
        "failover-cycle": (len(facts["cycles_all_kinds"]), rules["failover-cycle"]),
        "self-fallback": (len(facts["self_loops"]), rules["self-fallback"]),
        "unknown-reference": (len(facts["dangling"]) + len(facts["alias_dangling"]), rules["unknown-reference"]),
        "duplicate-hop": (len(facts["dup_targets"]), rules["duplicate-hop"]),
    }
    pairs.update(settings(facts, report))
    pairs.update(fates(answers, facts, report, graph))
    return {name: f"expected {show(a)}, got {show(b)}" for name, (a, b) in pairs.items() if a != b}


def show(value):
    return sorted(value) if isinstance(value, set) else value


def settings(facts, report):
    """Keys that nobody reads, lists of a wrong shape, values that are not expanded, other documents within."""
    dead = [finding for finding in report["findings"] if finding["rule"] in ("dead-setting", "bad-value")]
    quoted = lambda finding: re.search(r"`([^`]*)`", finding["message"]).group(1)
    ignored = {quoted(f) for f in dead if f["message"].endswith("in `router_settings`, with a warning in its log")}
    to_router = {quoted(f) for f in dead if "in `general_settings`" in f["message"] and f["help"] == "move it to `router_settings`"}
    at_top = {quoted(f) for f in dead if f["message"].endswith("at the top level") and "fallback" in quoted(f)}
    unexpanded = any(finding["rule"] == "litellm-unexpanded-variable" for finding in report["findings"])
    shaped = [f for f in dead if re.search(r"is wanted; |single value|without the group|are no list", f["message"])]
    return {
        "ignored router keys": (set(facts["ignored_router_keys"]), ignored),
        "router keys in general_settings": (set(facts["misplaced_router_keys"]), to_router),
        "lists in the wrong place": (set(facts["misplaced"]), at_top),
        "unexpanded variables": (bool(facts["unexpanded_env"]), unexpanded),
        "lists of a wrong shape": (bool(facts["malformed"]), bool(shaped)),
    }


def fates(answers, facts, report, graph):
    """Deployments that are dropped, files that are refused, windows that shrink, chains of one provider."""
    real = answers["router_1_109_1"]
    refused = any("refuses to start" in finding["message"] for finding in report["findings"])
    at_line = {(node["file"], node["line"]): node["name"] for node in graph["nodes"]}
    named = sorted(at_line)
    group_of = lambda finding: at_line[max(place for place in named if place <= (finding["file"], finding["line"]))]
    dropped = {group_of(f) for f in report["findings"] if "starts without this deployment" in f["message"]}
    told = {one["group"] for one in facts["provider_unresolved"]} | set(real["dropped_groups"] or [])
    # Without the real router's word, what the list of models lacks is not in the answers.
    pairs = {"refused": (not real["constructs"], refused), "dropped": (told, dropped if real["constructs"] else dropped & told)}
    models = {node["name"]: set(node["models"]) for node in graph["nodes"]}
    hops = {(edge["from"], edge["to"]) for edge in graph["edges"] if edge["resolved"]}
    shrinks = set()
    for finding in report["findings"]:
        found = re.match(r"`(.*)` loses .*context \(.* when `(.*)` answers", finding["message"])
        if found:
            sources = {found.group(1), *re.findall(r"`([^`]*)`", (finding.get("help") or "").partition("the same happens to")[2])}
            shrinks |= {(a, b) for a, b in hops if a in sources and found.group(2) in models[b]}
    pairs["shrinking windows"] = ({(e["source"], e["target"]) for e in facts["context_shrink"] if e["kind"] == "general"}, shrinks)
    chains = collections.defaultdict(set)
    for edge in graph["edges"]:
        if edge["kind"] == "general" and edge["resolved"] and edge["live"]:
            chains[edge["from"]] |= {edge["from"], edge["to"]}
    vendor = lambda model: model.split("/")[0]
    one = {a for a, groups in chains.items() if len(groups) > 1 and len({vendor(m) for g in groups for m in models[g]}) == 1}
    # Servers of the user's own are told by their address, which the graph does not show.
    public = {e["source"] for e in facts["single_provider"] if not e["self_hosted"]}
    own = {e["source"] for e in facts["single_provider"] if e["self_hosted"]}
    pairs["chains of one provider"] = (public | (own & one), one)
    return pairs


main("litellm", compare, KNOWN)
