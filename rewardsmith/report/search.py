"""How a reward was found: its lineage, the search, what it cost."""

from __future__ import annotations

from collections import Counter

from rewardsmith.archive import Archive, share_words

_ESCAPES = {c: f"\\{c}" for c in "\\`*_[]|#"} | {"<": "&lt;", ">": "&gt;"}


def one_line(text: str) -> str:
    """Text from elsewhere as one line in which Markdown and HTML find nothing to do."""
    plain = " ".join("".join(c if c.isprintable() else " " for c in text).split())
    return "".join(_ESCAPES.get(c, c) for c in plain)


def lineage_lines(archive: Archive, candidate: str) -> list[str]:
    """The candidate and its ancestors, the nearest first."""
    lines: list[str] = []
    for ancestor in archive.lineage(candidate):
        score = archive.scores.get(ancestor.id)
        parents = f" of {', '.join(ancestor.parents)}" if ancestor.parents else ""
        told = (
            "no score" if score is None else f"{score.value:.4g} on {score.seeds} selection seeds"
        )
        writer = f", by {ancestor.proposer}" if ancestor.proposer else ""
        lines.append(f"{ancestor.id}: {ancestor.operator}{parents}{writer}; {told}")
    return lines


def search_lines(archive: Archive) -> list[str]:
    """What the search did and what it cost."""
    spend, candidates = archive.spend, archive.candidates
    rejected = sum(not verdict.passed for verdict in archive.verdicts.values())
    failed = sum(
        result.failure is not None
        for (name, purpose), result in archive.results.items()
        if purpose == "selection" and name in candidates and name not in archive.twins
    )
    again = len(archive.twins)
    scored = sum(name not in archive.twins for name in archive.scores)
    operators = Counter(candidate.operator for candidate in candidates.values())
    told = ", ".join(f"{count} {operator}" for operator, count in sorted(operators.items()))
    found = (
        f"{len(archive.generations)} generations, {len(candidates)} candidates ({told}); "
        f"{rejected} rejected by the critic, {again} over again and not trained, {failed} failed "
        f"in training, {scored} scored"
    )
    steps = f"{spend.steps:,} environment steps of all policies together"
    return [
        found,
        *_early_end(archive),
        *shares_lines(archive),
        steps,
        _model_line(archive),
        *_feedback_line(archive),
    ]


def _early_end(archive: Archive) -> list[str]:
    """Why the search made fewer generations than it was asked for."""
    config = archive.started.config if archive.started is not None else {}
    patience, wanted = config.get("plateau_stop", 0), config.get("generations", 0)
    if archive.finished is None or not patience or len(archive.generations) >= wanted:
        return []
    why = f"{patience} in a row brought nothing better (--plateau-stop)"
    return [f"ended early, of {wanted} generations: {why}"]


def shares_lines(archive: Archive) -> list[str]:
    """The operators' shares in the first generation with parents and in the last; none without."""
    began = sorted(generation for generation in archive.shares if generation)
    told = [
        f"in generation {generation} {share_words(archive.shares[generation])}"
        for generation in dict.fromkeys([*began[:1], *began[-1:]])
    ]
    return [f"shares of the operators: {'; '.join(told)}"] if told else []


def _model_line(archive: Archive) -> str:
    spend = archive.spend
    if not spend.completions:
        return "no model was asked"
    models = sorted({completion.model for completion in archive.completions.values()})
    tokens = f"{spend.prompt_tokens:,} tokens in, {spend.completion_tokens:,} out"
    if spend.uncounted:
        tokens += f" (without {spend.uncounted} answers whose tokens the provider did not tell)"
    price = f"price ${spend.price:.2f}" if spend.price is not None else "price unknown"
    if spend.price is None and spend.known_price:
        price += f" (at least ${spend.known_price:.2f})"
    return (
        f"model {one_line(', '.join(models))}: {spend.completions} completions, {tokens}, {price}"
    )


def _feedback_line(archive: Archive) -> list[str]:
    if not archive.feedback:
        return []
    notes = sum(len(feedback.notes) for feedback in archive.feedback)
    rejected = len(archive.rejected)
    times = len(archive.feedback)
    return [f"a person took part {times} times: {notes} notes, {rejected} candidates rejected"]
