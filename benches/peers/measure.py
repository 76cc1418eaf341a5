"""What every comparison needs: running a program, telling the machine, keeping a report."""

import json
import os
import platform
import re
import subprocess
import time


class Outcome:
    """A program that ended: exit code, what it printed, peak memory in MB, wall and processor seconds of it all."""

    def __init__(self, command):
        start = time.perf_counter()
        process = subprocess.Popen(command, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True)
        # Nothing here prints more than a pipe holds on standard error.
        self.out, self.err = process.stdout.read(), process.stderr.read()
        _, status, usage = os.wait4(process.pid, 0)
        self.code = process.returncode = os.waitstatus_to_exitcode(status)
        self.seconds = time.perf_counter() - start
        self.cpu = usage.ru_utime + usage.ru_stime
        self.mb = usage.ru_maxrss / 1024


def muster(*arguments):
    return Outcome([os.environ["MUSTER"], *arguments])


def once(path, write):
    """Writes a file that is not there yet, whole, in a process of its own: a child's peak memory begins with its
    parent's, so this process must stay small."""
    if not os.path.exists(path):
        if (child := os.fork()) == 0:
            try:
                write(path + ".part")
                os.rename(path + ".part", path)
                os._exit(0)
            except BaseException as error:  # The child must end here, whatever happened.
                print(f"peers: {path}: {error}", flush=True)
                os._exit(1)
        _, status = os.waitpid(child, 0)
        if status:
            raise SystemExit(f"peers: {path} was not written")
    return path


def machine():
    """What the figures were taken on."""
    commit = subprocess.run(["git", "rev-parse", "HEAD"], capture_output=True, text=True).stdout.strip()
    return {"commit": commit, "cpu": cpu(), "cores": os.cpu_count(), "load": load()}


def load():
    """The load average of the last minute, this program's own share included."""
    return round(os.getloadavg()[0], 1)


def cpu():
    try:
        with open("/proc/cpuinfo", encoding="utf-8") as file:
            return re.search(r"model name\s*: (.*)", file.read()).group(1)
    except (OSError, AttributeError):
        return platform.processor() or "unknown"


def save(path, suite, report):
    """Puts a suite's report into a JSON file beside the reports of other suites."""
    if path is None:
        return
    # Where `run` was called, not where it is.
    path = os.path.join(os.environ.get("PEERS_FROM", ""), path)
    reports = {}
    if os.path.exists(path):
        with open(path, encoding="utf-8") as file:
            reports = json.load(file)
    reports[suite] = report
    with open(path, "w", encoding="utf-8") as file:
        json.dump(reports, file, indent=1)
        file.write("\n")
