"""`python -m cockpit` and the command `cockpit`."""

from __future__ import annotations

import sys


def main() -> None:
    try:
        from cockpit.cli.main import run
    except KeyboardInterrupt:  # within the first tenth of a second
        sys.exit(130)
    sys.exit(run(sys.argv[1:]))


if __name__ == "__main__":
    main()
