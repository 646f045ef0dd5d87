#!/usr/bin/env python3
"""Compares the walks that `routec trace` predicts with those of LiteLLM itself.

  python compare.py --routec PATH --python PATH --release 1.109.1 [--random N] [--seed N] [FILE...]

`--python` is a Python that has that release of `litellm[proxy]`; `real.py` beside this file runs in it. FILEs are LiteLLM
configurations (reading them needs PyYAML, which LiteLLM brings along); `--random` makes so many tables of its own.
Where LiteLLM picks among equal deployments, its pick is given to routec with `--from`; everything else must agree, call
for call, and so must whether the request is answered.
"""

import argparse
import collections
import json
import os
import random
import subprocess
import sys
import tempfile

ENDS = ["500", "500", "500", "429", "429", "503", "timeout", "400", "401", "403", "404", "context-window"]
ENDS += ["content-policy", "answer"]
PARAMETERS = "model order weight rpm tpm num_retries cooldown_time mock_response tags".split()
STRATEGIES = "cost-based-routing least-busy latency-based-routing usage-based-routing-v2 usage-based-routing".split()
TAGS = ["red", "blue", "default"]
SETS = ["S", "T"]
GROUPS = 6  # of a real file that are asked for
MOST = 120  # calls of one request; longer ones tell nothing new


def some(rng, chance):
    return rng.random() < chance


