"""Minimum-cost flows: Muster, LEMON and OR-Tools on the same DIMACS files. See `run`."""

import argparse
import json
import os
import re
import statistics
import sys
import time

import instances
import measure


# What is printed, with its width; `+build` counts the peer's building as well.
COLUMNS = [
    ("read", 9), ("build", 9), ("solve", 10), ("ratio", 7), ("+build", 7),
    ("cpu build", 9), ("cpu", 10), ("cpu ratio", 9), ("cpu +build", 10), ("MB", 6),
]
KEYS = {
    "read": "read", "build": "build", "solve": "solve", "ratio": "ratio", "+build": "ratio_with_build",
    "cpu build": "build_cpu", "cpu": "solve_cpu", "cpu ratio": "ratio_cpu", "cpu +build": "ratio_with_build_cpu",
    "MB": "mb",
}


def digits(name):
    """Digits behind the point."""
    return {"solve": 4, "cpu": 4, "MB": 0}.get(name, 3 if name in ("read", "build", "cpu build") else 2)


def cases(seed, quick):
    """Name, and what writes the file."""

    def experts(n, roles, seats, least, most, form="hub"):
        return lambda path: instances.experts(path, seed, n, roles, seats, least, most, form)

    def reviewers(*numbers):
        return lambda path: instances.reviewers(path, seed, *numbers)

    def netgen(n):
        return lambda path: instances.netgen_8(path, seed, n)

    yield "plenty-1k", experts(1_000, 40, 2, 10, 28)
    yield "scarce-1k", experts(1_000, 40, 24, 10, 28)
    yield "plenty-10k", experts(10_000, 60, 17, 20, 36)
    yield "scarce-10k", experts(10_000, 60, 160, 20, 36)
    yield "reviewers-300", reviewers(300, 120, 119, 1, 12)
    yield "reviewers-500", reviewers(500, 300, 299, 4, 8)
    yield "reviewers-1000", reviewers(1_000, 400, 80, 6, 9)
    yield "reviewers-5000", reviewers(5_000, 1_800, 100, 7, 12)
    for power in range(8, 16):
        yield f"netgen-8-{2**power}", netgen(2**power)
    if not quick:
        yield "plenty-100k", experts(100_000, 60, 17, 20, 52)
        yield "plenty-100k-source", experts(100_000, 100, 100, 20, 60, "source")
        yield "scarce-100k", experts(100_000, 60, 1_600, 20, 48)
        yield "scarce-100k-seats", experts(100_000, 80, 1_200, 20, 60, "seats")
        yield "plenty-1m", experts(1_000_000, 100, 200, 16, 40)


def muster(path):
    outcome = measure.muster("flow", "--time", path)
    if outcome.code:
        return None
    read, solve, cpu = re.search(r"read ([0-9.]+) s, solved ([0-9.]+) s, ([0-9.]+) s", outcome.err).groups()
    cost = int(re.search(r"^s (-?\d+)", outcome.out).group(1))
    # What others build before they solve is built within the solve here.
    found = {"read": float(read), "build": 0.0, "solve": float(solve), "build_cpu": 0.0, "solve_cpu": float(cpu)}
    return {**found, "cost": cost, "mb": outcome.mb}


def peer(*command):
    def solve(path):
        outcome = measure.Outcome([*command, path])
        return None if outcome.code else {**json.loads(outcome.out), "mb": outcome.mb}

    return solve


def arguments():
    parser = argparse.ArgumentParser()
    parser.add_argument("--work", required=True)
    parser.add_argument("--quick", action="store_true", help="nothing that takes LEMON more than a second")
    parser.add_argument("--runs", type=int, default=3)
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--only", default="", help="cases whose name contains this")
    parser.add_argument("--json", help="where the figures go as JSON")
    return parser.parse_args()


def engines(work):
    return {
        "muster": muster,
        "lemon": peer(os.path.join(work, "lemon")),
        "ortools": peer(os.path.join(work, "venv/bin/python"), "ortools_flow.py"),
    }


def run(suite, cases, engines, args, may_be_dearer=()):
    """All cases of a suite: prints and keeps the figures; an error if costs differ."""
    report = {"seed": args.seed, "runs": args.runs, **measure.machine(), "cases": []}
    print(f"{suite}: seed {args.seed}, {args.runs} runs each in alternation, {report['cores']} cores of {report['cpu']}")
    head = " ".join(f"{name:>{width}}" for name, width in COLUMNS)
    print(f"{'case':23} {'engine':10} {head}")
    agree = True
    for name, write in cases:
        if args.only in name:
            agree &= compare(name, write, engines, args, report, may_be_dearer)
            measure.save(args.json, suite, report)
    return None if agree else "peers: objectives differ"


def compare(name, write, engines, args, report, may_be_dearer):
    """One case: prints its rows, adds them to the report, says whether all found the same cost, or no lower one
    where they may be dearer."""
    path = measure.once(os.path.join(args.work, f"{name}-{args.seed}.min"), write)
    found = {engine: [] for engine in engines}
    start, n_runs = time.perf_counter(), 0
    # Small cases are run more often, for three seconds.
    while n_runs < args.runs or (time.perf_counter() - start < 3 and n_runs < 15):
        n_runs += 1
        for engine, solve in engines.items():
            found[engine].append(solve(path))
    if None in found["muster"]:
        print(f"{name:23} muster failed", flush=True)
        return False
    for engine, rounds in found.items():
        # Paired: each run against ours of the same round.
        paired = [(theirs, ours) for theirs, ours in zip(rounds, found["muster"]) if theirs is not None]
        results = [theirs for theirs, _ in paired]
        if len(results) < n_runs:
            print(f"{name:23} {engine:10} failed {n_runs - len(results)} of {n_runs} times", flush=True)
        if not results:
            continue
        keys = ("read", "build", "solve", "build_cpu", "solve_cpu", "mb")
        row = {key: statistics.median(result[key] for result in results) for key in keys}
        for kind in ("", "_cpu"):
            solved, built = f"solve{kind}", f"build{kind}"
            pairs = [(theirs, ours[solved]) for theirs, ours in paired]
            row[f"ratio{kind}"] = statistics.median(theirs[solved] / own for theirs, own in pairs)
            row[f"ratio_with_build{kind}"] = statistics.median(
                (theirs[built] + theirs[solved]) / own for theirs, own in pairs
            )
        shown = " ".join(f"{row[KEYS[name]]:{width}.{digits(name)}f}" for name, width in COLUMNS)
        print(f"{name:23} {engine:10} {shown}", flush=True)
        runs = {key: [round(result[key], 6) for result in results] for key in ("solve", "solve_cpu")}
        costs = sorted({result["cost"] for result in results}, key=str)
        report["cases"].append({
            "case": name, "engine": engine, "load": measure.load(), "cost": costs, "runs": runs,
            **{key: round(value, 6) for key, value in row.items()},
        })
    exact = found["muster"][0]["cost"]
    agree = True
    for engine, rounds in found.items():
        for result in rounds:
            cost = result and result["cost"]
            if result is None or cost == exact:
                continue
            dearer = engine in may_be_dearer and (cost is None or cost > exact)
            if dearer:
                lacks = "all" if cost is None else f"{100 * (exact - cost) / exact:.3f} %"
                print(f"{name:23} {engine:10} lacks {lacks} of the optimum {-exact}", flush=True)
                break
            print(f"{name}: objectives differ: {engine} {cost}, muster {exact}", flush=True)
            agree = False
    return agree


def main():
    args = arguments()
    sys.exit(run("flow", cases(args.seed, args.quick), engines(args.work), args))


if __name__ == "__main__":
    main()
