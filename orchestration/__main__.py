"""``python -m orchestration`` is ``berichtswesen``."""

from orchestration.cli import main

main()
