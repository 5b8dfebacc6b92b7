"""Run every cell, and write the table of `docs/reliability.md`: `python -m tests.faults`."""

import io
import sys
from contextlib import redirect_stdout

from tests.faults.matrix import cells, observe, rewrite

if __name__ == "__main__":
    observed = {}
    for place, cell in cells():
        with redirect_stdout(io.StringIO()):
            observed[place] = observe(place[0], cell)
        sys.stderr.write(f"{', '.join(place)}: {observed[place]}\n")
    rewrite(observed)
