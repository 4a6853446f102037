"""Requests as the search makes them, for the tests of proposers."""

from rewardsmith.proposers import ActionRow, ParentView, ProposalRequest, SignalRow
from rewardsmith.records import Candidate, Completion, Message

CODE = "def compute_reward(speed):\n    return speed, {}\n"
ANSWER = f"Faster is better.\n\n```python\n{CODE}```\n"
SIGNALS = (
    SignalRow(
        name="speed",
        sentence="velocity along the | road",
        unit="m/s",
        low=-1.0,
        high=2.5,
        change=0.1,
    ),
    SignalRow(name="joints", sentence="angles of all joints", unit="rad", shape=(6,)),
)


def parent(name="g00-c01", source=CODE, **known):
    candidate = Candidate(id=name, source=source, operator="initial", generation=0, index=1)
    return ParentView(candidate=candidate, **known)


def request(index=0, operator="initial", **options):
    defaults = {
        "key": f"g01-c{index:02d}",
        "generation": 1,
        "seed": index,
        "words": "Make it drive.",
        "signals": SIGNALS,
        "action": ActionRow(shape=(6,), low=(-1.0,) * 6, high=(1.0,) * 6),
        "time_limit": 500,
    }
    return ProposalRequest(index=index, operator=operator, **{**defaults, **options})


class Log:
    """Keeps what is emitted."""

    def __init__(self):
        self.entries: list[tuple[str, tuple[Message, ...], Completion]] = []

    def __call__(self, key, messages, completion):
        self.entries.append((key, messages, completion))

    @property
    def keys(self):
        return [key for key, _, _ in self.entries]
