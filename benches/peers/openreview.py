"""The assignment model that the OpenReview matcher publishes, solved with its solver (OR-Tools). Prints JSON.

The model is that of `MinMaxSolver` and `SimpleSolver` in the repository openreview/openreview-matcher:
`matcher/solvers/minmax_solver.py` at commit 5c6d950, `matcher/solvers/simple_solver.py` at commit 046124f, costs as
in `matcher/encoder.py` at commit bc5206c (-100 times the aggregated score, cut to an integer). Written anew: arcs
are given to the solver as arrays, where the original goes over every pair in Python, which takes it far longer.

A source sends to reviewers (capacity: their load), reviewers to papers (capacity 1, the pair's cost; only where it is
below zero and there is no conflict), papers to a sink (capacity: reviews wanted). It is solved twice: with the least
loads for capacities, then for what is left of the largest loads and of the papers, without the pairs already had.
"""

import json
import sys
import time

import numpy
from ortools.graph.python import min_cost_flow


class Pass:
    """One flow from loads to demands, built but not solved."""

    def __init__(self, loads, demands, costs, open_pairs):
        n_papers, n_reviewers = costs.shape
        self.papers, self.reviewers = numpy.nonzero(open_pairs)
        self.shape = costs.shape
        source, sink = 0, 1 + n_reviewers + n_papers
        reviewer_nodes = 1 + numpy.arange(n_reviewers)
        paper_nodes = 1 + n_reviewers + numpy.arange(n_papers)
        tails = numpy.concatenate((numpy.full(n_reviewers, source), 1 + self.reviewers, paper_nodes))
        heads = numpy.concatenate((reviewer_nodes, 1 + n_reviewers + self.papers, numpy.full(n_papers, sink)))
        capacities = numpy.concatenate((loads, numpy.ones(len(self.papers), dtype=numpy.int64), demands))
        unit_costs = numpy.zeros(len(tails), dtype=numpy.int64)
        unit_costs[n_reviewers : n_reviewers + len(self.papers)] = costs[self.papers, self.reviewers]
        self.solver = min_cost_flow.SimpleMinCostFlow()
        self.arcs = self.solver.add_arcs_with_capacity_and_unit_cost(tails, heads, capacities, unit_costs)
        total = int(min(loads.sum(), demands.sum()))
        self.solver.set_node_supply(source, total)
        self.solver.set_node_supply(sink, -total)

    def solve(self):
        """The cost and who has which paper; None if the loads cannot be used up."""
        if self.solver.solve() != self.solver.OPTIMAL:
            return None
        n_reviewers = self.shape[1]
        pairs = self.arcs[n_reviewers : n_reviewers + len(self.papers)]
        assigned = numpy.zeros(self.shape, dtype=numpy.int64)
        assigned[self.papers, self.reviewers] = self.solver.flows(pairs)
        return int(self.solver.optimal_cost()), assigned


def main():
    start = time.perf_counter()
    with open(sys.argv[1], encoding="ascii") as file:
        numbers = json.loads(file.readline())
        costs = numpy.array(file.read().split(), dtype=numpy.int64)
    costs = costs.reshape(numbers["papers"], numbers["reviewers"])
    seconds = {"read": time.perf_counter() - start, "build": 0.0, "solve": 0.0, "build_cpu": 0.0, "solve_cpu": 0.0}

    def timed(stage, work):
        start, start_cpu = time.perf_counter(), time.process_time()
        result = work()
        seconds[stage] += time.perf_counter() - start
        seconds[f"{stage}_cpu"] += time.process_time() - start_cpu
        return result

    loads = numpy.full(numbers["reviewers"], numbers["minimum"])
    demands = numpy.full(numbers["papers"], numbers["demand"])
    first = timed("build", lambda: Pass(loads, demands, costs, costs < 0))
    least = timed("solve", first.solve)
    total = None
    if least is not None:
        cost, assigned = least
        rest = timed("build", lambda: Pass(
            numbers["maximum"] - assigned.sum(axis=0),
            demands - assigned.sum(axis=1),
            costs,
            (costs < 0) & (assigned == 0),
        ))
        if (found := timed("solve", rest.solve)) is not None:
            total = cost + found[0]
            assigned = assigned + found[1]
            loads = assigned.sum(axis=0)
            assert assigned.max() == 1 and (assigned.sum(axis=1) == demands).all()
            assert numbers["minimum"] <= loads.min() and loads.max() <= numbers["maximum"]
    print(json.dumps({**seconds, "cost": total}))


main()
