"""`python -m worker.health`: exit code 0 if the worker, or beat, of this container gave a sign of life just now."""

import sys
import time

from worker.sign import SIGN

FRESH_S = 30


def age_s() -> float | None:
    """Seconds since the last sign of life; None if there was none."""
    try:
        return max(time.time() - SIGN.stat().st_mtime, 0)
    except FileNotFoundError:
        return None


def main() -> int:
    age = age_s()
    if age is None:
        print("No sign of life yet.")
        return 1
    print(f"Last sign of life {age:.0f} s ago.")
    return 0 if age < FRESH_S else 1


if __name__ == "__main__":
    sys.exit(main())
