#!/usr/bin/env python3
"""Makes countries.tsv and languages.tsv of CLDR's English names, as Babel has them.

    pip install babel==2.18.0 && datasets/places/build.py
"""
from pathlib import Path

import babel
from babel import Locale

HERE = Path(__file__).parent
# Codes of CLDR that no profile can have as a country: exceptional reservations, groupings, tests.
NOT_COUNTRIES = {"AC", "CP", "CQ", "DG", "EA", "EU", "EZ", "IC", "QO", "TA", "UM", "UN", "XA", "XB", "ZZ"}
# Languages of three letters that people state in profiles.
LONG = {"ast", "bho", "ceb", "chr", "ckb", "fil", "gsw", "haw", "hil", "hmn", "ilo", "kok", "mai", "mni", "nds", "nso",
        "pap", "sat", "scn", "war", "yue"}
# Made up, or spoken by nobody today, with names that are words of English.
NOT_SPOKEN = {"ae", "cu", "ia", "ie", "io", "pi", "vo"}


def write(name, header, rows):
    lines = ["\t".join(header), *("\t".join(row) for row in sorted(rows))]
    (HERE / name).write_text("\n".join(lines) + "\n", encoding="utf-8")


def main():
    assert babel.__version__ == "2.18.0", babel.__version__
    english = Locale("en")
    countries = [(code, name) for code, name in english.territories.items()
                 if len(code) == 2 and code.isalpha() and code not in NOT_COUNTRIES]
    languages = [(code, name) for code, name in english.languages.items()
                 if (len(code) == 2 or code in LONG) and code not in NOT_SPOKEN]
    write("countries.tsv", ("code", "name"), countries)
    write("languages.tsv", ("code", "name"), languages)


main()
