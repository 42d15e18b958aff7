"""Pin the checksums of one edition: python -m tests.case.pin. Run it when tables are added; say why if they move."""

import json

from course.case.edition import Edition
from tests.case.test_edition import GOLDEN, checksum

if __name__ == "__main__":
    seed = 2026
    tables = {name: checksum(frame) for name, frame in Edition(seed).tables().items()}
    GOLDEN.write_text(json.dumps({"seed": seed, "tables": tables}, indent=2) + "\n")
