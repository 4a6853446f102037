"""A candidate's verdict: the static rules, the dry run, and what the reward asks for."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass

import msgspec
import numpy as np

from rewardsmith.bank import Bank
from rewardsmith.config import Config
from rewardsmith.critic import findings
from rewardsmith.critic.behaviour import FEWEST_EPISODES, few_episodes, judge_behaviour
from rewardsmith.critic.comparison import Comparison
from rewardsmith.critic.distance import near_duplicate, near_duplicate_finding
from rewardsmith.critic.dynamic import Run, Server, dry_run
from rewardsmith.critic.shaping import loop_finding
from rewardsmith.critic.static import examine
from rewardsmith.environments import Environment
from rewardsmith.errors import UsageError, unknown_name
from rewardsmith.records import Candidate, Reason, Verdict
from rewardsmith.signals import Array

MAY_REJECT = ("constant", "alive", "order", "loop", "blind", "near_duplicate", "scale", "dominant")
"""The findings of which the setting `critic_rejects` says whether they reject or only warn.

By default those reject that never met a reward that trained well, and met enough that did not:
`alive` and `order` (`tests/benchmarks/results/critic.json`).  `loop` and `blind` met none either,
but too few of both kinds; most of what is `dominant` trains well."""
PERSONS_REJECT = ("constant",)
"""What rejects a file that a person brings, where they do not say: they may know better."""
_UNSURE = ("constant", "order")
"""The findings that tell themselves whether they are sure."""
_REJECTS = Config().critic_rejects


@dataclass(frozen=True, slots=True)
class Judgement:
    """A verdict, with what later candidates are compared with."""

    verdict: Verdict
    total: Array | None = None
    """The total on the bank's transitions, (rows,); None where the dry run failed."""


def judge(
    candidate: Candidate,
    environment: Environment,
    bank: Bank,
    server: Server,
    *,
    rejects: Sequence[str] = _REJECTS,
) -> Verdict:
    """The static rules, then the dry run on the bank; what fails costs no training.

    `rejects` names the findings of `MAY_REJECT` that reject; the others warn.  Raises
    SandboxUnavailable where no reward process can be had, UsageError for an unknown finding.
    """
    return judge_among(candidate, environment, bank, server, rejects=rejects).verdict


def judge_among(
    candidate: Candidate,
    environment: Environment,
    bank: Bank,
    server: Server,
    *,
    rejects: Sequence[str] = _REJECTS,
    among: Comparison | None = None,
) -> Judgement:
    """As `judge`, compared with earlier candidates as well."""
    for rule in rejects:
        if rule not in MAY_REJECT:
            raise UsageError(unknown_name("finding in critic_rejects", rule, MAY_REJECT))
    reasons, signals = examine(candidate.source, environment, tuple(bank.transitions))
    verdict = Verdict(candidate=candidate.id, reasons=tuple(reasons), signals=signals)
    if not verdict.passed:
        return Judgement(verdict)
    run = dry_run(candidate.source, recorded_signals(signals, bank), bank, server)
    output, sound = run.output, all(reason.warning for reason in run.reasons)
    twin, distances = None, dict[str, float]()
    if output is not None and sound:
        run.reasons.extend(_behaviour(run, environment, bank))
        twin, distances = _compared(run, output.total, among or Comparison.on(bank))
    verdict = Verdict(
        candidate=candidate.id,
        reasons=(*reasons, *(_weighed(reason, rejects) for reason in run.reasons)),
        components=() if output is None else tuple(output.components),
        additive=None if output is None else findings.is_additive(output),
        signals=signals,
        distances=distances,
    )
    if verdict.passed:
        verdict = msgspec.structs.replace(verdict, twin=twin)
    return Judgement(verdict, output.total if output is not None and sound else None)


def _compared(run: Run, total: Array, among: Comparison) -> tuple[str | None, dict[str, float]]:
    """Which earlier candidate this is over again, with the finding, and the distances."""
    if among.metric is None:
        return None, {}
    mark = among.metric.mark(total)
    near = near_duplicate(mark, among.earlier)
    if near is not None:
        run.reasons.append(near_duplicate_finding(near))
    return None if near is None else near.name, among.distances(mark)


def _weighed(reason: Reason, rejects: Sequence[str]) -> Reason:
    """The reason as the setting has it; what is unsure only warns, whatever the setting.

    `constant` is unsure where nothing is known of endings, `order` where it is nearer to chance.
    """
    if reason.rule not in MAY_REJECT or (reason.rule in _UNSURE and reason.warning):
        return reason
    return msgspec.structs.replace(reason, warning=reason.rule not in rejects)


def recorded_signals(signals: Sequence[str], bank: Bank) -> dict[str, Array]:
    """The bank's rows of the signals; UsageError for one that was not recorded."""
    for name in signals:
        if name not in bank.transitions:
            known = bank.transitions
            raise UsageError(
                f"the bank is of another environment: {unknown_name('signal', name, known)}"
            )
    return {name: np.ascontiguousarray(bank.transitions[name]) for name in signals}


def _behaviour(run: Run, environment: Environment, bank: Bank) -> Iterator[Reason]:
    """Scale, whether there is anything to learn from, and whether it is the right thing."""
    if run.output is None:
        return
    yield from findings.scale_findings(run.output)
    early = any(episode.terminated for episode in bank.episodes) if bank.episodes else None
    if constant := findings.constant_finding(run.output, ends_early=early):
        yield constant
    if len(bank.episodes) < FEWEST_EPISODES:
        yield few_episodes(len(bank.episodes))
    if run.trial is not None:
        yield from judge_behaviour(run.trial, tuple(run.recorded))
        if loop := loop_finding(run.trial, environment.task.success):
            yield loop
