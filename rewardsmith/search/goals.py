"""Goals without a metric: who compares behaviours, by the settings, and how often at most."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from pathlib import Path

from rewardsmith.analyzer import Ranking
from rewardsmith.archive import CONFIRMATION, REPORT
from rewardsmith.config import Config
from rewardsmith.environments import Environment
from rewardsmith.errors import UsageError, unknown_name
from rewardsmith.preference import Factor, parse_rank, preferred_pairs
from rewardsmith.signals import Array
from rewardsmith.training import racing

RANDOM, COMPOSER = "random", "composer"
"""The baselines that are searches: their names as settings, their folders, their rows."""
ALL, NONE = "all", "none"
RANK, MODEL, PERSON = "rank", "model", "person"
SOURCES = (RANK, MODEL, PERSON)
"""In the order in which they are asked: the cheapest first, what it leaves open to the next."""
AUTO, ALWAYS, NEVER = "auto", "always", "never"
FRAMES = (AUTO, ALWAYS, NEVER)
"""When those who compare are shown frames."""
MANY = 10**9
FREE = 4
"""How many times as many pairs a ranking alone compares: it costs nothing."""


def sources_of(config: Config) -> tuple[str, ...]:
    """Who compares, by the settings."""
    asked = {RANK: bool(config.rank), MODEL: bool(config.model), PERSON: config.human}
    asked[MODEL] = asked[MODEL] or bool(config.replay_from)
    return tuple(source for source in SOURCES if asked[source])


def most_of(config: Config, source: str, stage: str) -> int:
    """How many pairs a source compares at most; fresh policies are as few as their seeds say."""
    if source == PERSON:
        return config.human_comparisons
    if stage in (CONFIRMATION, REPORT):
        return MANY
    alone = sources_of(config) == (RANK,)
    return config.comparisons * (FREE if alone else 1)


def require_judges(environment: Environment, config: Config) -> None:
    """Raises UsageError where nobody can compare behaviours, or a ranking cannot be read."""
    if environment.task.measured:
        if config.rank:
            raise UsageError(
                f"--rank {config.rank!r} compares behaviours where there is no fitness, and task "
                f"{environment.task.name!r} has one; leave --rank out, or say what is wanted in "
                "words: --task"
            )
        return
    if not sources_of(config):
        raise UsageError(
            f"the goal {environment.task.words!r} comes without a fitness, so somebody has to "
            "compare behaviours: a model (--model), a person (--human) or factors (--rank 'a > b')"
            "; or give a fitness (--fitness)"
        )
    if config.racing not in (racing.AUTO, racing.OFF, racing.SURE):
        raise UsageError(
            f"--racing {config.racing} orders candidates by fitness and the goal has none; "
            "auto, off and sure are possible"
        )
    if config.confirm_with:
        raise UsageError(
            f"--confirm-with {config.confirm_with} reports a fitness and the goal has none; leave "
            "it out"
        )
    _ = factors_of(environment, config)


def searches_of(environment: Environment, config: Config) -> tuple[str, ...]:
    """The searches beside the run's own: as named, else all that need no person.

    A recording answers random search where the run that it is of had one.
    """
    composes = config.chosen_proposer == COMPOSER
    named = {
        RANDOM: (RANDOM,),
        COMPOSER: (COMPOSER,),
        ALL: (RANDOM,) if composes else (RANDOM, COMPOSER),
    }
    if config.baseline != AUTO:
        return named.get(config.baseline, ())
    return tuple(name for name in named[ALL] if _needs_nobody(environment, config, name))


def _needs_nobody(environment: Environment, config: Config, search: str) -> bool:
    """Whether a search can be made without a person, and without answers that no recording has."""
    if not environment.task.measured and sources_of(config) == (PERSON,):
        return False
    if search == RANDOM and config.chosen_proposer == "manual":
        return False
    recorded = config.replay_from and asks_a_model(environment, config, search)
    return not recorded or Path(config.replay_from, search).is_dir()


def asks_a_model(environment: Environment, config: Config, search: str) -> bool:
    """Whether a search beside the run's own has a model propose, or compare."""
    if search == RANDOM and config.chosen_proposer != COMPOSER:
        return True
    return not environment.task.measured and MODEL in sources_of(config)


def require_baseline(environment: Environment, config: Config) -> None:
    """Raises UsageError for a baseline that there is not, or that would need a person."""
    known = (AUTO, NONE, RANDOM, COMPOSER, ALL)
    if config.baseline not in known:
        raise UsageError(unknown_name("baseline", config.baseline, known))
    searches = searches_of(environment, config)
    if COMPOSER in searches and config.chosen_proposer == COMPOSER:
        raise UsageError(
            "--baseline composer searches with the composer, which writes this run's candidates "
            "already; random is its first proposals alone"
        )
    asks = RANDOM in searches and config.chosen_proposer == "manual"
    judges = not environment.task.measured and sources_of(config) == (PERSON,)
    if asks or (searches and judges):
        raise UsageError(
            f"--baseline {config.baseline} would need a person's work for a whole search once "
            "more; it needs a model, the composer or --rank, or leave it out"
        )


def frames_for(environment: Environment, config: Config) -> tuple[str, ...]:
    """Who may be shown frames: a model and a person who compare now, not in a recording."""
    if environment.task.measured or config.frames == NEVER:
        return ()
    recorded = {RANK, MODEL} if config.replay_from else {RANK}
    return tuple(source for source in sources_of(config) if source not in recorded)


def require_frames(environment: Environment, config: Config) -> None:
    """Raises UsageError for a setting that there is not, or where there is nobody to look."""
    if config.frames not in FRAMES:
        raise UsageError(unknown_name("setting of frames", config.frames, FRAMES))
    if config.frames == ALWAYS and not frames_for(environment, config):
        raise UsageError(
            "--frames always shows frames to a model or a person that compares behaviours, and "
            "none does here: that takes a goal without a fitness and a model (--model) or a "
            "person (--human); leave it out"
        )


def factors_of(environment: Environment, config: Config) -> tuple[Factor, ...]:
    """The ranked factors; none where the settings name none."""
    if not config.rank:
        return ()
    shapes = {signal.name: signal.shape for signal in environment.signals}
    return parse_rank(config.rank, shapes, environment.task.events)


def ranking_of(environment: Environment, config: Config) -> Ranking | None:
    """The ranked factors as the analyzer asks them; None where the settings name none."""
    factors = () if environment.task.measured else factors_of(environment, config)
    if not factors:
        return None

    def compare(episodes: Sequence[Mapping[str, Array]]) -> Array | None:
        try:
            return preferred_pairs(factors, episodes, environment.task.events)
        except UsageError:  # a factor's signal was not recorded, or not with finite numbers
            return None

    return Ranking(config.rank, compare)
