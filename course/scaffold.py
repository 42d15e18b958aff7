"""Starts a new topic: its entry in module.yml, a reading, an exercise and quiz items, each with parts to replace.

What is written runs as it is; `course check` names every part that still says REPLACE.
"""

from __future__ import annotations

from pathlib import Path

from course.curriculum import Curriculum, Topic
from course.errors import ContentError
from course.quiz import Quiz
from course.reading import SECTIONS
from course.source import read_text

ENTRY = """\
  - id: "{id}"
    slug: {slug}
    title: {title}
    skill: REPLACE by what a learner can do afterwards
    decision: REPLACE by what has to be decided
    answer: REPLACE by what the learner computes
    truth: REPLACE by what a right analysis finds and a naive one misses
    tables:
      - regions
    minutes: 45
"""

READING = """\
---
topic: "{id}"
---

REPLACE by the moment: who must decide what by when, and why it is not obvious. There are
{{{{ len(regions) }}}} regions.

```python setup
regions = load("regions")
```
{sections}"""

WORKED = """\
REPLACE by the question, then the computation.

```python example
regions.groupby("currency", as_index=False).size()
```

```python chart
figure(
    alt.Chart(regions).mark_bar(color=FINDING).encode(x="count():Q", y="currency:N"),
    id="{slug}-currencies",
    title="REPLACE by the finding",
    caption="REPLACE by how to check it",
    alt="REPLACE by the finding in words",
)
```
"""

EXERCISE = """\
# ---
# topic: "{id}"
# title: {title}
# tables: [regions]
# tasks:
#   currencies:
#     points: 2
#     answer: {{type: number, tolerance: 0.5}}
# ---
# %% [markdown]
# REPLACE by the situation in two sentences.
# %% given
from course.case import load

regions = load("regions")
# %% [markdown] task="currencies"
# REPLACE by the question. Say how many currencies the regions have, as a number `currencies`.
# %% answer="currencies"
### BEGIN SOLUTION
currencies = regions.currency.nunique()
### END SOLUTION
# %% check="currencies"
assert currencies > 0, "`currencies` is a number above zero"
# %% hidden="currencies"
expect(currencies)
# %% [markdown] hint="currencies"
# REPLACE by a pointer to the idea.
# %% [markdown] hint="currencies"
# REPLACE by a pointer to the step.
# %% [markdown] wrong="regions" task="currencies"
# REPLACE by what was computed instead, what decision it leads to, and where to look.
# %% wrong="regions" task="currencies"
currencies = len(regions)
# %% [markdown] wrong="largest" task="currencies"
# REPLACE by the same for another answer that a competent person would give.
# %% wrong="largest" task="currencies"
currencies = regions.currency.value_counts().max() + 100
"""

ITEM = """\
  - id: "{id}-q{n}"
    topic: "{id}"
    type: single
    stem: REPLACE by a small scenario that can be answered before the options are read.
    options:
      - {{text: REPLACE one, feedback: REPLACE by why somebody would think so.}}
      - {{text: REPLACE two, feedback: REPLACE by why it is right., right: true}}
      - {{text: REPLACE three, feedback: REPLACE by why somebody would think so.}}
"""


def new_topic(curriculum: Curriculum, id: str, slug: str, title: str) -> list[Path]:
    """Write the beginnings of a topic and return the files written or changed.

    Raises ContentError, having written nothing, when the id, the slug or a file is taken or can't be.
    """
    module = curriculum.module(id.split(".")[0])
    taken = [t for _, t in curriculum.topics() if t.id == id]
    if taken:
        raise ContentError(f"Topic {id} exists already: {taken[0].title}. The module's next free id is needed.")
    filled = {"id": id, "slug": slug, "title": title}
    example = dict.fromkeys(("skill", "decision", "answer", "truth"), "…")
    try:
        topic = Topic(**filled, **example, tables=())  # type: ignore[arg-type]
    except ValueError as e:
        raise ContentError(f"A topic {id} with the slug {slug} can't be: {e}") from None
    reading, exercise = curriculum.reading(module, topic), curriculum.exercise(module, topic)
    for path in (reading, exercise):
        if path.exists():
            raise ContentError(f"{path} exists already; nothing was written. Choose another slug, or remove it.")
    outline, quiz = curriculum.root / "modules" / module.folder / "module.yml", curriculum.quiz(module)
    items = read_text(quiz) if quiz.exists() else "items:\n"
    if quiz.exists():
        Quiz.read(quiz)
    parts = [f"\n## {name}\n\n{_section(name, slug)}" for name in SECTIONS]
    texts = {
        outline: read_text(outline).rstrip("\n") + "\n" + ENTRY.format(**filled),
        reading: READING.format(**filled, sections="".join(parts)),
        exercise: EXERCISE.format(**filled),
        quiz: items.rstrip("\n") + "\n" + "".join(ITEM.format(**filled, n=n) for n in range(1, 5)),
    }
    for path, text in texts.items():
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(text, "utf-8")
    return list(texts)


def _section(name: str, slug: str) -> str:
    if name == "Watch it done":
        return WORKED.format(slug=slug)
    if name == "From the essays":
        return "REPLACE by how an idea such as [lifetime value](concept:A7) changes the decision [@barrett-2025].\n"
    return "REPLACE.\n"
