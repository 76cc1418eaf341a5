"""Staffing problems with every kind of rule: `muster solve`, HiGHS on the whole model, in one week Timefold. See `run`.

Everybody has the same time from a problem in memory on; reading and building are told apart. Every plan goes through
`muster check`, and nobody's plan may be better than a bound that another proved.
"""

import argparse
import glob
import json
import os
import re
import sys

import measure

# Shares of the score value at which the gap is looked at.
GAPS = (0.01, 0.001)


def cases(quick):
    """Name, and arguments of `muster generate --problem`."""

    def problem(experts, campaigns, heads, weeks, *more):
        sizes = {"experts": experts, "campaigns": campaigns, "heads": heads, "weeks": weeks}
        return [part for name, value in sizes.items() for part in (f"--{name}", str(value))] + list(more)

    yield "1-week-300", problem(300, 3, 60, 1)
    yield "1-week-2k", problem(2_000, 5, 400, 1)
    yield "6-weeks-40", problem(40, 2, 14, 6)
    yield "6-weeks-48-starved", problem(48, 1, 16, 6, "--starved")
    yield "13-weeks-60", problem(60, 1, 20, 13)
    yield "13-weeks-200", problem(200, 2, 50, 13)
    yield "13-weeks-600", problem(600, 3, 100, 13)
    if not quick:
        yield "1-week-10k", problem(10_000, 5, 1_000, 1)
        yield "13-weeks-600-starved", problem(600, 3, 100, 13, "--starved")
        yield "13-weeks-2k", problem(2_000, 5, 300, 13)
        yield "13-weeks-5k", problem(5_000, 5, 500, 13)


def muster(path, plan, args):
    """What `muster solve` found."""
    trace = plan + ".trace"
    limits = ["--time-limit", str(args.seconds), "--threads", str(args.threads), "--seed", str(args.seed)]
    outcome = measure.muster("solve", path, "-o", plan, "--trace", trace, *limits)
    if outcome.code:
        return None
    solve = float(re.search(r"solved in ([0-9.]+) s", outcome.err).group(1))
    with open(trace, encoding="utf-8") as file:
        events = [json.loads(line) for line in file]
    with open(plan, encoding="utf-8") as file:
        found = json.load(file)
    return {
        # Reading, checking and writing: it builds within the solve.
        "read": outcome.seconds - solve,
        "build": 0.0,
        "solve": solve,
        # All of the program, reading and checking included.
        "cpu": outcome.cpu,
        "mb": outcome.mb,
        "objective": found.get("objective"),
        "bound": found.get("bound"),
        "reached": {share: reached(events, share, lambda event: event["gap_share"]) for share in GAPS},
    }


def highs(path, plan, args):
    return peer(path, plan, args, "highs_plan.py", str(args.threads))


def timefold(path, plan, args):
    classes = os.path.join(args.work, "timefold-classes")
    jars = glob.glob(f"{args.work}/venv/lib/python*/site-packages/timefold/solver/jars")
    return peer(path, plan, args, "timefold_week.py", ":".join([classes, *(f"{folder}/*" for folder in jars)]))


def peer(path, plan, args, script, *more):
    """What a peer's program found; it must end by itself, some time after its limit."""
    python = os.path.join(args.work, "venv/bin/python")
    outcome = measure.Outcome(["timeout", str(5 * args.seconds + 300), python, script, path, plan, str(args.seconds), *more])
    if outcome.code:
        print(outcome.err.strip()[-400:], flush=True)
        return None
    found = json.loads(outcome.out.splitlines()[-1])
    return {
        **{key: found[key] for key in ("read", "build", "solve", "objective", "bound", "status")},
        # Timefold's is that of all of its program, as ours.
        "cpu": found.get("solve_cpu", outcome.cpu),
        "mb": outcome.mb,
        "reached": {share: reached(found["trace"], share, share_of) for share in GAPS},
    }


def share_of(event):
    """The gap as a share of the plan's score value; None where there is no plan or no bound."""
    if event.get("bound") is None or event["objective"] is None or not event["score"]:
        return None
    return (event["bound"] - event["objective"]) / event["score"]


def reached(events, share, share_of):
    """When a plan was first proved to lack at most a share; None where it never was."""
    for event in events:
        if (gap := share_of(event)) is not None and gap <= share:
            return event["seconds"]
    return None


