"""A run's candidates, each judged among those before it: an earlier one over again is found."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace

import msgspec

from rewardsmith.bank import Bank
from rewardsmith.critic.comparison import Comparison
from rewardsmith.critic.distance import Mark, cluster_of
from rewardsmith.critic.dynamic import Server, total_of
from rewardsmith.critic.judgement import judge_among, recorded_signals
from rewardsmith.environments import Environment
from rewardsmith.errors import RewardInvalid
from rewardsmith.language import source_hash
from rewardsmith.records import Candidate, Reason, Verdict
from rewardsmith.signals import Array, looked_at


@dataclass(slots=True)
class Peers:
    """Judges the candidates of one run.

    What earlier ones pay is computed again where it is not remembered, so a resumed run judges
    like one that was never interrupted.
    """

    environment: Environment
    bank: Bank
    server: Server
    rejects: Sequence[str]
    """The findings that reject (the setting `critic_rejects`)."""
    _own: Comparison | None = field(default=None, init=False)
    """With the task's own rewards alone."""
    _marks: dict[str, Mark] = field(default_factory=dict[str, Mark], init=False)
    """Of every candidate whose total was computed, by id."""

    def judge(
        self,
        candidate: Candidate,
        candidates: Mapping[str, Candidate],
        verdicts: Mapping[str, Verdict],
    ) -> Verdict:
        """The verdict among all `candidates` whose `verdicts` let them train.

        `twin` names the one that it is over again, by its code or, up to a factor, by what it pays.
        What a person wrote is only warned of: who asks for it to be trained is not refused.
        """
        before = [name for name in sorted(verdicts) if verdicts[name].trains]
        same = _same_code(candidate, [candidates[name] for name in before])
        if same is not None:
            return self._verdict_of_copy(candidate, verdicts[same])
        judgement = judge_among(
            candidate,
            self.environment,
            self.bank,
            self.server,
            rejects=() if candidate.operator == "human" else self.rejects,
            among=self._among([(candidates[name], verdicts[name]) for name in before]),
        )
        if judgement.total is not None:
            self._remember(candidate.id, judgement.total)
        return self._clustered(judgement.verdict, [verdicts[name] for name in before])

    def _clustered(self, verdict: Verdict, before: Sequence[Verdict]) -> Verdict:
        """The verdict with its cluster among those before it that look at the same."""
        mark, own = self._marks.get(verdict.candidate), looked_at(verdict.signals)
        if mark is None or not verdict.passed:
            return verdict
        leaders = {
            other.candidate: self._marks[other.candidate]
            for other in before
            if other.cluster == other.candidate and looked_at(other.signals) == own
        }
        cluster = cluster_of(verdict.candidate, mark, leaders)
        return msgspec.structs.replace(verdict, cluster=cluster)

    def _among(self, before: Sequence[tuple[Candidate, Verdict]]) -> Comparison:
        """What these candidates pay on the bank's transitions, computed where it is not known."""
        own = self._comparison
        if own.metric is None:
            return own
        for candidate, verdict in before:
            if candidate.id not in self._marks:
                recorded = recorded_signals(verdict.signals, self.bank)
                self._remember(candidate.id, total_of(candidate.source, recorded, self.server))
        return replace(own, earlier={c.id: self._marks[c.id] for c, _ in before})

    def _remember(self, name: str, total: Array) -> None:
        metric = self._comparison.metric
        if metric is not None:
            self._marks[name] = metric.mark(total)

    @property
    def _comparison(self) -> Comparison:
        if self._own is None:
            self._own = Comparison.on(self.bank)
        return self._own

    def _verdict_of_copy(self, candidate: Candidate, twin: Verdict) -> Verdict:
        name = twin.candidate
        message = (
            f"this is the same code as {name}, so it is not trained and the result of {name} "
            "stands in; write a different one"
        )
        rejected = "near_duplicate" in self.rejects
        reason = Reason(rule="duplicate", message=message, warning=not rejected)
        return msgspec.structs.replace(
            twin,
            candidate=candidate.id,
            reasons=(reason,),
            twin=None if rejected else name,
            distances=twin.distances | {name: 0.0},
        )


def _same_code(candidate: Candidate, earlier: Sequence[Candidate]) -> str | None:
    """The first earlier candidate with the same tokens."""
    own = _hash_or_none(candidate.source)
    if own is None:
        return None
    return next((c.id for c in earlier if _hash_or_none(c.source) == own), None)


def _hash_or_none(source: str) -> str | None:
    """The hash of the code's tokens; None where it has no valid ones."""
    try:
        return source_hash(source)
    except RewardInvalid:
        return None
