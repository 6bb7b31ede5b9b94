"""A reproducible test of claims about housing mix, liveability and safety."""

import os

# More than one BLAS thread adds up in another order on another run, so that the last digits move.
# It must be said before numpy is imported, which is why it stands here.
for _name in (
    "OPENBLAS_NUM_THREADS",
    "OMP_NUM_THREADS",
    "MKL_NUM_THREADS",
    "VECLIB_MAXIMUM_THREADS",
):
    os.environ.setdefault(_name, "1")
