"""OR-Tools' minimum-cost flow on a DIMACS file: read, build, solve, apart. Prints JSON."""

import json
import sys
import time

import numpy
from ortools.graph.python import min_cost_flow


def read(path):
    with open(path, encoding="ascii") as file:
        kind = file.readline().split()
        supplies = numpy.zeros(int(kind[2]), dtype=numpy.int64)
        arcs = []
        for line in file:
            if line[0] == "a":
                arcs.append(line[2:])
            elif line[0] == "n":
                _, node, supply = line.split()
                supplies[int(node) - 1] = int(supply)
    numbers = numpy.array(" ".join(arcs).split(), dtype=numpy.int64).reshape(-1, 5)
    return supplies, numbers


def main():
    start = time.perf_counter()
    supplies, arcs = read(sys.argv[1])
    read_seconds = time.perf_counter() - start

    start, start_cpu = time.perf_counter(), time.process_time()
    tails, heads, lowers, capacities, costs = (arcs[:, column] for column in range(5))
    tails, heads = tails - 1, heads - 1
    # It knows no lower bounds: they are taken off, and their cost is added at the end.
    numpy.subtract.at(supplies, tails, lowers)
    numpy.add.at(supplies, heads, lowers)
    solver = min_cost_flow.SimpleMinCostFlow()
    solver.add_arcs_with_capacity_and_unit_cost(tails, heads, capacities - lowers, costs)
    solver.set_nodes_supplies(numpy.arange(len(supplies)), supplies)
    build_seconds, build_cpu = time.perf_counter() - start, time.process_time() - start_cpu

    start, start_cpu = time.perf_counter(), time.process_time()
    status = solver.solve()
    solve_seconds, solve_cpu = time.perf_counter() - start, time.process_time() - start_cpu
    cost = None
    if status == solver.OPTIMAL:
        cost = int(solver.optimal_cost()) + int((lowers * costs).sum())
    print(json.dumps({
        "read": read_seconds,
        "build": build_seconds,
        "build_cpu": build_cpu,
        "solve": solve_seconds,
        "solve_cpu": solve_cpu,
        "cost": cost,
    }))


main()
