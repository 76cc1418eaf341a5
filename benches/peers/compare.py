"""Muster and its peers on the same files, in alternation: medians, ratios, peak memory. See `run`."""

import argparse
import json
import os
import platform
import re
import statistics
import subprocess
import sys
import time

import instances


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


def run(command):
    """The output, its peak memory in MB, and its time; None where it failed or took too long."""
    start = time.perf_counter()
    process = subprocess.Popen(command, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True)
    out, err = process.stdout.read(), process.stderr.read()
    _, status, usage = os.wait4(process.pid, 0)
    process.returncode = os.waitstatus_to_exitcode(status)
    seconds = time.perf_counter() - start
    return process.returncode, out, err, usage.ru_maxrss / 1024, seconds


def muster(path):
    code, out, err, memory, _ = run([os.environ["MUSTER"], "flow", "--time", path])
    if code:
        return None
    read, solve = re.search(r"read ([0-9.]+) s, solved ([0-9.]+) s", err).groups()
    cost = int(re.search(r"^s (-?\d+)", out).group(1))
    # What others build before they solve is built within the solve here.
    return {"read": float(read), "build": 0.0, "solve": float(solve), "cost": cost, "mb": memory}


def peer(*command):
    def solve(path):
        code, out, _, memory, _ = run([*command, path])
        return None if code else {**json.loads(out), "mb": memory}

    return solve


def main():
    parser = argparse.ArgumentParser()
    parser.add_argument("--work", required=True)
    parser.add_argument("--quick", action="store_true", help="nothing that takes LEMON more than a second")
    parser.add_argument("--runs", type=int, default=3)
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--only", default="", help="cases whose name contains this")
    parser.add_argument("--json", help="where the figures go as JSON")
    args = parser.parse_args()
    engines = {
        "muster": muster,
        "lemon": peer(os.path.join(args.work, "lemon")),
        "ortools": peer(os.path.join(args.work, "venv/bin/python"), "ortools_flow.py"),
    }
    commit = subprocess.run(["git", "rev-parse", "HEAD"], capture_output=True, text=True).stdout.strip()
    report = {"seed": args.seed, "runs": args.runs, "commit": commit, "cpu": cpu(), "cores": os.cpu_count()}
    report["cases"] = []
    print(f"seed {args.seed}, {args.runs} runs each in alternation, {report['cores']} cores of {report['cpu']}")
    print(f"{'case':20} {'engine':8} {'read s':>9} {'build s':>9} {'solve s':>10} {'ratio':>7} {'+build':>7} {'MB':>6}")
    agree = True
    for name, write in cases(args.seed, args.quick):
        if args.only in name:
            agree &= compare(name, write, engines, args, report)
    if args.json:
        with open(args.json, "w", encoding="utf-8") as file:
            json.dump(report, file, indent=1)
    if not agree:
        sys.exit("peers: objectives differ")


def compare(name, write, engines, args, report):
    """One case: prints its rows, adds them to the report, says whether all found the same cost."""
    path = os.path.join(args.work, f"{name}-{args.seed}.min")
    if not os.path.exists(path):
        # In a process of its own, so that this one stays small: peak memory of a child begins with its parent's.
        if (child := os.fork()) == 0:
            write(path + ".part")
            os.rename(path + ".part", path)
            os._exit(0)
        os.waitpid(child, 0)
    found = {engine: [] for engine in engines}
    start, n_runs = time.perf_counter(), 0
    # Small cases are run more often, for three seconds.
    while n_runs < args.runs or (time.perf_counter() - start < 3 and n_runs < 15):
        n_runs += 1
        for engine, solve in engines.items():
            if (result := solve(path)) is not None:
                found[engine].append(result)
    ours = found["muster"]
    for engine, results in found.items():
        if not results:
            print(f"{name:20} {engine:8} failed", flush=True)
            continue
        middle = {key: statistics.median(result[key] for result in results) for key in ("read", "build", "solve", "mb")}
        # Paired: each run against ours of the same round.
        pairs = list(zip(results, ours))
        ratio = statistics.median(theirs["solve"] / own["solve"] for theirs, own in pairs)
        built = statistics.median((theirs["build"] + theirs["solve"]) / own["solve"] for theirs, own in pairs)
        print(
            f"{name:20} {engine:8} {middle['read']:9.3f} {middle['build']:9.3f} {middle['solve']:10.4f} "
            f"{ratio:7.2f} {built:7.2f} {middle['mb']:6.0f}",
            flush=True,
        )
        report["cases"].append({"case": name, "engine": engine, "ratio": ratio, "ratio_with_build": built, **middle, "runs": results})
    costs = {result["cost"] for results in found.values() for result in results}
    if len(costs) != 1:
        print(f"{name}: objectives differ: {sorted(map(str, costs))}", flush=True)
    return len(costs) == 1


def cpu():
    try:
        with open("/proc/cpuinfo", encoding="utf-8") as file:
            return re.search(r"model name\s*: (.*)", file.read()).group(1)
    except (OSError, AttributeError):
        return platform.processor() or "unknown"


main()
