"""HiGHS on the model of `staffing`: read, build, solve, apart, with a trace of plans and bounds. Prints JSON.

    highs_plan.py PROBLEM PLAN SECONDS THREADS
"""

import json
import math
import sys
import time

import highspy
import numpy

import staffing

# HiGHS's tolerances are made for numbers of this size: dollars.
SCALE = 100


def passed(model):
    """The model as HiGHS takes it, column by column."""
    starts, rows, factors = [0], [], []
    for entries in model.entries:
        rows += entries.keys()
        factors += entries.values()
        starts.append(len(rows))
    factors = numpy.array(factors, dtype=float)
    rows = numpy.array(rows, dtype=numpy.int32)
    least, most = (numpy.array(sides, dtype=float) for sides in (model.least, model.most))
    # Rows of cents or of points by the hundred are brought to size; the rest is small whole numbers.
    largest = numpy.ones(len(least))
    numpy.maximum.at(largest, rows, numpy.abs(factors))
    scale = numpy.where(largest > 10_000, 0.01, 1.0)
    lp = highspy.HighsLp()
    lp.num_col_, lp.num_row_ = len(model.gain), len(model.least)
    lp.sense_ = highspy.ObjSense.kMaximize
    lp.col_cost_ = numpy.array(model.gain, dtype=float) / SCALE
    lp.col_lower_ = numpy.zeros(lp.num_col_)
    lp.col_upper_ = numpy.array(model.upper, dtype=float)
    lp.row_lower_, lp.row_upper_ = least * scale, most * scale
    lp.offset_ = model.constant / SCALE
    lp.a_matrix_.format_ = highspy.MatrixFormat.kColwise
    lp.a_matrix_.start_ = numpy.array(starts, dtype=numpy.int32)
    lp.a_matrix_.index_ = rows
    lp.a_matrix_.value_ = factors * scale[rows]
    kinds = highspy.HighsVarType
    lp.integrality_ = [kinds.kInteger if whole else kinds.kContinuous for whole in model.integer]
    return lp


def main():
    path, plan_path, seconds, threads = sys.argv[1:]
    start = time.perf_counter()
    problem = staffing.read(path)
    read_seconds = time.perf_counter() - start

    start = time.perf_counter()
    made = staffing.Staffing(problem)
    highs = highspy.Highs()
    highs.setOptionValue("output_flag", False)
    highs.passModel(passed(made.model))
    build_seconds = time.perf_counter() - start

    highs.setOptionValue("threads", int(threads))
    highs.setOptionValue("parallel", "on" if int(threads) > 1 else "off")
    highs.setOptionValue("time_limit", float(seconds))
    highs.setOptionValue("mip_rel_gap", 0.0)
    highs.setOptionValue("mip_abs_gap", 0.5 / SCALE)
    scores = numpy.array(made.score_values(), dtype=float)
    trace, score = [], [None]
    start, start_cpu = time.perf_counter(), time.process_time()

    def note(event):
        out = event.data_out
        trace.append({
            "seconds": time.perf_counter() - start,
            "objective": cents(out.mip_primal_bound),
            "bound": cents(out.mip_dual_bound),
            "score": score[0],
        })

    def better(event):
        score[0] = float(scores @ numpy.array(event.data_out.mip_solution)[: len(scores)])
        note(event)

    highs.cbMipImprovingSolution += better
    highs.cbMipLogging += note
    highs.run()
    solve_seconds, solve_cpu = time.perf_counter() - start, time.process_time() - start_cpu

    info = highs.getInfo()
    values = highs.getSolution().col_value
    found = info.primal_solution_status == 2
    bound = cents(info.mip_dual_bound)
    if found and bound is None:
        bound = 10**29
    if found:
        chosen = made.chosen(values)
        objective = made.objective(chosen)
        score[0] = float(scores @ (numpy.array(values)[: len(scores)] > 0.5))
        with open(plan_path, "w", encoding="utf-8") as file:
            json.dump(staffing.plan_of(staffing.stints_of(chosen), objective, bound), file)
    trace.append({
        "seconds": solve_seconds,
        "objective": objective if found else None,
        "bound": bound,
        "score": score[0],
    })
    print(json.dumps({
        "read": read_seconds,
        "build": build_seconds,
        "solve": solve_seconds,
        "solve_cpu": solve_cpu,
        "status": highs.modelStatusToString(highs.getModelStatus()),
        "objective": trace[-1]["objective"],
        "bound": bound,
        "columns": len(made.model.gain),
        "rows": len(made.model.least),
        "trace": trace,
    }))


def cents(value):
    """Dollars as whole cents; None where there are none yet."""
    return round(value * SCALE) if math.isfinite(value) else None


main()
