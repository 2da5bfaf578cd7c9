"""The build of what pyproject.toml describes; with GOVCRAWL_COMPILE=1 mypyc makes native modules of the reading room."""

import os

from setuptools import Extension, setup

if os.environ.get("GOVCRAWL_COMPILE") == "1":
    from mypyc.build import mypycify

    # Of a page's time -O3 saves another half per cent, and takes twice as long to compile.
    modules = mypycify(["govcrawl/reading"], opt_level="1")
    if os.name == "posix":  # it asks the dynamic linker for selectolax's lexbor
        modules.append(Extension("govcrawl.reading._native", ["govcrawl/reading/_native.c"]))
    setup(ext_modules=modules)
else:
    setup()
