"""`coach doctor`: what is installed, where things lie, what is degraded and how to mend it."""

from __future__ import annotations

import json
import platform
from dataclasses import asdict, dataclass
from importlib import metadata
from typing import TYPE_CHECKING

import click

from coach.cli.options import collection_option, json_option, load_settings

if TYPE_CHECKING:
    from coach.settings import Settings

PACKAGES = ("interview-coach", "llama-index-core", "qdrant-client", "qdrant-edge-py", "fastembed", "pydantic")


@dataclass(frozen=True, slots=True)
class Finding:
    """One thing that was looked at; `mend` is empty if it is well."""

    name: str
    state: str
    mend: str = ""


@click.command()
@collection_option
@json_option
@click.pass_context
def doctor(context: click.Context, collection: str | None, *, as_json: bool) -> None:
    """Say what is installed, where the index is, which weights are used and what is degraded.

    Exits with 1 if something has to be mended.
    """
    findings = examine(load_settings(collection))
    if as_json:
        click.echo(json.dumps([asdict(finding) for finding in findings]))
    else:
        for finding in findings:
            click.echo(f"{'!!' if finding.mend else 'ok'}  {finding.name:<18} {finding.state}")
            if finding.mend:
                click.echo(f"    {'':<18} {finding.mend}")
    if any(finding.mend for finding in findings):
        context.exit(1)


def examine(settings: Settings) -> list[Finding]:
    """Return one finding for each thing that a working coach needs."""
    findings = [Finding("python", platform.python_version())]
    findings += [Finding(name, metadata.version(name)) for name in PACKAGES]
    findings.append(_weights(settings))
    findings.append(_index(settings))
    findings.append(
        Finding("reranker", "on")
        if settings.rerank
        else Finding("reranker", "off: answers are degraded", "Set COACH_RERANK=true.")
    )
    chain = [name for name in (settings.model, *settings.fallback_models) if name]
    findings.append(Finding("model", ", then ".join(chain) or "none: outlines are composed of quotes"))
    return findings


def _weights(settings: Settings) -> Finding:
    from coach.errors import WeightsError
    from ingest.weights import find_model, inspect

    try:
        state = inspect(find_model(settings.embed_model), settings.weights_dir)
    except WeightsError as error:
        return Finding("weights", str(error), error.hint)
    text = f"{state.spec.name} version {state.spec.version} in {state.folder}"
    return Finding("weights", f"{text}: {state.problem or 'ready'}", state.problem and WeightsError.hint)


def _index(settings: Settings) -> Finding:
    from coach.coach import Coach
    from coach.errors import CoachError

    where = settings.index_place if settings.qdrant_url else str(settings.index_dir.resolve())
    try:
        with Coach(settings) as coach:
            made = coach.switch.current.published
    except CoachError as error:
        return Finding("index", f"{where}: {error}", error.hint)
    engine = "Qdrant server" if settings.qdrant_url else "embedded engine"
    return Finding(
        "index",
        f"{settings.collection} at {where} ({engine}): {len(made.documents)} documents, "
        f"{made.questions} questions, {made.chunks} chunks, built {made.created_at}",
    )
