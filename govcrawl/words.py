"""What argparse says of itself, in Chinese: it looks its words up as gettext does, by the English ones."""

from __future__ import annotations

import argparse

WORDS = {
    "usage: ": "用法：", "positional arguments": "参数", "options": "选项", "show this help message and exit": "显示本帮助",
    "show program's version number and exit": "显示版本", "%(prog)s: error: %(message)s\n": "%(prog)s: %(message)s\n",
    "the following arguments are required: %s": "缺少 %s", "unrecognized arguments: %s": "不认识的参数 %s",
    "argument %(argument_name)s: %(message)s": "%(argument_name)s：%(message)s", "expected one argument": "后须有一个值",
    "invalid choice: %(value)r (choose from %(choices)s)": "没有 %(value)r，可用的有 %(choices)s",
    "ambiguous option: %(option)s could match %(matches)s": "%(option)s 不明确，可能是 %(matches)s",
}  # fmt: skip


def in_chinese() -> None:
    """For all parsers of the process."""
    vars(argparse)["_"] = lambda text: WORDS.get(text, text)
