"""Print the report on a file of prompts."""

from collections.abc import Sequence

import click

from evalhub.core.prompts.report import Count, PlaceGroup, UploadReport
from evalhub.core.wording import counted

MAX_GROUPS_PRINTED = 10


def print_report(report: UploadReport) -> None:
    """Print what was found: counts, duplicates, then every bad row with its reasons."""
    click.echo(f"{report.filename}: {counted(report.n_good, 'good row')}, {report.n_bad:,} bad")
    for name, counts in (
        ("domain", report.domains),
        ("language", report.languages),
        ("split", report.splits),
        ("turns", report.turns),
        ("licence", report.licenses),
        ("source", report.sources),
        ("answers by", report.models),
    ):
        if counts:
            click.echo(f"  {name}: {_counts(counts)}")
    _print_groups("exact duplicates", report.n_exact_duplicates, report.exact_duplicates, report)
    _print_groups("near duplicates", report.n_near_duplicates, report.near_duplicates, report)
    if report.n_unknown_license:
        click.echo(
            f"  licence unknown: {counted(report.n_unknown_license, 'prompt')}, perhaps not usable"
        )
    if report.n_long:
        places = ", ".join(report.long_places)
        click.echo(f"  too long for some endpoints: {report.n_long:,} ({report.unit} {places})")
    for note in report.notes:
        click.echo(f"  note: {note}")
    _print_bad(report)


def _counts(counts: Sequence[Count]) -> str:
    return ", ".join(f"{count.name} {count.n:,}" for count in counts)


def _print_groups(
    name: str, n_extra: int, groups: Sequence[PlaceGroup], report: UploadReport
) -> None:
    if not n_extra:
        return
    click.echo(f"  {name}: {counted(n_extra, 'prompt repeats', 'prompts repeat')} another")
    for group in groups[:MAX_GROUPS_PRINTED]:
        click.echo(f"    {report.unit}s {', '.join(group.places)}: {group.text!r}")
    if len(groups) > MAX_GROUPS_PRINTED:
        click.echo(f"    and {counted(len(groups) - MAX_GROUPS_PRINTED, 'more group')}")


def _print_bad(report: UploadReport) -> None:
    for item in report.common_reasons:
        where = f"first at {report.unit} {item.first_place}"
        click.echo(f"  {item.n:,} {report.unit}s, {where}: {item.reason}")
    for row in report.bad_rows:
        for reason in row.reasons:
            click.echo(f"  {report.unit} {row.place}: {reason}")
    if report.n_bad_more:
        click.echo(f"  and {counted(report.n_bad_more, 'more bad row')}")
