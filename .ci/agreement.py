#!/usr/bin/env python3
"""Compares `routec graph` and `routec check` with an independent reading of real LiteLLM files.

  agreement.py BINARY ANSWERS.jsonl FOLDER

ANSWERS has one JSON object a line: `file`, `kind`, and under `routes` what the file's graph holds.
"""
import collections
import json
import subprocess
import sys

# What the two readings see differently, and why that is no mistake of routec's.
KNOWN = {
    "litellm/Cursedpotential__mcp-tool-platform__0.yaml": "aliases that are lists are refused as such, not reported as names",
}


def answer(binary, *args):
    run = subprocess.run([binary, *args], capture_output=True, text=True, check=False)
    if run.returncode not in (0, 1):
        raise SystemExit(f"{args}: exit {run.returncode}: {run.stderr}")
    return json.loads(run.stdout)


def compare(binary, path, facts):
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
    return [f"{name}: expected {a}, got {b}" for name, (a, b) in pairs.items() if a != b]


def main():
    binary, answers, folder = sys.argv[1:]
    passed = failed = 0
    for line in open(answers, encoding="utf-8"):
        facts = json.loads(line)
        if facts["kind"] != "litellm" or not facts["parsed"]:
            continue
        differences = compare(binary, f"{folder}/{facts['file']}", facts["routes"][0])
        reason = KNOWN.get(facts["file"])
        if differences and reason:
            print(f"known difference in {facts['file']}: {reason}")
            differences = []
        for difference in differences:
            print(f"{facts['file']}: {difference}")
        passed, failed = passed + (not differences), failed + bool(differences)
    print(f"{passed} passed, {failed} failed")
    sys.exit(failed > 0)


main()
