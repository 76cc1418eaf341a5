#!/usr/bin/env python3
"""Builds the two survey files of this folder. Usage: build.py SOURCE.csv.gz TARGET_FOLDER

Splits the source by column: what the mapping to profiles reads, and, apart from it, what only an
audit of outcomes may read. The output is deterministic: rows sorted by respondent_id, gzip without
name and time.
"""
import csv
import gzip
import io
import sys

SOURCE, TARGET = sys.argv[1:3]
MAPPING = [
    "respondent_id", "country", "occupation", "experience_midpoint", "salary_midpoint", "tech_do",
    "programming_ability", "employment_status", "industry", "education", "remote", "hobby",
    "open_to_new_job", "dev_environment", "rep_range",
]
AUDIT = ["respondent_id", "age_midpoint", "gender"]

with gzip.open(SOURCE, "rt", encoding="utf-8", newline="") as lines:
    rows = sorted(csv.DictReader(lines), key=lambda row: int(row["respondent_id"]))
for name, columns in [("respondents", MAPPING), ("audit", AUDIT)]:
    text = io.StringIO(newline="")
    out = csv.writer(text, lineterminator="\n")
    out.writerow(columns)
    out.writerows([row[column] for column in columns] for row in rows)
    with open(f"{TARGET}/{name}.csv.gz", "wb") as raw:
        with gzip.GzipFile(filename="", mode="wb", fileobj=raw, compresslevel=9, mtime=0) as packed:
            packed.write(text.getvalue().encode("utf-8"))
    print(name, len(rows))
