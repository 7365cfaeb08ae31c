"""The parts the system is made of, as processes: started, waited for, stopped, and on purpose broken.

One package serves the demo, the tests, the fault suite and the benchmarks.
"""

from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]
