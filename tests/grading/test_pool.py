"""How tasks are shared out among the workers of one machine."""

from __future__ import annotations

from typing import Any

from grading.pool import _Waiting


def task(beginning: str) -> dict[str, Any]:
    return {"data": "d", "ahead": 1, "cells": [{"source": beginning}, {"source": "the learner's own"}]}


def waiting(*beginnings: str) -> _Waiting:
    tasks = _Waiting()
    for number, beginning in enumerate(beginnings):
        tasks.put((f"{beginning}{number}", task(beginning)))
    return tasks


def taken(tasks: _Waiting, *workers: int) -> list[str]:
    pairs = [tasks.take(worker) for worker in workers]
    return [pair[0] if pair else "" for pair in pairs]


def test_each_worker_is_given_the_tasks_that_begin_alike():
    assert taken(waiting(*"aabbc"), 0, 1, 1, 0, 0) == ["a0", "b2", "b3", "a1", "c4"]


def test_a_worker_without_tasks_of_its_own_helps_where_most_are_left():
    assert taken(waiting(*"abbb"), 0, 1, 0, 1) == ["a0", "b1", "b2", "b3"]


def test_one_worker_gets_all_there_is():
    assert sorted(taken(waiting(*"abab"), 0, 0, 0, 0)) == ["a0", "a2", "b1", "b3"]


def test_nobody_waits_for_tasks_once_there_are_to_be_no_more():
    tasks = waiting("a")
    tasks.close()
    assert taken(tasks, 0) == [""]
