"""``make compiled``."""

from tests.compiled import build

print(build())