class Table:
    """A random table with every feature that decides a walk."""

    def __init__(self, rng):
        self.rng = rng
        self.groups = [chr(65 + number) for number in range(rng.randint(2, 6))]
        if some(rng, 0.25):
            self.groups.append(rng.choice(["openai/*", "w-*", "*", "openai/gpt-4o"]))
        self.deployments = []
        # Settings that decide within a group are only worth asking for where groups have several deployments.
        self.sizes = [1, 1, 1, 2, 2, 3] if some(rng, 0.6) else [1, 2, 3, 3]
        self.has_tags, self.has_sets = some(rng, 0.2), some(rng, 0.15)
        self.strategy = rng.choice(STRATEGIES) if some(rng, 0.12) else None
        for group in self.groups:
            self.group(group)
        self.aliases = {}
        if some(rng, 0.3):
            for alias in rng.sample(["X", "Y", self.groups[0]], rng.randint(1, 2)):
                self.aliases[alias] = rng.choice(self.groups + ["X", "Y", "nobody"])

    def group(self, name):
        rng = self.rng
        size = rng.choice(self.sizes)
        has_order, has_weight = some(rng, 0.25), some(rng, 0.15)
        for _ in range(size):
            number = len(self.deployments)
            params = {"model": "openai/*" if name.endswith("*") else f"openai/m{number}"}
            info = {"id": f"d{number}"}
            if has_order and some(rng, 0.8):
                (params if some(rng, 0.8) else info)["order"] = rng.randint(1, 3)
            if has_weight and some(rng, 0.7):
                params[rng.choice(["weight", "weight", "rpm"])] = rng.choice([0, 1, 2, 5])
            if some(rng, 0.1):
                params["num_retries"] = rng.randint(0, 3)
            if self.has_tags and some(rng, 0.7):
                params["tags"] = rng.sample(TAGS, rng.randint(1, 2))
            if self.has_tags and some(rng, 0.08):
                info[rng.choice(["enable_tag_filtering", "allow_fail_open"])] = some(rng, 0.6)
            if self.strategy == "cost-based-routing":
                params["input_cost_per_token"] = params["output_cost_per_token"] = rng.choice([1, 2, 3]) * 1e-6
            if some(rng, 0.03):
                params["cooldown_time"] = 0
            if some(rng, 0.03):
                info["blocked"] = True
            self.deployments.append({"model_name": name, "litellm_params": params, "model_info": info})

    def name(self):
        rng = self.rng
        if some(rng, 0.72):
            return rng.choice(self.groups)
        if self.has_sets and some(rng, 0.3):
            return rng.choice(SETS)
        others = ["nobody", "openai/zz", "w-1", "gpt-4o", "openai/gpt-4o", "openai/m0", "d1", *self.aliases]
        return rng.choice(others)

    def target(self):
        name, chance = self.name(), self.rng.random()
        if chance < 0.04:
            return {"model": name}
        return {"model": name, "temperature": 0} if chance < 0.07 else name

    def targets(self, least=0):
        return [self.target() for _ in range(self.rng.choice([0, 1, 1, 2, 2, 3]) if not least else self.rng.randint(1, 3))]

    def chains(self, most):
        keys = [self.name() for _ in range(self.rng.randint(0, most))]
        return [{key: self.targets()} for key in keys]

    def config(self):
        rng = self.rng
        router, module = {}, {}

        def put(key, value, chance=1.0):
            if some(rng, chance):
                (router if some(rng, 0.75) else module)[key] = value

        fallbacks = self.chains(6)
        if some(rng, 0.1):
            fallbacks.insert(rng.randint(0, len(fallbacks)), {"*": self.targets(1)})
        put("fallbacks", fallbacks, 0.95)
        put("default_fallbacks", self.targets(1), 0.2)
        for name in ("context_window_fallbacks", "content_policy_fallbacks"):
            put(name, self.chains(3), 0.25)
        put("num_retries", rng.choice([0, 0, 1, 1, 2, 3]), 0.9)
        put("max_fallbacks", rng.randint(0, 6), 0.35)
        if some(rng, 0.1):
            module["num_retries_per_request"] = rng.randint(0, 7)
        if some(rng, 0.15):
            router["retry_policy"] = self.policy("Retries")
        if some(rng, 0.1):
            router["model_group_retry_policy"] = {rng.choice(self.groups): self.policy("Retries")}
        if some(rng, 0.1):
            router["allowed_fails"] = rng.randint(0, 3)
        if some(rng, 0.05):
            router["allowed_fails_policy"] = self.policy("AllowedFails")
        if some(rng, 0.05):
            router["disable_cooldowns"] = True
        if self.aliases:
            router["model_group_alias"] = self.aliases
        self.selection(router)
        return {"model_list": self.deployments, "router_settings": router, "litellm_settings": module}

    def selection(self, router):
        """What decides which deployment of a group is called."""
        rng = self.rng
        if some(rng, 0.2):
            router["enable_weighted_failover"] = True
        if some(rng, 0.15):
            router["enable_pre_call_checks"] = True
        if self.has_tags and some(rng, 0.9):
            router["enable_tag_filtering"] = True
        if self.has_tags and some(rng, 0.2):
            router["tag_filtering_match_any"] = False
        if some(rng, 0.06):
            budget = rng.choice([{"time_period": "1d"}, {"time_period": "1d", "budget_limit": 5}, {"budget_limit": 5}])
            router["provider_budget_config"] = {rng.choice(["openai", "azure"]): budget}
        if self.strategy:
            router["routing_strategy"] = self.strategy
        if self.has_sets:
            members = [name for name in self.groups if "*" not in name]
            rng.shuffle(members)
            cut = rng.randint(1, len(members))
            sets = [(SETS[0], members[:cut]), (SETS[1], members[cut:])]
            # Only the newest releases know `priority`; the older ones refuse the table.
            strategies = ["simple-shuffle", "simple-shuffle", "least-busy", "priority"]
            router["routing_groups"] = [self.set(name, all_of, rng.choice(strategies)) for name, all_of in sets if all_of]

    def set(self, name, members, strategy):
        joined = {"group_name": name, "models": members, "routing_strategy": strategy}
        if strategy == "priority":
            joined["model_priorities"] = {member: self.rng.randint(1, 3) for member in members}
        return joined

    def policy(self, what):
        classes = ["BadRequestError", "AuthenticationError", "TimeoutError", "RateLimitError", "InternalServerError"]
        classes += ["ContentPolicyViolationError"]
        if what == "Retries":
            classes += ["ServiceUnavailableError", "NotFoundError", "Default"]
        return {f"{name}{what}": self.rng.randint(0, 3) for name in self.rng.sample(classes, self.rng.randint(1, 3))}

    def ends(self):
        rng = self.rng
        common = rng.choice(ENDS[:-1])
        ends = {}
        for entry in self.deployments:
            end = common if some(rng, 0.55) else rng.choice(ENDS)
            ends[entry["model_info"]["id"]] = [end, rng.choice(ENDS)] if some(rng, 0.15) else [end]
        return ends


