#!/usr/bin/env python3
"""Builds sentences.tsv.gz of this folder. Usage: build.py SOURCE_FOLDER TARGET_FOLDER

SOURCE_FOLDER holds the four CoNLL files that README.md names. The output is deterministic: sentences in
the order of the files, each once, only those with a span; gzip without name and time.
"""
import gzip
import sys

SOURCE, TARGET = sys.argv[1:3]
FILES = ("house_train", "house_dev", "tech_train", "tech_dev")


def spans_of(tokens, column):
    spans = []
    for token in tokens:
        if token[column].startswith("B"):
            spans.append([token[0]])
        elif token[column].startswith("I") and spans:
            spans[-1].append(token[0])
    return [" ".join(words) for words in spans]


def plain(text):
    # The source has the bytes 0x80 … 0x9F of Windows-1252 as control characters.
    text = "".join(bytes([ord(c)]).decode("cp1252", "ignore") if 0x80 <= ord(c) < 0xA0 else c for c in text)
    return " ".join(text.replace("|", "/").split())


def main():
    rows = {}
    for name in FILES:
        with gzip.open(f"{SOURCE}/{name}.conll.gz", "rt", encoding="utf-8") as file:
            blocks = file.read().split("\n\n")
        for block in blocks:
            tokens = [line.split("\t") for line in block.split("\n") if line]
            spans = [plain(span) for column in (1, 2) for span in spans_of(tokens, column)]
            if spans:
                rows.setdefault(plain(" ".join(token[0] for token in tokens)), "|".join(spans))
    text = "sentence\tspans\n" + "".join(f"{sentence}\t{spans}\n" for sentence, spans in rows.items())
    with open(f"{TARGET}/sentences.tsv.gz", "wb") as raw:
        with gzip.GzipFile(filename="", mode="wb", fileobj=raw, compresslevel=9, mtime=0) as out:
            out.write(text.encode("utf-8"))
    print(len(rows), "sentences")


main()
