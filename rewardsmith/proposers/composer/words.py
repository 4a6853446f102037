"""What task and signals say: shared stems, related words, directions, and the kind of wish."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass

STOP = (
    "the a an of to it its can as is are and or on in at with by for from that this be so do per "
    "make along over under into than then each where one two you your"
)
_STOP = frozenset(STOP.split())
SUFFIXES = ("ingly", "ing", "edly", "ed", "ly", "es", "s", "e")
RELATED: tuple[tuple[str, str], ...] = (
    # words of a task; words of the signals that they speak of
    (
        "forward ahead run walk swim hop gallop travel race far progress crawl backward",
        "forward distance velocity speed x",
    ),
    ("fast quick speed rapid sprint drive move ride accelerate slow", "velocity speed rate"),
    (
        "up rise raise lift climb high jump leap top hill stand tall upward down",
        "height altitude elevation vertical z up",
    ),
    (
        "upright balance stand swing pole tilt lean fall straight vertical level posture flip",
        "upright angle tilt pitch roll orientation cosine lean vertical",
    ),
    (
        "reach goal target flag arrive touch place push centre center near point",
        "distance position goal target error",
    ),
    ("power energy momentum swing pump strong", "energy momentum power"),
    ("turn spin rotate twist", "angular rotation yaw turn"),
    ("left right sideways lateral", "lateral sideways y left right"),
    ("still stop rest calm steady smooth", "velocity speed rate angular"),
)
OPPOSITES: tuple[tuple[str, str, str], ...] = (
    # more of the signal; less of it; words of the signals that this is said of
    ("forward ahead onward", "backward back reverse", "forward x ahead"),
    (
        "up upward high tall rise raise lift climb jump",
        "down downward low lower crouch",
        "height z",
    ),
    ("fast quick run sprint race", "slow still stop rest calm", "velocity speed rate"),
    ("right", "left", "right rightward"),
    ("left", "right", "left leftward y lateral"),
    ("open", "close shut", "open opening gap"),
)
RESTRAINTS = "little less small minimise minimize avoid without low no not never reduce least few"
SHARED, SENTENCE = 1.5, 0.3
"""What a shared word counts beside a related one's half, and one that only the sentence has."""
WISHES = {
    "hold": "stay keep hold balance maintain remain upright still stand stabilise stabilize rest",
    "reach": "reach goal target flag arrive touch until finish climb solve escape place push get",
    "move": "run walk forward backward fast move swim hop far speed jump spin crawl gallop travel "
    "race sprint",
    "survive": "survive alive long fall crash die collapse topple",
}
NUMBERS = {"half a": 0.5, "one": 1.0, "two": 2.0, "three": 3.0, "four": 4.0, "five": 5.0}
_NUMBER = rf"-?\d+(?:\.\d+)?|{'|'.join(NUMBERS)}"
UNITS: tuple[tuple[str, float, str], ...] = (
    # unit of a signal; what the word's unit is worth in it; the words, the longer ones first
    ("m/s", 1.0, r"m/s|met(?:re|er)s? (?:per|a) second"),
    ("rad/s", 1.0, r"rad/s|radians? (?:per|a) second"),
    ("rad/s", 0.0174533, r"degrees? (?:per|a) second"),
    ("m", 1.0, r"met(?:re|er)s?|m"),
    ("m", 0.01, r"centimet(?:re|er)s?|cm"),
    ("rad", 1.0, r"radians?|rad"),
    ("rad", 0.0174533, r"degrees?"),
    ("N m", 1.0, r"newton met(?:re|er)s?|n m"),
)
POSTURE = "height upright angle tilt pitch orientation torso"


def stem(word: str) -> str:
    """The word without its usual endings: running, runs and run are one."""
    word = word.lower()
    for suffix in SUFFIXES:
        if word.endswith(suffix) and len(word) - len(suffix) >= 3:  # noqa: PLR2004  a stem's least
            word = word.removesuffix(suffix)
            break
    if len(word) > 3 and word[-1] == word[-2]:  # noqa: PLR2004  running gives runn
        word = word[:-1]
    return word


def stems(text: str) -> tuple[str, ...]:
    """The stems of a text in order, stop words left out."""
    words = re.findall(r"[a-z]+", text.lower().replace("_", " "))
    return tuple(stem(word) for word in words if word not in _STOP)


def _table(text: str) -> frozenset[str]:
    return frozenset(stem(word) for word in text.split())


_RELATED = tuple((_table(task), _table(signal)) for task, signal in RELATED)
_OPPOSITES = tuple((_table(more), _table(less), _table(of)) for more, less, of in OPPOSITES)
_RESTRAINTS = _table(RESTRAINTS)
_WISHES = {name: _table(text) for name, text in WISHES.items()}
_POSTURE = _table(POSTURE)


