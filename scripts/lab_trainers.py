"""Read a downloaded release as a lab does; runs without EvalHub, see ``scripts/lab_proof.py``.

Every table is loaded by ``datasets`` from Parquet and from JSON lines, the code that the page
shows is run against the server, and TRL's trainers make some steps on a tiny random model.
"""

import json
import subprocess
import sys
import tempfile
from collections.abc import Iterator
from pathlib import Path

import torch
from datasets import Dataset, DatasetDict, load_dataset
from tokenizers import Tokenizer, models, pre_tokenizers, trainers
from transformers import (
    LlamaConfig,
    LlamaForCausalLM,
    LlamaForSequenceClassification,
    PreTrainedTokenizerFast,
)
from trl import DPOConfig, DPOTrainer, KTOConfig, KTOTrainer, RewardConfig, RewardTrainer

CHAT = (
    "{% for message in messages %}<{{ message['role'] }}>{{ message['content'] }}{{ eos_token }}"
    "{% endfor %}{% if add_generation_prompt %}<assistant>{% endif %}"
)
UNKNOWN, PAD, END = "<unk>", "<pad>", "<eos>"
N_ROWS = 16
"""Rows that a trainer gets: two steps need no more."""


def tables(folder: Path) -> list[str]:
    """Return the names of the tables of a release."""
    return sorted({path.parent.name for path in folder.glob("*/*.parquet")})


def load_all(folder: Path) -> int:
    """Load every table both ways and compare the rows; return how many tables there are."""
    names = tables(folder)
    for name in names:
        by_card = load_dataset(str(folder), name)
        for split, rows in by_card.items():
            path = folder / name / f"{split}.jsonl"
            lines = load_dataset("json", data_files={split: str(path)}, features=rows.features)
            assert rows.to_list() == lines[split].to_list(), (name, split)
        print(f"datasets: {name:<14}", {split: len(rows) for split, rows in by_card.items()})
    return len(names)


def tiny_tokenizer(texts: Iterator[str]) -> PreTrainedTokenizerFast:
    """Return a tokenizer made of nothing but these texts."""
    raw = Tokenizer(models.BPE(unk_token=UNKNOWN))
    raw.pre_tokenizer = pre_tokenizers.ByteLevel()
    specials = [UNKNOWN, PAD, END, "<system>", "<user>", "<assistant>"]
    raw.train_from_iterator(texts, trainers.BpeTrainer(vocab_size=512, special_tokens=specials))
    made = PreTrainedTokenizerFast(
        tokenizer_object=raw, unk_token=UNKNOWN, pad_token=PAD, eos_token=END
    )
    made.chat_template = CHAT
    return made


def tiny_config(tokenizer: PreTrainedTokenizerFast, **more: int) -> LlamaConfig:
    """Return a model of some thousand weights, all of them random."""
    return LlamaConfig(
        vocab_size=len(tokenizer),
        hidden_size=32,
        intermediate_size=64,
        num_hidden_layers=1,
        num_attention_heads=2,
        max_position_embeddings=4096,
        pad_token_id=tokenizer.pad_token_id,
        eos_token_id=tokenizer.eos_token_id,
        bos_token_id=None,
        **more,
    )


def texts_of(rows: Dataset) -> Iterator[str]:
    """Yield every text of the conversations of a table."""
    for row in rows:
        for column in ("prompt", "chosen", "rejected"):
            yield from (message["content"] for message in row[column])


def train(folder: Path, n_steps: int) -> None:
    """Run each trainer of TRL for ``n_steps`` on the table that is made for it."""
    torch.manual_seed(0)
    preferences: DatasetDict = load_dataset(str(folder), "trl")
    with_margin: DatasetDict = load_dataset(str(folder), "pairs_margin")
    labelled: DatasetDict = load_dataset(str(folder), "kto")
    tokenizer = tiny_tokenizer(texts_of(preferences["train"]))

    def reward() -> LlamaForSequenceClassification:
        return LlamaForSequenceClassification(tiny_config(tokenizer, num_labels=1))

    def causal() -> LlamaForCausalLM:
        return LlamaForCausalLM(tiny_config(tokenizer))

    columns = ["prompt", "chosen", "rejected", "margin"]
    runs = (
        ("RewardTrainer on trl", RewardTrainer, RewardConfig, reward, preferences["train"]),
        (
            "RewardTrainer on pairs_margin",
            RewardTrainer,
            RewardConfig,
            reward,
            with_margin["train"].select_columns(columns),
        ),
        ("DPOTrainer on trl", DPOTrainer, DPOConfig, causal, preferences["train"]),
        ("KTOTrainer on kto", KTOTrainer, KTOConfig, causal, labelled["train"]),
    )
    for name, trainer, config, model, rows in runs:
        with tempfile.TemporaryDirectory() as place:
            arguments = config(
                output_dir=place,
                max_steps=n_steps,
                per_device_train_batch_size=4,
                max_length=1024,
                report_to=[],
                save_strategy="no",
                use_cpu=True,
                disable_tqdm=True,
                gradient_checkpointing=False,
                bf16=False,
            )
            some = rows.select(range(min(N_ROWS, len(rows))))
            # Saved and named by its folder, as a lab has it: TRL reads its reference model again.
            stored = f"{place}/model"
            model().save_pretrained(stored)
            made = trainer(
                model=stored, args=arguments, train_dataset=some, processing_class=tokenizer
            )
            result = made.train()
        assert result.global_step == n_steps, name
        assert result.training_loss == result.training_loss, name  # not NaN
        print(f"TRL: {name}: {n_steps} steps, loss {result.training_loss:.3f}", flush=True)


def main() -> int:
    """Run what was asked for; any failure ends it with its traceback."""
    wanted = json.loads(sys.argv[1])
    folder = Path(wanted["folder"])
    print(f"{load_all(folder)} tables load from Parquet and JSON lines, with the same rows")
    for code in wanted["codes"]:
        said = subprocess.run(  # noqa: S603 - the code that the page shows
            [sys.executable, "-c", code], check=True, text=True, stdout=subprocess.PIPE
        ).stdout
        print(f"{code.splitlines()[2]}: {said.split()[-1]} rows by URL", flush=True)
    train(folder, wanted["n_steps"])
    return 0


if __name__ == "__main__":
    sys.exit(main())
