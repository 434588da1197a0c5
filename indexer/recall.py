"""How much of what comparing with every vector finds an index of approximate search finds too, measured on its own vectors."""

from __future__ import annotations

from typing import Any

import faiss as _faiss
import numpy as np

from indexer.hit import Vectors

faiss: Any = _faiss
_ASKED = 100  # vectors of the collection itself, evenly spread
_WANTED = 100  # as many as a leg of the search takes
_ROUNDING = 1e-6


def measured(index: Any, vectors: Vectors, parameters: Any = None) -> float:  # noqa: ANN401 - SWIG types
    """:param index: over all rows of `vectors`, by inner product
    :returns: the mean share of the 100 nearest rows that the index finds; of equally near ones any will do
    """
    wanted = min(_WANTED, len(vectors))
    asked = np.ascontiguousarray(vectors[:: max(1, len(vectors) // _ASKED)][:_ASKED])
    exact, _ = faiss.knn(asked, vectors, wanted, metric=faiss.METRIC_INNER_PRODUCT)
    _, rows = index.search(asked, wanted, params=parameters)
    shares = [
        np.mean((row >= 0) & (vectors[row] @ question >= least - _ROUNDING))
        for row, question, least in zip(rows, asked, exact[:, -1], strict=True)
    ]
    return float(np.mean(shares))