@dataclass(frozen=True, slots=True)
class Reading:
    """What the task's words say of one signal."""

    relevance: float
    """0 where nothing is shared; about 1 for a related word, more for the same words."""
    direction: float
    """Above 0 where more of it is wanted, below 0 where less of it is, 0 where nothing is said."""
    posture: bool
    """Whether it says how a body stands, which tasks of motion rarely name and often need."""
    landmarks: tuple[tuple[float, float], ...] = ()
    """Numbers in its sentence, each with a weight: more where a word of the task stands by."""


def read_signal(
    task: Sequence[str], name: str, sentence: str, ends: tuple[float, float]
) -> Reading:
    """How a task's stems speak of a signal with that name and sentence between these ends."""
    own = dict.fromkeys(stems(name), 1.0)
    known = dict.fromkeys(stems(sentence), SENTENCE) | own
    shared = [word for word in task if word in known]
    relevance = SHARED * sum(known[word] for word in dict.fromkeys(shared))
    for said, meant in _RELATED:
        if not said.isdisjoint(task):
            relevance += 0.5 * max((known.get(word, 0.0) for word in meant), default=0.0)
    marks = landmarks(task, sentence)
    direction = _direction(task, known) + _positive(task, sentence) + _ends(marks, ends)
    direction = max(-1.5, min(1.5, direction))
    posture = not _POSTURE.isdisjoint(own)
    return Reading(min(4.0, relevance), direction, posture, marks)


def landmarks(task: Sequence[str], sentence: str) -> tuple[tuple[float, float], ...]:
    """The numbers of a sentence, weighing 4 where a neighbouring word is the task's, else 1.

    `0.1 at the bottom, 1.0 at the top` gives (0.1, 1), (1.0, 4) for a task that says top.
    """
    found: list[tuple[float, float]] = []
    for clause in re.split(r"[,;:()]|\band\b", sentence):
        numbers = re.findall(r"(?<![\w.^])-?\d+(?:\.\d+)?(?![\w^])", clause)
        near = not set(stems(clause)).isdisjoint(task)
        found += [(float(number), 4.0 if near else 1.0) for number in numbers]
    return tuple(found)


def quantities(text: str) -> tuple[tuple[float, str], ...]:
    """Numbers that a text gives with their units: `one metre` is (1, m), `45 degrees` 0.785 rad."""
    found: list[tuple[float, str]] = []
    for number, rest in re.findall(rf"(?<![\w.])({_NUMBER})[\s-]*([^\d,;:()]*)", text.lower()):
        value = NUMBERS.get(number)
        unit = next(((u, f) for u, f, said in UNITS if re.match(rf"(?:{said})\b", rest)), None)
        if unit is not None:
            found.append((round(unit[1] * (float(number) if value is None else value), 4), unit[0]))
    return tuple(found)


def _direction(task: Sequence[str], known: dict[str, float]) -> float:
    total = 0.0
    for more, less, of in _OPPOSITES:
        weight = max((known[word] for word in of if word in known), default=0.0)
        for place, word in enumerate(task):
            if word in more or word in less:
                sign = 1.0 if word in more else -1.0
                total += sign * weight * _restrained(task, place)
    for place, word in enumerate(task):
        if _restrained(task, place) < 0 and word in known:
            total -= known[word]
    return total


def _positive(task: Sequence[str], sentence: str) -> float:
    """More is wanted where a clause says `positive to the right` and the task says right."""
    clauses = re.split(r"[,;:()]", sentence.lower())
    after = [clause.partition("positive")[2] for clause in clauses if "positive" in clause]
    return 0.75 if any(not set(stems(text)).isdisjoint(task) for text in after) else 0.0


def _ends(marks: Sequence[tuple[float, float]], ends: tuple[float, float]) -> float:
    """More is wanted where what the task names lies near the upper end, less near the lower."""
    low, high = ends
    places = [(at - low) / (high - low) for at, weight in marks if weight > 1 and low <= at <= high]
    return sum(0.75 * ((place > 0.75) - (place < 0.25)) for place in places)  # noqa: PLR2004


def _restrained(task: Sequence[str], place: int) -> float:
    """-1 where one of the two words before asks for little of it, else 1."""
    return 1.0 if _RESTRAINTS.isdisjoint(task[max(0, place - 2) : place]) else -1.0


def wishes(task: Sequence[str]) -> frozenset[str]:
    """Which of hold, reach, move and survive the task's stems speak of."""
    return frozenset(name for name, known in _WISHES.items() if not known.isdisjoint(task))
