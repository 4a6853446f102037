"""The analyzer: reads curves and trajectories and says what went wrong, numbers first.

Everything here is deterministic and needs only what the trainer recorded: nothing is simulated,
no model is asked.  A finding names one fault and quotes its evidence; severities order them so
that what made the failure stands before what it looks like.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from itertools import chain

from rewardsmith.analyzer.agreement import (
    Agreement,
    Base,
    base_of,
    base_on,
    columns_on,
)
from rewardsmith.analyzer.balance import (
    beside_findings,
    flat_findings,
    sum_findings,
)
from rewardsmith.analyzer.behaviour import behaviour_lines, behaviour_text
from rewardsmith.analyzer.components import (
    ComponentNumbers,
    component_findings,
    component_numbers,
)
from rewardsmith.analyzer.conduct import (
    conduct_findings,
    ended_conduct,
    failing_conduct,
)
from rewardsmith.analyzer.endings import ending_findings
from rewardsmith.analyzer.episodes import Array
from rewardsmith.analyzer.evidence import Evidence, finding, gather
from rewardsmith.analyzer.facts import EnvironmentFacts, Ranking, goal_of, task_facts
from rewardsmith.analyzer.hacking import proxy_findings
from rewardsmith.analyzer.happenings import event_findings
from rewardsmith.analyzer.hovering import hovering_findings
from rewardsmith.analyzer.learning import (
    failure_findings,
    learning_findings,
    return_findings,
)
from rewardsmith.analyzer.motion import motion_findings, on_its_way
from rewardsmith.analyzer.standing import ranking_findings
from rewardsmith.analyzer.strengths import strengths
from rewardsmith.analyzer.table import numbers_text, score_text
from rewardsmith.analyzer.trajectories import load_earlier, load_trajectories
from rewardsmith.analyzer.untrained import (
    asked_of,
    bank_findings,
    leads_away,
    of_training,
)
from rewardsmith.analyzer.within import quoted, within_findings
from rewardsmith.records import Candidate, Diagnosis, Finding, TrainResult

__all__ = [
    "Agreement",
    "Base",
    "EnvironmentFacts",
    "Ranking",
    "bank_findings",
    "base_of",
    "base_on",
    "behaviour_text",
    "columns_on",
    "diagnose",
    "gather",
    "goal_of",
    "load_earlier",
    "load_trajectories",
    "score_text",
    "strengths",
    "task_facts",
]


UNJUDGED = 0.8
"""Part of a finding's severity that is left where nothing says whether it is good or bad: what is
wrong with the reward for certain stands before it."""


def diagnose(
    candidate: Candidate,
    result: TrainResult,
    trajectories: Mapping[int, Mapping[str, Array]],
    facts: EnvironmentFacts,
    base: Base | None = None,
    *,
    earlier: Mapping[tuple[int, int], Mapping[str, Array]] | None = None,
) -> Diagnosis:
    """What happened when the candidate was trained, the most telling first.

    `trajectories` are the recorded arrays by seed, (rows, ...): every declared signal under its
    own name, `action`, `terminated`, `truncated`, `episode_step`, `total`, `component_NAME`,
    `fitness` (a step's) and `episode` (which rows belong together).  `base` is the reward on the
    bank's episodes, where it was computed (`base_of`); `earlier` is as `trajectories`, recorded at
    checkpoints, by seed and steps.
    """
    evidence = gather(result, trajectories, facts, earlier)
    numbers = component_numbers(evidence)
    found = tuple(_one_of_each(_findings(result, evidence, numbers, base)))
    found = of_training(found, evidence, base)
    if facts.measured:
        ends = (ended_conduct(evidence, one) for one in found if one.name == "ends_early")
        found = _one_of_each([*found, *chain.from_iterable(ends)])
    findings = sorted(quoted(found, evidence), key=lambda f: (-f.severity, f.name))
    text = numbers_text(evidence, numbers, base)
    if not facts.measured:
        text = "\n".join([text, *behaviour_lines(evidence)])
    policies = len(result.members)
    return Diagnosis(candidate=candidate.id, findings=(*findings,), text=text, policies=policies)


def _one_of_each(findings: Iterable[Finding]) -> Iterator[Finding]:
    """The gravest of each name: two ways to find the same fault tell it once."""
    gravest: dict[str, Finding] = {}
    for one in findings:
        if one.name not in gravest or one.severity > gravest[one.name].severity:
            gravest[one.name] = one
    yield from gravest.values()


def _findings(
    result: TrainResult,
    evidence: Evidence,
    numbers: tuple[ComponentNumbers, ...],
    base: Base | None,
) -> Iterator[Finding]:
    yield from failure_findings(result)
    if not result.fitness:
        return
    yield from component_findings(evidence, numbers, base)
    if not evidence.facts.measured:
        yield from _unjudged(evidence)
        return
    asked = asked_of(evidence, base)
    yield from asked
    yield from proxy_findings(evidence, base, leads_away=leads_away(asked))
    yield from sum_findings(evidence, numbers, base)
    yield from flat_findings(evidence, numbers, base)
    yield from beside_findings(evidence, base)
    yield from learning_findings(evidence)
    under_way = on_its_way(evidence, base) and not leads_away(asked)
    yield from ending_findings(evidence, base, under_way=under_way)
    yield from within_findings(evidence)
    yield from hovering_findings(evidence)
    yield from motion_findings(evidence, under_way=under_way)
    yield from failing_conduct(evidence)
    yield from event_findings(evidence)


def _unjudged(evidence: Evidence) -> Iterator[Finding]:
    """What happened where no fitness says what it is worth, and what a ranking says of it."""
    happened = (conduct_findings, motion_findings, event_findings, return_findings)
    for one in (found for findings in happened for found in findings(evidence)):
        yield finding(one.name, UNJUDGED * one.severity, one.sentence)
    yield from ranking_findings(evidence)
