"""Compare labels: ``python -m benchmarks.bench_labels [--data FOLDER] [--repetitions N]``.

Simulated worlds (3,000 judgments each, seeded): how often a label has the right sign, how well a
reward model trained on it orders held-out pairs, and what a third judgment on conflict alone
saves. Real judgments (llmfao): how well labels foresee a judgment that was kept back; left out,
with the reason, where the folder is not there. A gate holds when the bound of its interval does,
and figures that speak against a label are printed too. The exit status is 1 when a gate is missed.
"""

import argparse
import sys
from collections import defaultdict
from pathlib import Path

import numpy as np

from benchmarks.label_gates import Gate, report
from benchmarks.label_held_out import held_out_gates
from benchmarks.label_rewards import Training, reward_accuracy
from benchmarks.label_worlds import (
    CROWD,
    EXPERTS,
    WORLDS,
    Judged,
    People,
    Responses,
    World,
    draw_pairs,
    judge,
    make_responses,
)
from evalhub.core.scoring.arrays import BoolArray, FloatArray, IntArray
from evalhub.core.scoring.labels import (
    ItemLabels,
    PairedResponses,
    PooledLabels,
    fit_item_only,
    fit_pooled,
    majority,
    needs_third_judgment,
    vote_share,
)

N_JUDGMENTS = 3_000
FULL_OVERLAP = 3
N_HELD_OUT = 4_000
N_POOLED = 8
POOLED_GAIN = {EXPERTS.name: 0.04, CROWD.name: 0.06}
GATED_WORLD = "span 3, tau 1"
SOFT_GAIN = 0.008
FEWER_JUDGMENTS, LARGEST_LOSS = 0.20, 0.005