def random_cases(number, seed):
    for index in range(number):
        rng = random.Random(f"{seed}-{index}")
        table = Table(rng)
        asked = rng.choice([*table.groups, *table.groups, *table.aliases])
        asked = {"openai/*": "openai/gpt-9", "w-*": "w-9", "*": "anything"}.get(asked, asked)
        config, tags = table.config(), []
        if table.has_sets and some(rng, 0.4):
            asked = rng.choice([one["group_name"] for one in config["router_settings"]["routing_groups"]])
        if table.has_tags and some(rng, 0.7):
            tags = rng.sample(["red", "blue", "green", "!blue", "&red"], rng.choice([1, 1, 1, 2]))
        yield {"name": f"random {seed}-{index}", "config": config, "model": asked, "tags": tags, "ends": table.ends()}


def file_cases(path):
    import yaml

    with open(path, encoding="utf-8-sig") as file:
        documents = [one for one in yaml.safe_load_all(file) if isinstance(one, dict)]
    for config in documents:
        if not isinstance(config.get("model_list"), list):
            continue
        config, names, labels = routing_only(config), collections.Counter(), {}
        for entry in config["model_list"]:
            group = str(entry.get("model_name"))
            names[group] += 1
            info = entry["model_info"] = {**(entry.get("model_info") or {})}
            labels[str(info.setdefault("id", f"{group}#{names[group]}"))] = f"{group}#{names[group]}"
        for group in list(names)[:GROUPS]:
            for end in ("500", "429"):
                asked = group.replace("*", "any")
                case = {"name": f"{os.path.basename(path)} {asked} {end}", "file": path, "labels": labels}
                yield {**case, "config": config, "model": asked, "ends": end}


def routing_only(config):
    """What of a real file decides a walk: without what talks to databases, caches or guards."""
    kept = json.loads(json.dumps({"model_list": config["model_list"]}, default=str))
    for entry in kept["model_list"]:
        params = entry.get("litellm_params") if isinstance(entry, dict) else None
        if isinstance(params, dict) and isinstance(params.get("model"), str):
            provider, _, rest = params["model"].rpartition("/") if "/" in params["model"] else ("", "", params["model"])
            params["model"] = "openai/" + rest if provider != "openai" else params["model"]
            # What only its own provider understands would be refused before any call.
            entry["litellm_params"] = {key: value for key, value in params.items() if key in PARAMETERS}
    router = config.get("router_settings") if isinstance(config.get("router_settings"), dict) else {}
    kept["router_settings"] = {key: value for key, value in router.items() if not key.startswith(("redis", "cache"))}
    module = config.get("litellm_settings") if isinstance(config.get("litellm_settings"), dict) else {}
    kept["litellm_settings"] = {
        key: value for key, value in module.items() if key.endswith("fallbacks") or "retries" in key
    }
    return kept


