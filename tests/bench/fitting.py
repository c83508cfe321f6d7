"""Fits weights: a listwise softmax for ranking, and a logistic regression for chances; plain gradient descent.

Listwise softmax is the top-one form of ListNet (Cao, Qin, Liu, Tsai and Li, "Learning to rank: from pairwise
approach to listwise approach", ICML 2007), with the chance shared out among all right candidates by how likely they
are already. Logistic regression is that of Cox, "The regression analysis of binary sequences" (1958). Both are held
small by an L2 penalty (ridge) and begin at nought, so that the same examples always give the same numbers.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

if TYPE_CHECKING:
    from numpy.typing import NDArray

    Floats = NDArray[np.float64]

_SCALE, _TINY = 1e-6, 1e-9
"""What is added to a scale, so that a sign which is the same everywhere divides nothing by nought."""


def listwise_softmax(
    candidates: Floats, right: NDArray[np.bool_], *, penalty: float, steps: int, rate: float = 0.3
) -> Floats:
    """Fit the weights that rank right candidates first.

    `candidates` holds (questions, candidates, signs), NaN where a question has fewer candidates; `right` tells
    which are right. The signs are brought to one scale for fitting, over all questions; only those with a right
    candidate teach.
    """
    there = ~np.isnan(candidates[:, :, 0])
    scale = candidates[there].std(axis=0) + _SCALE
    teaches = right.any(axis=1)
    signs = np.nan_to_num((candidates[teaches] - candidates[there].mean(axis=0)) / scale)
    absent = np.where(there[teaches], 0.0, -np.inf)
    wanted = right[teaches]
    weights = np.zeros(signs.shape[2])
    for _ in range(steps):
        scores = signs @ weights + absent
        chances = np.exp(scores - scores.max(axis=1, keepdims=True))
        chances /= chances.sum(axis=1, keepdims=True)
        target = chances * wanted
        target /= target.sum(axis=1, keepdims=True)
        slope = np.einsum("qc,qcs->s", chances - target, signs) / len(signs)
        weights -= rate * (slope + penalty * weights)
    return np.asarray(weights / scale)


def logistic(signs: Floats, true: NDArray[np.bool_], *, penalty: float, steps: int, rate: float = 0.5) -> Floats:
    """Fit the weights of the chance that something is true; the last sign is the bias, which no penalty holds."""
    mean, scale = signs[:, :-1].mean(axis=0), signs[:, :-1].std(axis=0) + _TINY
    scaled = np.column_stack(((signs[:, :-1] - mean) / scale, np.ones(len(signs))))
    held = np.append(np.full(signs.shape[1] - 1, penalty), 0.0)
    weights = np.zeros(signs.shape[1])
    for _ in range(steps):
        chances = 1 / (1 + np.exp(-scaled @ weights))
        weights -= rate * (scaled.T @ (chances - true) / len(true) + held * weights)
    plain = weights[:-1] / scale
    return np.append(plain, weights[-1] - plain @ mean)