def main() -> None:
    """Run the parts and print their gates."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--data", type=Path, default=Path("../shared/data"))
    parser.add_argument("--repetitions", type=int, default=60)
    options, _ = parser.parse_known_args()
    measured: defaultdict[str, list[float]] = defaultdict(list)
    for people in (EXPERTS, CROWD):
        for world in WORLDS:
            for seed in range(options.repetitions):
                _one_repetition(world, people, seed, measured)
            print(f"   {people.name}, {world.name}: done", flush=True)
    is_met = report("simulated", [_gate(claim, values) for claim, values in measured.items()])
    folder = options.data / "llmfao"
    if folder.is_dir():
        is_met &= report("llmfao, judgments kept back", held_out_gates(folder))
    else:
        print(f"-- llmfao: left out, there is no folder {folder}; name another with --data")
    sys.exit(0 if is_met else 1)


def _one_repetition(
    world: World, people: People, seed: int, measured: defaultdict[str, list[float]]
) -> None:
    """Measure both overlaps and both labels for the first seeds, and the rest for every seed."""
    rng = np.random.default_rng([2026, seed])
    responses = make_responses(world, rng)
    for overlap in (3, 1) if seed < N_POOLED else (3,):
        pairs = draw_pairs(responses, N_JUDGMENTS // overlap, rng=rng)
        judged = judge(responses, pairs, people, overlap=overlap, rng=rng)
        found: dict[str, float] = {}
        if overlap == FULL_OVERLAP:
            found |= _third(responses, judged)
        if seed < N_POOLED or people is EXPERTS:
            item = fit_item_only(judged.table())
            paired = PairedResponses(*pairs, responses.model, world.n_models)
            pooled = fit_pooled(judged.table(), paired) if seed < N_POOLED else None
            found |= _signs(responses, judged, item, pooled)
            if people is EXPERTS:
                found |= _rewards(world, responses, judged, item, pooled, rng)
        for name, value in found.items():
            measured[f"{people.name}, {world.name}, {overlap} a pair: {name}"].append(value)


def _signs(
    responses: Responses, judged: Judged, item: ItemLabels, pooled: PooledLabels | None
) -> dict[str, float]:
    gap = _gap(responses, judged)
    by_count = _sign_accuracy(majority(judged.table()), gap)
    found = {
        "accuracy of the majority": by_count,
        "item-only less majority": _sign_accuracy(item.preference, gap) - by_count,
    }
    if pooled is not None:
        found["pooled less majority"] = _sign_accuracy(pooled.preference, gap) - by_count
        found["tau learnt"] = pooled.tau
    return found


def _rewards(
    world: World,
    responses: Responses,
    judged: Judged,
    item: ItemLabels,
    pooled: PooledLabels | None,
    rng: np.random.Generator,
) -> dict[str, float]:
    """Return how labels do as training targets, on fresh responses of the same models."""
    unseen = make_responses(world, rng, like=responses)
    held_out = unseen, draw_pairs(unseen, min(N_HELD_OUT, N_JUDGMENTS), rng=rng)
    table = judged.table()
    sign, share = majority(table), vote_share(table)
    everything: BoolArray = np.ones(judged.n_pairs, np.bool_)
    unanimous = (table.n_tied == 0) & (np.minimum(table.n_first, table.n_second) == 0)
    labels = {
        "hard": Training((sign + 1) / 2, sign != 0),
        "filtered": Training((sign + 1) / 2, unanimous),
        "share": Training(share, everything),
        "item": Training(item.probability, everything),
    }
    if pooled is not None:
        labels["pooled"] = Training(pooled.probability, everything)
    pairs = judged.first, judged.second
    score = {
        name: reward_accuracy(responses, pairs, one, held_out=held_out)
        for name, one in labels.items()
    }
    found = {
        "reward model, accuracy on hard majority": score["hard"],
        "reward model, item-only soft less hard majority": score["item"] - score["hard"],
        "reward model, soft share less unanimous filter": score["share"] - score["filtered"],
    }
    if pooled is not None:
        found["reward model, pooled soft less item-only soft"] = score["pooled"] - score["item"]
    return found


def _third(responses: Responses, judged: Judged) -> dict[str, float]:
    """Return what asking a third time on conflict alone saves and loses against always asking."""
    grades = judged.grade.reshape(-1, 3)
    gap = _gap(responses, judged)
    always = _sign_accuracy(majority(judged.table()), gap)
    opposed = grades[:, 0] * grades[:, 1] < 0
    open_ended = np.array([needs_third_judgment(row[:2].tolist()) for row in grades])
    found = {}
    for name, asked in (
        ("third where two leave no lead", open_ended),
        ("third on opposed", opposed),
    ):
        keep = np.ones_like(grades, np.bool_)
        keep[:, 2] = asked
        seldom = _sign_accuracy(majority(judged.only(keep.ravel()).table()), gap)
        found[f"{name}, judgments saved"] = float((~keep).mean())
        found[f"{name}, accuracy gained"] = seldom - always
    return found


def _gate(claim: str, values: list[float]) -> Gate:
    return Gate(claim, tuple(values), _least(claim))


def _least(claim: str) -> float | None:
    """Return what is promised of a figure; None for those that are only shown."""
    where, name = claim.rsplit(": ", 1)
    if "3 a pair" not in where:
        return None
    if name == "pooled less majority" and GATED_WORLD in where and "6 models" not in where:
        return POOLED_GAIN[where.split(",", maxsplit=1)[0]]
    return {
        "reward model, item-only soft less hard majority": SOFT_GAIN,
        "reward model, soft share less unanimous filter": 0.0,
        "third where two leave no lead, judgments saved": FEWER_JUDGMENTS,
        "third where two leave no lead, accuracy gained": -LARGEST_LOSS,
    }.get(name)


def _gap(responses: Responses, judged: Judged) -> FloatArray:
    return responses.worth[judged.second] - responses.worth[judged.first]


def _sign_accuracy(preference: "FloatArray | IntArray", gap: FloatArray) -> float:
    """Return the share of pairs whose sign is right; no sign is right half of the time."""
    return float(np.mean(np.where(preference == 0, 0.5, np.sign(preference) == np.sign(gap))))


if __name__ == "__main__":
    main()
