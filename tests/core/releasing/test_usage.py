import ast

from evalhub.core.releasing.usage import snippets


def test_code_names_only_files_that_are_there() -> None:
    found = snippets("tiny-1.0.0", {"ties": {"test": 1}, "judgments": {"test": 1}})

    assert [one.title for one in found] == [
        "Check what you downloaded",
        "Read with pandas",
        "Load with datasets",
    ]
    assert "tiny-1.0.0/ties/test.parquet" in found[1].code
    assert 'data["test"]' in found[2].code


def test_training_needs_a_train_split() -> None:
    rows = {"pairs": {"train": 2}, "trl": {"train": 2}}

    assert "eval_dataset" not in snippets("f", rows)[-1].code


def test_training_is_evaluated_on_another_split() -> None:
    rows = {"pairs": {"train": 2}, "trl": {"train": 2, "test": 1}}

    assert 'eval_dataset=pairs["test"]' in snippets("f", rows)[-1].code


def test_python_code_is_python() -> None:
    rows = {"pairs": {"train": 2}, "trl": {"train": 2, "validation": 1}}

    for one in snippets("f", rows):
        if one.language == "python":
            ast.parse(one.code)
