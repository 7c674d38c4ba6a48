"""`python -m cockpit` and the command `cockpit`."""

from __future__ import annotations

import sys


def main() -> None:
    from cockpit.cli.main import run

    sys.exit(run(sys.argv[1:]))


if __name__ == "__main__":
    main()
