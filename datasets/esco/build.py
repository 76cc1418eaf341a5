#!/usr/bin/env python3
"""Builds the compact ESCO tables of this folder. Usage: build.py SOURCE_FOLDER TARGET_FOLDER

SOURCE_FOLDER holds the tab-separated copies of the ESCO 1.2.0 classification that README.md
describes. The output is deterministic: rows sorted by label, gzip without name and time.
"""
import collections
import gzip
import math
import sys

SOURCE, TARGET = sys.argv[1:3]


def read(name):
    with gzip.open(f"{SOURCE}/{name}.tsv.gz", "rt", encoding="utf-8") as lines:
        rows = [line.rstrip("\n").split("\t") for line in lines]
    return rows[1:]


def write(name, header, rows):
    text = "".join("\t".join(map(str, row)) + "\n" for row in [header, *rows])
    with open(f"{TARGET}/{name}.tsv.gz", "wb") as raw:
        with gzip.GzipFile(filename="", mode="wb", fileobj=raw, compresslevel=9, mtime=0) as out:
            out.write(text.encode("utf-8"))


def plain(text):
    return " ".join(text.split())


def trigrams(text):
    grams = collections.Counter()
    for word in text.lower().replace("-", " ").split():
        word = f" {word} "
        grams.update(word[i : i + 3] for i in range(len(word) - 2))
    return grams


def likeness(a, b):
    dot = sum(n * b[g] for g, n in a.items() if g in b)
    norm = math.sqrt(sum(n * n for n in a.values()) * sum(n * n for n in b.values()))
    return dot / norm if norm else 0.0


def cleaned_alternatives(skills):
    """Alternative labels by skill id, without those that belong to another skill.

    One of the merged sources has its alternative labels shifted against its skills. Blocks of
    labels that several skills share stay with the skill whose own label they resemble most (with
    all of them where they resemble several);
    a label that resembles another skill's label far better than its own is dropped. A skill that
    lost a block was hit by the shift, so of its further labels only similar ones are kept.
    """
    label = {r[0]: r[1] for r in skills}
    grams = {i: trigrams(text) for i, text in label.items()}
    own_labels = {text.lower() for text in label.values()}
    owners = collections.defaultdict(set)
    spelling = {}
    for row in skills:
        for alt in row[4].split("|"):
            alt = " ".join(alt.split())
            if alt and alt.lower() not in own_labels:
                owners[alt.lower()].add(row[0])
                spelling.setdefault(alt.lower(), alt)
    blocks = collections.defaultdict(list)
    for alt in sorted(owners):
        blocks[tuple(sorted(owners[alt]))].append(alt)
    kept, dropped = collections.defaultdict(list), 0
    # Labels by trigram, for the search of a better owner.
    holders = collections.defaultdict(list)
    for skill, g in grams.items():
        for gram in g:
            holders[gram].append(skill)
    shifted = set()
    for ids, alts in sorted(blocks.items(), key=lambda block: (-len(block[0]), block[0])):
        n_sharing = len(ids)
        if len(ids) > 1:
            score = {i: sum(likeness(trigrams(a), grams[i]) for a in alts) / len(alts) for i in ids}
            ranked = sorted(ids, key=lambda i: (-score[i], i))
            alike = [i for i in ranked if score[i] >= 0.3]
            if len(alike) > 1 and score[alike[0]] < 1.2 * score[alike[1]]:
                # Truly shared: whoever uses it is asked which one is meant.
                for i in alike:
                    kept[i].extend(spelling[a] for a in alts)
                dropped += len(alts) * (len(ids) - len(alike))
                continue
            if score[ranked[0]] < 0.1 or (score[ranked[0]] < 0.3 and score[ranked[0]] < 2 * score[ranked[1]]):
                dropped += len(alts) * len(ids)
                continue
            shifted.update(ranked[1:])
            ids = ranked[:1]
            dropped += len(alts) * (len(score) - 1)
        (skill,) = ids
        for alt in alts:
            g = trigrams(alt)
            mine = likeness(g, grams[skill])
            if mine < 0.25 and n_sharing == 1 and skill in shifted:
                dropped += 1
                continue
            if mine < 0.25:
                near = collections.Counter()
                for gram in g:
                    if len(holders[gram]) < 1500:
                        near.update(holders[gram])
                best = max((likeness(g, grams[i]) for i, _ in near.most_common(50)), default=0.0)
                if best > 0.6:
                    dropped += 1
                    continue
            kept[skill].append(spelling[alt])
    print(len(shifted), "skills shifted; alternative labels kept", sum(map(len, kept.values())), "dropped", dropped)
    return kept


def main():
    skills = sorted((r for r in read("skills") if r[1]), key=lambda r: (r[1].lower(), r[0]))
    skill_no = {r[0]: n for n, r in enumerate(skills)}
    alternatives = cleaned_alternatives(skills)
    groups = sorted(read("skill_groups"), key=lambda r: (r[1] or "~", r[0]))
    group_no = {r[0]: n for n, r in enumerate(groups)}

    parents = collections.defaultdict(set)
    for kind, child, parent_kind, parent in read("skill_broader"):
        where = group_no if parent_kind == "SkillGroup" else skill_no
        if parent in where:
            parents[kind == "SkillGroup", child, parent_kind == "SkillGroup"].add(where[parent])
    related = collections.defaultdict(set)
    for skill, relation, other in read("skill_skill"):
        if skill in skill_no and other in skill_no:
            related[skill, relation].add(skill_no[other])
    uses = collections.defaultdict(set)
    for occupation, relation, skill, _ in read("occupation_skill"):
        if skill in skill_no:
            uses[occupation, relation].add(skill_no[skill])

    numbers = lambda found: " ".join(map(str, sorted(found)))
    kinds = {"knowledge": "knowledge", "skill/competence": "skill", "": ""}
    write(
        "skills",
        ["id", "label", "kind", "reuse", "alternatives", "broader", "groups", "essential", "optional"],
        [
            [
                r[0], r[1], kinds[r[2]], r[3], "|".join(sorted(alternatives[r[0]])),
                numbers(parents[False, r[0], False]), numbers(parents[False, r[0], True]),
                numbers(related[r[0], "essential"]), numbers(related[r[0], "optional"]),
            ]
            for r in skills
        ],
    )
    write(
        "skill_groups",
        ["id", "code", "label", "broader"],
        [[r[0], r[1], r[2], numbers(parents[True, r[0], True])] for r in groups],
    )
    occupations = sorted(read("occupations"), key=lambda r: (r[3].lower(), r[0]))
    write(
        "occupations",
        ["id", "code", "isco", "label", "alternatives", "essential", "optional"],
        [
            [*r[:5], numbers(uses[r[0], "essential"]), numbers(uses[r[0], "optional"] - uses[r[0], "essential"])]
            for r in occupations
        ],
    )
    # A line for each row of the tables above: the same order, so no id is needed.
    write("skill_descriptions", ["description"], [[plain(r[5])] for r in skills])
    write("occupation_descriptions", ["description"], [[plain(r[5])] for r in occupations])
    write("isco_groups", ["code", "label"], sorted([r[1], r[2]] for r in read("isco_groups")))
    print(len(skills), "skills", len(groups), "groups", len(occupations), "occupations")


main()
