"""Fitting finds what decides, gives the same numbers each time, and leaves a file's comments as they are."""

from __future__ import annotations

import shutil
from dataclasses import replace

import numpy as np
import pytest

from knowledge.answering.fitted import FITTED, Fitted, load_fitted
from tests.bench.calibrate import write
from tests.bench.fitting import listwise_softmax, logistic


def _candidates():
    draw = np.random.default_rng(3)
    signs = draw.normal(size=(80, 6, 4))
    best = signs[:, :, 1].argmax(axis=1)
    return signs, np.arange(6) == best[:, None]


def test_the_sign_that_decides_gets_the_greatest_weight():
    signs, right = _candidates()
    weights = listwise_softmax(signs, right, penalty=0.01, steps=200)
    assert int(np.abs(weights).argmax()) == 1
    assert ((signs @ weights).argmax(axis=1) == right.argmax(axis=1)).mean() > 0.95


def test_a_question_with_fewer_candidates_or_none_that_is_right_is_no_hindrance():
    signs, right = _candidates()
    signs[::7, 4:] = np.nan
    right[::7] = False
    assert np.isfinite(listwise_softmax(signs, right, penalty=0.01, steps=50)).all()


def test_the_same_examples_give_the_same_numbers():
    signs, right = _candidates()
    one, other = (listwise_softmax(signs, right, penalty=0.05, steps=60) for _ in range(2))
    assert (one == other).all()


def test_chances_are_those_that_the_examples_have():
    draw = np.random.default_rng(5)
    signs = np.column_stack((draw.normal(size=4000), np.ones(4000)))
    true = draw.random(4000) < 1 / (1 + np.exp(-(1.5 * signs[:, 0] - 0.5)))
    assert logistic(signs, true, penalty=0.0, steps=400) == pytest.approx([1.5, -0.5], abs=0.15)


def test_comments_stay_and_numbers_change(tmp_path):
    path = tmp_path / "fitted.yaml"
    shutil.copy(FITTED, path)
    fitted: Fitted = load_fitted(path)
    write(replace(fitted, right=(0.25, *fitted.right[1:])), path)
    before, after = FITTED.read_text("utf-8").splitlines(), path.read_text("utf-8").splitlines()
    changed = [new for old, new in zip(before, after, strict=True) if old != new]
    assert len(changed) == 1
    assert changed[0].startswith("right: {score: 0.250,")