class Routec:
    def __init__(self, binary, release):
        self.binary, self.release = binary, release

    def predict(self, case, walk, folder):
        """The predicted calls and whether they end in an answer, with LiteLLM's own picks where it picks at random."""
        path = case.get("file")
        if path is None:
            path = os.path.join(folder, "config.yaml")
            with open(path, "w", encoding="utf-8") as file:
                json.dump(case["config"], file)
        options = ["--format", "json", "--gateway", f"litellm@{self.release}"]
        ends = case["ends"]
        if isinstance(ends, str):
            options += ["--on", ends]
        else:
            options += [word for name, all_ends in ends.items() for word in ("--fail", f"{name}={'|'.join(all_ends)}")]
        options += [f"--tag={tag}" for tag in case.get("tags", [])]
        picks = []
        while True:
            command = [self.binary, "trace", case["model"], path, *options]
            run = subprocess.run(
                command + [word for pick in picks for word in ("--from", pick)], capture_output=True, text=True, check=False
            )
            if run.returncode != 0:
                return None, None, run.stderr.strip()
            said = json.loads(run.stdout)
            calls = [step for step in said["steps"] if "calls" in step and not step["mocked"]]
            pick = self.next_pick(case, calls, walk, len(picks))
            if pick is None:
                return [self.label(case, call) for call in calls], said["ends"], " ".join(said["notFollowed"])
            picks.append(pick)

    def label(self, case, call):
        return f"{call['group']}#{call['number']}" if "file" in case else call["id"]

    def next_pick(self, case, calls, walk, given):
        """What LiteLLM picked where the prediction first has a choice that was not given yet."""
        choices = [(at, call) for at, call in enumerate(calls) if len(call["among"]) > 1 and not call["byClient"]]
        if len(choices) <= given:
            return None
        at, call = choices[given]
        among = call["amongIds"] if "file" not in case else [f"{call['group']}#{one}" for one in call["amongNumbers"]]
        picked = walk[at] if at < len(walk) else None
        if picked not in among:
            return None
        return picked if "file" not in case else call["among"][among.index(picked)]


def longest(routec, case, folder):
    calls, _, _ = routec.predict(case, [], folder)
    return calls is not None and len(calls) <= MOST


def compare(routec, cases, answers, folder):
    count = collections.Counter()
    for case, said in zip(cases, answers):
        if "refused" in said:
            count["refused by LiteLLM"] += 1
            if "labels" in case:
                print(f"{case['name']}\n  not loaded: {said['refused'][:200]}")
            continue
        for walk in said["walks"]:
            if walk is None:
                count["without a model"] += 1
                continue
            walk = [case["labels"][str(one)] for one in walk] if "labels" in case else walk
            calls, ends, why = routec.predict(case, walk, folder)
            agrees = calls == walk and (ends == "answered") == said["answered"]
            # A setting that routec says it does not follow may change a walk.
            is_told = not agrees and calls is not None and why
            count["agree" if agrees else "differ by a setting not followed" if is_told else "differ"] += 1
            if is_told:
                print(f"{case['name']}: not followed: {why}")
            elif not agrees:
                print(f"{case['name']}\n  LiteLLM: {' '.join(walk)} ({said['why'] or 'answered'})")
                print(f"  routec:  {' '.join(calls) if calls is not None else why} ({ends})")
                if os.environ.get("SHOW"):
                    print(f"  {json.dumps({key: case.get(key) for key in ('config', 'model', 'tags', 'ends')})}")
    return count


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--routec", required=True)
    parser.add_argument("--python", required=True)
    parser.add_argument("--release", required=True)
    parser.add_argument("--random", type=int, default=0)
    parser.add_argument("--seed", default="1")
    parser.add_argument("files", nargs="*")
    args = parser.parse_args()
    routec = Routec(args.routec, args.release)
    with tempfile.TemporaryDirectory() as folder:
        cases = [case for path in args.files for case in file_cases(path)]
        cases += [case for case in random_cases(args.random, args.seed) if longest(routec, case, folder)]
        real = os.path.join(os.path.dirname(os.path.abspath(__file__)), "real.py")
        text = "".join(json.dumps(case) + "\n" for case in cases)
        run = subprocess.run([args.python, real], input=text, capture_output=True, text=True, check=False)
        answers = [json.loads(line) for line in run.stdout.splitlines()]
        if len(answers) != len(cases):
            print(run.stderr[-3000:])
            sys.exit(f"LiteLLM answered {len(answers)} of {len(cases)} cases")
        count = compare(routec, cases, answers, folder)
    print(f"LiteLLM {args.release}: " + ", ".join(f"{number} {what}" for what, number in sorted(count.items())))
    sys.exit(1 if count["differ"] or not count["agree"] else 0)


if __name__ == "__main__":
    main()
