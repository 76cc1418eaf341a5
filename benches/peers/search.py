"""Finding people: Muster's index, SQLite FTS5 and Lucene over the same profiles, with the same queries. See `run`.

Every engine is a process that stays and answers a query a line, and times itself: nobody's start is measured. All run
on one core. Peers answer with ids and stored profiles as text; Muster also decodes them and counts everybody found.
"""

import argparse
import json
import os
import statistics
import subprocess
import sys
import time

import measure
import people

JARS = "/usr/share/java"


class Engine:
    """A process that answers queries."""

    def __init__(self, command):
        # One core for everybody: none of the peers uses two for a query.
        pinned = ["taskset", "-c", str(max(os.sched_getaffinity(0))), *command]
        self.process = subprocess.Popen(pinned, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True)
        self.opened = self._answer()["opened"]

    def _answer(self):
        line = self.process.stdout.readline()
        if not line:
            raise SystemExit(f"peers: {self.process.args} ended")
        return json.loads(line)

    def _cpu(self):
        """Processor seconds of the process so far: Linux's clock for it, as clock_getcpuclockid(3) makes it."""
        return time.clock_gettime(~self.process.pid << 3 | 2)

    def ask(self, number):
        """The answer, with the processor seconds it took; reading the line and printing count where the engine tells
        no better (Muster)."""
        start = self._cpu()
        self.process.stdin.write(f"{number}\n")
        self.process.stdin.flush()
        answer = self._answer()
        return {"cpu": self._cpu() - start, **answer}

    def warm(self, number):
        """Asks without measuring, so that caches are full and what is compiled at run time has been."""
        until, n_asked = self._cpu() + 1.5, 0
        while self._cpu() < until and n_asked < 500:
            self.ask(number)
            n_asked += 1

    def end(self):
        """Peak memory in MB."""
        self.process.stdin.close()
        _, _, usage = os.wait4(self.process.pid, 0)
        self.process.returncode = 0
        return usage.ru_maxrss / 1024


def built(place, command):
    """Runs what builds an index, unless it is there; seconds or None."""
    if os.path.exists(place):
        return None
    outcome = measure.Outcome(command)
    if outcome.code:
        raise SystemExit(f"peers: {command[0]} builds no index: {outcome.err[-600:]}")
    return outcome.cpu


def engines(args, folder):
    """Engines that are there, by name, and processor seconds of building each index."""
    queries, campaigns, table = (os.path.join(folder, name) for name in ("queries.json", "asked.json", "people.tsv"))
    python = os.path.join(args.work, "venv/bin/python")
    index, database, lucene = (os.path.join(folder, name) for name in ("index", "people.sqlite", "lucene"))
    build = {"muster": built(index, [os.environ["MUSTER"], "index", os.path.join(folder, "pool.jsonl"), "-o", index])}
    found = {"muster": Engine([os.environ["MUSTER_SEARCH"], index, queries, campaigns])}
    # Scores of roles are a number of everybody's that peers only sort by; Muster computes them while it searches.
    measure.once(table, lambda path: people.table(path, folder, found["muster"]))
    build["sqlite"] = built(database, [python, "sqlite_search.py", "--build", database, table])
    found["sqlite"] = Engine([python, "sqlite_search.py", database, queries])
    classes = os.path.join(args.work, "lucene-classes")
    if os.path.exists(os.path.join(classes, "LuceneSearch.class")):
        java = ["java", "-Xmx4g", "-cp", f"{classes}:{people.lucene_jars(JARS)}", "LuceneSearch"]
        build["lucene"] = built(lucene, [*java, "--build", lucene, table])
        found["lucene"] = Engine([*java, lucene, os.path.join(folder, "queries.tsv")])
    else:
        print("search: no Lucene here")
    return found, build


