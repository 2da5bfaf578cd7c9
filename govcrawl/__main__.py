"""``python -m govcrawl`` is ``govcrawl``."""

import sys

from govcrawl.cli import main

sys.exit(main())
