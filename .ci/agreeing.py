"""What the comparisons with another reading of real files share: asking routec, and counting who agrees."""
import json
import subprocess
import sys


def answer(binary, *args):
    """What routec answers in JSON; findings are no failure."""
    run = subprocess.run([binary, *args], capture_output=True, text=True, check=False)
    if run.returncode not in (0, 1):
        raise SystemExit(f"{args}: exit {run.returncode}: {run.stderr}")
    return json.loads(run.stdout)


def main(kind, compare, known):
    """Compares every file of a kind. `known` has the differences that are explained, by file and by fact: one that is
    gone is as wrong as one that is new."""
    binary, answers, folder = sys.argv[1:]
    passed = failed = 0
    for line in open(answers, encoding="utf-8"):
        facts = json.loads(line)
        if facts["kind"] != kind or not facts["parsed"]:
            continue
        differences = compare(binary, f"{folder}/{facts['file']}", facts)
        explained = known.get(facts["file"], {})
        for name, difference in differences.items():
            why = f"known difference: {explained[name]}" if name in explained else difference
            print(f"{facts['file']}: {name}: {why}")
        for name in explained.keys() - differences.keys():
            print(f"{facts['file']}: {name}: a known difference is gone")
        agrees = differences.keys() == explained.keys()
        passed, failed = passed + agrees, failed + (not agrees)
    print(f"{passed} passed, {failed} failed")
    sys.exit(failed > 0 or passed == 0)
