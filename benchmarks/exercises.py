"""How long all solutions take on one new edition: python benchmarks/exercises.py [SEED].

Prints the seconds in all, tables included, and the slowest exercises.
"""

import sys
import time

from course.case.edition import Edition
from course.curriculum import Curriculum
from course.exercise import Exercise


def main(seed: int) -> None:
    curriculum = Curriculum()
    began = time.perf_counter()
    load = Edition(seed).load
    taken = {}
    for module, topic in curriculum.topics():
        path = curriculum.exercise(module, topic)
        if module.id and path.exists():
            start = time.perf_counter()
            Exercise.read(path).solve(load)
            taken[topic.id] = time.perf_counter() - start
    whole = time.perf_counter() - began
    slowest = sorted(taken.items(), key=lambda pair: -pair[1])[:5]
    print(f"{len(taken)} solutions on edition {seed}: {whole:.1f} s")
    print("slowest:", ", ".join(f"{id} {seconds:.2f} s" for id, seconds in slowest))


if __name__ == "__main__":
    main(int(sys.argv[1]) if len(sys.argv) > 1 else 31)
