"""Imported by the process that workers are forked from: what each of them would read from disk lies in its memory already."""

from pipelines.checks._typos.model import load

load()
