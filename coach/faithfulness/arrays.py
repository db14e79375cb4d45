"""The kinds of arrays that the fitted parts work on."""

from __future__ import annotations

from typing import Any

import numpy as np
import numpy.typing as npt

Reals = npt.NDArray[np.floating[Any]]
Places = npt.NDArray[np.int64]
Signs = npt.NDArray[np.bool_]
Stored = npt.NDArray[Any]
"""As it comes out of a weights file."""
