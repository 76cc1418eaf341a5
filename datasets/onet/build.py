#!/usr/bin/env python3
"""Builds the compact O*NET tables of this folder. Usage: build.py SOURCE_FOLDER TARGET_FOLDER

SOURCE_FOLDER holds the tab-separated tables of the O*NET 29.2 database that README.md describes. The
output is deterministic: rows in the order of the codes, gzip without name and time.
"""
import collections
import gzip
import sys

SOURCE, TARGET = sys.argv[1:3]


def read(name):
    with gzip.open(f"{SOURCE}/{name}.tsv.gz", "rt", encoding="utf-8") as lines:
        rows = [[" ".join(field.split()) for field in line.rstrip("\n").split("\t")] for line in lines]
    assert not any("|" in field for row in rows for field in row)
    return rows[1:]


def write(name, header, rows):
    text = "".join("\t".join(map(str, row)) + "\n" for row in [header, *rows])
    with open(f"{TARGET}/{name}.tsv.gz", "wb") as raw:
        with gzip.GzipFile(filename="", mode="wb", fileobj=raw, compresslevel=9, mtime=0) as out:
            out.write(text.encode("utf-8"))


def main():
    alternate, reported, tasks = (collections.defaultdict(dict) for _ in range(3))
    for code, title, short, _ in read("alternate_titles"):
        alternate[code][title] = None
        if short != "n/a":
            alternate[code][short] = None
    for code, title, _ in read("reported_titles"):
        reported[code][title] = None
    for code, _, task, *_ in read("task_statements"):
        tasks[code][task] = None
    write(
        "occupations",
        ["code", "title", "description", "alternate", "reported", "tasks"],
        [
            [code, title, description, *("|".join(sorted(found[code])) for found in (alternate, reported, tasks))]
            for code, title, description in sorted(read("occupations"))
        ],
    )
    kinds = collections.defaultdict(dict)
    for _, example, _, kind, *_ in read("technology_skills"):
        kinds[example][kind] = None
    write("technologies", ["name", "kinds"], [[name, "|".join(sorted(kinds[name]))] for name in sorted(kinds)])


main()
