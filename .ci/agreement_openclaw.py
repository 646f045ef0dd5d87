#!/usr/bin/env python3
"""Compares `routec graph` and `routec check` with an independent reading of real OpenClaw files.

  agreement_openclaw.py BINARY ANSWERS.jsonl FOLDER

ANSWERS has one JSON object a line: `file`, `kind`, and under `routes` what the file's chains hold.
"""
import collections
import json
import tempfile

from agreeing import answer, main


def route_of(where, graph):
    """The route that stands for a place of the other reading."""
    if where.startswith("defaults."):
        return "agents." + where
    agent, _, rest = where.removeprefix("agent:").partition(".")
    names = {node["name"] for node in graph["nodes"]}
    found = [f"agents.{roster}.{agent}.{rest}" for roster in ("list", "entries")]
    return next((name for name in found if name in names), found[0])


def compare(binary, path, answers):
    facts = answers["routes"][0]
    graph = answer(binary, "graph", path, "--format", "json")
    with tempfile.NamedTemporaryFile("w", suffix=".yaml", encoding="utf-8") as file:
        file.write(catalogue(facts))
        file.flush()
        options = ["--output", "json", "--as-of", "2026-11-22", "--catalog", file.name]
        report = answer(binary, "check", path, *options)
    routes = {node["name"]: node for node in graph["nodes"] if node["kind"] == "route"}
    bare = {item["ref"].lower() for item in facts["no_provider"]}

    def place(where):
        return route_of(where, graph)

    def found(rule, *words):
        """The places of a rule, each as often as it befalls a route."""
        return [f for f in report["findings"] if f["rule"] == rule and all(word in f["message"] for word in words)]

    def befalls(rule):
        """How many routes or agents a rule befalls; those that one finding shows for are named in its help."""
        count = 0
        for finding in found(rule):
            help_ = finding.get("help") or ""
            also = help_.rpartition("the same happens to ")[2] if "the same happens to " in help_ else ""
            count += 1
            if also:
                total = also.rpartition("(")[2].removesuffix(" in all)") if also.endswith(" in all)") else None
                count += int(total) if total else also.count("`") // 2
        return count

    nodes = {node["name"].lower() for node in graph["nodes"] if node["kind"] == "target"}
    nodes |= {model.lower() for node in routes.values() for model in node["models"]}
    nodes |= {edge["to"].lower() for edge in graph["edges"]}
    # A name without a provider is a node by itself for the other reading, and what is called at run time for routec.
    resolved = {(edge["written"].lower(), edge["to"].lower()) for edge in graph["edges"]}
    nodes -= {to for written, to in resolved if written in bare}
    nodes -= {model for model in nodes if model.partition("/")[2] in bare}
    pairs = {
        "nodes": ({name for name in facts["nodes"] if name not in bare}, nodes),
        "chains": (sorted(place(chain["where"]) for chain in facts["chains"]), sorted(name for name in routes if judged(name))),
        "edges": (
            collections.Counter((e["kind"], place(e["where"]), e["target"]) for e in facts["edges"]),
            collections.Counter((e["kind"], e["from"], e["written"]) for e in graph["edges"]),
        ),
        "unresolved": (
            sorted(d["ref"] for d in facts["dangling"] if d["state"] == "undefined_provider"),
            sorted(e["written"] for e in graph["edges"] if not e["resolved"]),
        ),
        "undescribed": (
            sum(d["state"] == "not_in_provider_models" for d in facts["dangling"]),
            len(found("unknown-reference", "describes no model")),
        ),
        "cycles": ([], graph["cycles"]),
        "self": (len(facts["self_loops"]), len(found("self-fallback"))),
        "duplicates": (len(facts["dup_targets"]), len(found("duplicate-hop"))),
        "bare": (len(facts["no_provider"]), len(found("openclaw-unqualified-ref", "names no provider"))),
        "drops fallbacks": (len(facts["strict_agents_ambiguous"]), befalls("openclaw-drops-fallbacks")),
        "one place": (
            len(facts["single_provider"]),
            befalls("openclaw-single-fault-domain"),
        ),
        "left out": (len(facts["not_in_models_map"]) + len(facts["policy_blocked"]), befalls("allowlist-mismatch")),
        "window": (
            sorted((place(s["where"]), s["target"]) for s in facts["context_shrink"]),
            sorted(shrinks(report, graph)),
        ),
    }
    return {name: f"expected {a}, got {b}" for name, (a, b) in pairs.items() if a != b}


def catalogue(facts):
    """The windows that the other reading takes from its own catalogue, so that both compare the same numbers."""
    windows = {}
    for shrink in facts["context_shrink"]:
        windows[shrink["source"]], windows[shrink["target"]] = shrink["a"], shrink["b"]
    models = {name: {"limits": {"contextTokens": int(window)}} for name, window in windows.items()}
    head = {"apiVersion": "routec/v1", "kind": "Catalog", "metadata": {"name": "windows", "asOf": "2026-11-20"}}
    return json.dumps({**head, "models": models})


def judged(route):
    """Whether the other reading looks at the place of a route."""
    ends = ("model", "imageModel", "pdfModel", "imageGenerationModel", "videoGenerationModel", "musicGenerationModel")
    own = route.startswith("agents.") and route.rpartition(".")[2] in ends
    return own and ".memoryFlush." not in route and ".tools." not in route and ".mediaModels." not in route


def shrinks(report, graph):
    """The hops with a smaller window, each for every route it befalls."""
    for finding in report["findings"]:
        if finding["rule"] != "unlabeled-downgrade" or "loses context" not in finding["message"]:
            continue
        names = [finding["message"].split("`")[1]]
        help_ = finding.get("help") or ""
        if "the same happens to " in help_:
            names += help_.rpartition("the same happens to ")[2].split("`")[1::2]
        target = finding["message"].rsplit("when `", 1)[1].split("`")[0]
        for name in names:
            written = [e["written"] for e in graph["edges"] if e["from"] == name and e["to"] == target]
            yield name, (written or [target])[0]


main("openclaw", compare, {})