def main():
    parser = argparse.ArgumentParser()
    parser.add_argument("--work", required=True)
    parser.add_argument("--quick", action="store_true", help="20,000 people in place of 100,000")
    parser.add_argument("--runs", type=int, default=20, help="rounds measured")
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--only", default="", help="queries whose name contains this")
    parser.add_argument("--json", help="where the figures go as JSON")
    args = parser.parse_args()
    size = 20_000 if args.quick else 100_000
    folder = os.path.join(args.work, f"people-{size}-{args.seed}")
    people.generate(folder, size, args.seed)
    asked = people.queries(folder)
    running, build = engines(args, folder)
    report = {"seed": args.seed, "people": size, "rounds": args.runs, **measure.machine(), "build_cpu": build, "cases": []}
    report["opened"] = {name: engine.opened for name, engine in running.items()}
    print(f"search: {size} people, seed {args.seed}, {args.runs} rounds in alternation, one core of {report['cpu']}")
    print("processor seconds of building the index:", build, " seconds of opening it:", report["opened"])
    print(f"{'query':28} {'engine':8} {'p50 ms':>9} {'p95 ms':>9} {'cpu ms':>9} {'ratio':>7} {'found':>7} {'agrees':>8}")
    wrong = []
    for number, query in enumerate(asked):
        if args.only in query["name"]:
            wrong += compare(number, query, running, args.runs, report)
    for name, engine in running.items():
        report.setdefault("mb", {})[name] = engine.end()
    print("peak memory in MB:", {name: round(mb) for name, mb in report["mb"].items()})
    measure.save(args.json, "search", report)
    if wrong:
        sys.exit(f"peers: answers differ that must not: {', '.join(wrong)}")


def compare(number, query, engines, n_rounds, report):
    """One query: prints its rows; its name if engines that must agree do not."""
    wall, cpu = ({name: [] for name in engines} for _ in range(2))
    for engine in engines.values():
        engine.warm(number)
    answers = {}
    for _ in range(n_rounds):
        for name, engine in engines.items():
            answers[name] = engine.ask(number)
            wall[name].append(answers[name]["seconds"])
            cpu[name].append(answers[name]["cpu"])
    ours = answers["muster"]
    wrong = []
    for name, answer in answers.items():
        middle, high = statistics.median(wall[name]), sorted(wall[name])[int(0.95 * n_rounds)]
        # By processor time: where others use the machine, whatever is longer than a slice of it waits for them.
        ratio = statistics.median(theirs / own for theirs, own in zip(cpu[name], cpu["muster"]))
        used = statistics.median(cpu[name])
        share = agreement(query, ours, answer)
        # Without words there is nothing that stemming or ranking could make different.
        if query["exact"] and share < 1:
            wrong.append(f"{query['name']} ({name})")
        print(
            f"{query['name']:28} {name:8} {1000 * middle:9.3f} {1000 * high:9.3f} {1000 * used:9.3f} {ratio:7.2f} "
            f"{answer['total']:>7} {100 * share:7.1f} %",
            flush=True,
        )
        report["cases"].append({
            "query": query["name"], "engine": name, "load": measure.load(), "p50": middle, "p95": high,
            "cpu": used, "ratio": ratio, "found": answer["total"], "agrees": share,
        })
    return wrong


def agreement(query, ours, theirs):
    """Which share of our answer is in theirs: of the people shown, or of the counts (the smaller of the two)."""
    if "counts" in ours:
        both = total = 0
        for kind, counts in ours["counts"].items():
            other = dict(map(tuple, theirs["counts"][kind]))
            both += sum(min(count, other.get(value, 0)) for value, count in counts)
            total += max(sum(count for _, count in counts), sum(other.values()))
        return both / total if total else 1.0
    if "numbers" in ours:
        # Equal scores at the end of the list are anybody's: what counts is the scores.
        return float(sorted(ours["numbers"]) == sorted(theirs["numbers"]))
    both = len(set(ours["ids"]) & set(theirs["ids"]))
    return both / len(ours["ids"]) if ours["ids"] else float(not theirs["ids"])


if __name__ == "__main__":
    main()
