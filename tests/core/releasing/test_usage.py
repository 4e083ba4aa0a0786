import ast
import sys

from evalhub.core.releasing.usage import remote_snippets, snippets
from evalhub.core.releasing.vocabulary import Part, Split
from tests.core.releasing.listed import listed

TRAINED = {Part.PAIRS: {Split.TRAIN: 2}}


def test_code_names_only_files_that_are_there() -> None:
    found = snippets(
        "tiny-1.0.0", listed({Part.TIES: {Split.TEST: 1}, Part.JUDGMENTS: {Split.TEST: 1}})
    )

    assert [one.title for one in found] == [
        "Check what you downloaded",
        "Read with pandas",
        "Load with datasets",
    ]
    assert "tiny-1.0.0/ties/test.parquet" in found[1].code
    assert 'data["test"]' in found[2].code


def test_training_needs_a_train_split() -> None:
    files = listed(TRAINED | {Part.TRL: {Split.TRAIN: 2}})

    assert "eval_dataset" not in snippets("f", files)[-1].code


def test_training_is_evaluated_on_the_validation_split() -> None:
    files = listed(TRAINED | {Part.TRL: {Split.TRAIN: 2, Split.VALIDATION: 1, Split.TEST: 1}})

    assert 'eval_dataset=pairs["validation"]' in snippets("f", files)[-1].code


def test_training_is_never_evaluated_on_what_is_for_reporting() -> None:
    files = listed(TRAINED | {Part.TRL: {Split.TRAIN: 2, Split.TEST: 1}})

    assert "eval_dataset" not in snippets("f", files)[-1].code


def test_python_code_is_python() -> None:
    files = listed(TRAINED | {Part.TRL: {Split.TRAIN: 2, Split.VALIDATION: 1}})

    for one in (*snippets("f", files), *remote_snippets("https://e", "p", "1.0.0", files)):
        if one.language == "python":
            ast.parse(one.code)


def test_what_code_imports_stands_beside_it() -> None:
    files = listed(TRAINED | {Part.TRL: {Split.TRAIN: 2, Split.VALIDATION: 1}})

    for one in (*snippets("f", files), *remote_snippets("https://e", "p", "1.0.0", files)):
        if one.language == "python":
            missing = imported(one.code) - brought(one.needs) - set(sys.stdlib_module_names)
            assert not missing, one.title


def imported(code: str) -> set[str]:
    """Return the packages that code imports, by their first names."""
    found = set()
    for node in ast.walk(ast.parse(code)):
        if isinstance(node, ast.Import):
            found |= {name.name.partition(".")[0] for name in node.names}
        elif isinstance(node, ast.ImportFrom) and node.module:
            found.add(node.module.partition(".")[0])
    return found


def brought(needs: str) -> set[str]:
    """Return the packages that are named, and those that come with them."""
    named = set(needs.strip("`").split()) | ({"evalhub"} if needs.startswith("EvalHub") else set())
    return named | ({"datasets"} if "trl" in named else set())


def test_of_a_table_in_several_files_the_first_is_named() -> None:
    files = listed(TRAINED, n_shards=3)

    assert "f/pairs/train-00000-of-00003.parquet" in snippets("f", files)[1].code
    (url,) = (
        one
        for one in remote_snippets("https://e", "p", "1.0.0", files)[1].code.split('"')
        if one.startswith("https")
    )
    assert url.endswith("/files/pairs/train-00000-of-00003.parquet")
