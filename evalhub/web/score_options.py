"""Read the options of a board from its address, and offer the others as links."""

from collections.abc import Mapping
from dataclasses import dataclass, replace
from urllib.parse import urlencode

from evalhub.core.scoring.options import Cluster, FitOptions, PositionTerm, Ties, chosen
from evalhub.errors import BadInput
from evalhub.web.language import N_, Words, _

STYLE = {"raw": False, "held-equal": True}
TIE_LABELS = Words(
    {
        Ties.HALF: N_("half wins"),
        Ties.RAO_KUPPER: N_("Rao-Kupper"),
        Ties.DAVIDSON: N_("Davidson"),
    }
)
CLUSTER_LABELS = Words(
    {
        Cluster.PROMPT: N_("prompts"),
        Cluster.ANNOTATOR: N_("experts"),
        Cluster.BOTH: N_("both"),
        Cluster.NONE: N_("neither"),
    }
)
POSITION_LABELS = Words(
    {
        PositionTerm.REPORT: N_("reported"),
        PositionTerm.ADJUST: N_("adjusted for"),
        PositionTerm.OFF: N_("left aside"),
    }
)
STYLE_LABELS = Words({False: N_("as judged"), True: N_("also with style held equal")})


@dataclass(frozen=True, slots=True)
class OptionLink:
    """Hold one choice: what it is called, its address, and whether it is the one shown."""

    label: str
    href: str
    is_current: bool


@dataclass(frozen=True, slots=True)
class OptionGroup:
    """Hold the choices of one option."""

    label: str
    links: tuple[OptionLink, ...]


def options_from(query: Mapping[str, str]) -> FitOptions:
    """Return the options that an address asks for; what it does not name is the headline.

    Raise ``BadInput`` for a word that no option has.
    """
    style = query.get("style", "raw")
    if style not in STYLE:
        raise BadInput.at("style", f"{style[:40]!r} is not one of {', '.join(STYLE)}")
    return FitOptions(
        ties=chosen(Ties, query.get("ties", Ties.HALF)),
        cluster=chosen(Cluster, query.get("cluster", Cluster.PROMPT)),
        position=chosen(PositionTerm, query.get("position", PositionTerm.REPORT)),
        is_style_controlled=STYLE[style],
    )


def query_of(options: FitOptions) -> str:
    """Return the query that asks for ``options``: empty for the headline, else ``?…``."""
    default = FitOptions()
    named = {
        "ties": (options.ties, default.ties),
        "cluster": (options.cluster, default.cluster),
        "position": (options.position, default.position),
    }
    query = {name: value.value for name, (value, usual) in named.items() if value != usual}
    if options.is_style_controlled:
        query["style"] = "held-equal"
    return f"?{urlencode(query)}" if query else ""


def option_groups(options: FitOptions, path: str) -> tuple[OptionGroup, ...]:
    """Return every choice as a link that changes one option and keeps the others."""
    choices: tuple[tuple[str, list[tuple[str, FitOptions]]], ...] = (
        (_("Ties"), [(label, replace(options, ties=one)) for one, label in TIE_LABELS.items()]),
        (
            _("Intervals over"),
            [(label, replace(options, cluster=one)) for one, label in CLUSTER_LABELS.items()],
        ),
        (
            _("Side"),
            [(label, replace(options, position=one)) for one, label in POSITION_LABELS.items()],
        ),
        (
            _("Style"),
            [
                (label, replace(options, is_style_controlled=one))
                for one, label in STYLE_LABELS.items()
            ],
        ),
    )
    return tuple(
        OptionGroup(
            title,
            tuple(OptionLink(label, path + query_of(one), one == options) for label, one in group),
        )
        for title, group in choices
    )