def checked(path, plan, name):
    """The score value of a plan that keeps every rule and claims no more than it has; None for another."""
    outcome = measure.muster("check", "--json", path, plan)
    report = json.loads(outcome.out) if outcome.out else {}
    if outcome.code:
        print(f"{name}: muster check refuses the plan: {report.get('false_claims')} {outcome.err[:400]}", flush=True)
        return None
    return report["gap"]["score_cents"]


def main():
    parser = argparse.ArgumentParser()
    parser.add_argument("--work", required=True)
    parser.add_argument("--quick", action="store_true", help="without the large ones, and half the time")
    parser.add_argument("--runs", type=int, default=1)
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--threads", type=int, default=os.cpu_count())
    parser.add_argument("--seconds", type=float, help="for everybody; 60, with --quick 30")
    parser.add_argument("--only", default="", help="cases whose name contains this")
    parser.add_argument("--json", help="where the figures go as JSON")
    args = parser.parse_args()
    args.seconds = args.seconds or (30 if args.quick else 60)
    report = {"seed": args.seed, "seconds": args.seconds, "threads": args.threads, **measure.machine(), "cases": []}
    print(f"plan: seed {args.seed}, {args.seconds:g} s and {args.threads} threads for everybody, {report['cpu']}")
    print(
        f"{'case':21} {'engine':9} {'read s':>7} {'build s':>7} {'solve s':>8} {'cpu s':>7} {'MB':>5} {'objective':>14} "
        f"{'own gap':>10} {'best gap':>10} {'to 1 %':>8} {'to 0.1 %':>8}   gaps in % of the score value"
    )
    fair = True
    for name, arguments in cases(args.quick):
        if args.only in name:
            fair &= compare(name, arguments, args, report)
            measure.save(args.json, "plan", report)
    if not fair:
        sys.exit("peers: a plan breaks a rule, or is better than a bound that was proved")


def compare(name, arguments, args, report):
    """One case: prints its rows, adds them to the report; whether plans and bounds agree."""
    path = os.path.join(args.work, f"{name}-{args.seed}.json")
    if not os.path.exists(path):
        made = measure.muster("generate", "--problem", path, "--seed", str(args.seed), *arguments)
        if made.code:
            raise SystemExit(f"peers: {path}: {made.err}")
    engines = {"muster": muster, "highs": highs}
    if name.startswith("1-week") and os.path.exists(os.path.join(args.work, "timefold-classes")):
        engines["timefold"] = timefold
    fair = True
    rows = []
    for _ in range(args.runs):
        for engine, solve in engines.items():
            plan = os.path.join(args.work, f"{name}-{args.seed}-{engine}.plan")
            row = solve(path, plan, args)
            if row is None:
                print(f"{name:21} {engine:9} failed", flush=True)
                fair &= engine == "timefold"
                continue
            row["score"] = None
            if row["objective"] is not None:
                row["score"] = checked(path, plan, f"{name} {engine}")
                fair &= row["score"] is not None
            rows.append({"case": name, "engine": engine, "load": measure.load(), **row})
    bounds = [row["bound"] for row in rows if row["bound"] is not None]
    objectives = [row["objective"] for row in rows if row["objective"] is not None]
    for row in rows:
        show(row, min(bounds, default=None))
    report["cases"] += rows
    # A cent of a floating-point solver's tolerance for every 10^9 of the objective.
    if bounds and objectives and max(objectives) > min(bounds) + 1 + abs(max(objectives)) // 10**9:
        print(f"{name}: the plan of {max(objectives)} is better than the bound of {min(bounds)}", flush=True)
        fair = False
    return fair


def show(row, bound):
    """Prints a row; gaps to the engine's own bound, and to the best that anybody proved."""

    def gap(to):
        if to is None or row["objective"] is None or not row["score"]:
            return "-"
        return f"{100 * (to - row['objective']) / row['score']:.4f}"

    def seconds(value):
        return "-" if value is None else f"{value:.2f}"

    objective = "none" if row["objective"] is None else row["objective"]
    print(
        f"{row['case']:21} {row['engine']:9} {row['read']:7.2f} {row['build']:7.2f} {row['solve']:8.2f} {row['cpu']:7.2f} "
        f"{row['mb']:5.0f} {objective:>14} {gap(row['bound']):>10} {gap(bound):>10} "
        f"{seconds(row['reached'][0.01]):>8} {seconds(row['reached'][0.001]):>8}",
        flush=True,
    )


if __name__ == "__main__":
    main()
