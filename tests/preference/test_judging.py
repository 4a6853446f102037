import pytest

from rewardsmith.errors import BudgetExhausted, PromptLeak, ProviderError
from rewardsmith.leaks import Secrets
from rewardsmith.llm import ProviderRefused
from rewardsmith.preference.judging import ModelJudge, Question, opinion_of, read_answer
from rewardsmith.proposers import SignalRow
from rewardsmith.records import Completion

CONTEXT = {
    "words": "spin",
    "description": "",
    "signals": (SignalRow(name="turn", sentence="angular velocity", unit="rad/s"),),
    "action_words": "one number",
    "time_limit": 200,
}
QUESTIONS = [Question("g00-model-p000", "turn 3", "turn 1"), Question("g00-model-p001", "x", "y")]


def said(text):
    return Completion(text=text, model="fake")


def prefer(side, because="it turns"):
    return said(f'It turns.\n```json\n{{"prefer": {side}, "because": "{because}"}}\n```')


def judge(answer_to, known=(), secrets=None):
    asked = []

    def ask(requests):
        for key, request in requests:
            asked.append(key)
            yield key, answer_to(key, request)

    return ModelJudge(ask, dict(known), CONTEXT, secrets), asked


def test_each_pair_is_asked_twice_with_the_sides_swapped():
    prompts = {}

    def answer(key, request):
        prompts[key] = request.messages[1].content
        return prefer(1 if key.endswith("a") else 2)

    made, asked = judge(answer)
    emitted = []
    opinions = list(made.compare(QUESTIONS, lambda key, *_: emitted.append(key)))
    assert [o.won for o in opinions] == [1.0, 1.0]
    assert sorted(asked) == sorted(emitted)
    assert len(asked) == 4
    first, swapped = prompts["g00-model-p000-a"], prompts["g00-model-p000-b"]
    assert first.index("turn 3") < first.index("turn 1")
    assert swapped.index("turn 1") < swapped.index("turn 3")
    assert "angular velocity" in first
    assert "spin" in first


def test_a_model_that_always_prefers_the_first_has_no_preference():
    made, _ = judge(lambda *_: prefer(1))
    assert {o.won for o in made.compare(QUESTIONS, lambda *_: None)} == {0.5}


@pytest.mark.parametrize(
    ("first", "swapped", "won"),
    [(1, 2, 1.0), (2, 1, 0.0), (0, 0, 0.5), (1, 0, 0.5), (2, 2, 0.5)],
)
def test_two_answers_agree_or_there_is_no_preference(first, swapped, won):
    assert opinion_of("k", prefer(first), prefer(swapped)).won == won


def test_an_answer_that_cannot_be_read_counts_for_nothing():
    assert read_answer("I prefer the first one.") is None
    assert read_answer('{"prefer": "both"}') is None
    assert read_answer('{"prefer": 1} but no: {"prefer": 2, "because": "a\\u202eb"}') == (
        0.0,
        "a b",
    )
    assert opinion_of("k", said("what?"), prefer(1)).won is None


def test_what_was_answered_before_is_not_asked_again():
    known = {f"{QUESTIONS[0].key}-{side}": prefer(side_) for side, side_ in (("a", 2), ("b", 1))}
    made, asked = judge(lambda *_: prefer(0), known)
    opinions = {o.key: o.won for o in made.compare(QUESTIONS, lambda *_: None)}
    assert opinions == {QUESTIONS[0].key: 0.0, QUESTIONS[1].key: 0.5}
    assert {key.rpartition("-")[0] for key in asked} == {QUESTIONS[1].key}


def test_one_answer_that_does_not_come_costs_its_pair_and_no_other():
    def answer(key, _):
        return ProviderError("late") if key == "g00-model-p000-b" else prefer(0)

    made, _ = judge(answer)
    opinions = {o.key: o.won for o in made.compare(QUESTIONS, lambda *_: None)}
    assert opinions == {QUESTIONS[0].key: None, QUESTIONS[1].key: 0.5}


@pytest.mark.parametrize("error", [BudgetExhausted("tokens"), ProviderRefused("no key")])
def test_a_limit_or_a_refusal_ends_the_run_after_the_answers_that_came(error):
    made, _ = judge(lambda key, _: prefer(0) if "p000" in key else error)
    emitted, heard = [], []
    opinions = made.compare(QUESTIONS, lambda key, *_: emitted.append(key))
    heard.append(next(opinions).key)
    with pytest.raises(type(error)):
        next(opinions)
    assert heard == [QUESTIONS[0].key]
    assert emitted == ["g00-model-p000-a", "g00-model-p000-b"]


def test_a_service_that_answers_nothing_is_the_providers_fault():
    made, _ = judge(lambda *_: ProviderError("down"))
    with pytest.raises(ProviderError, match="down"):
        list(made.compare(QUESTIONS, lambda *_: None))


def test_a_prompt_that_would_tell_a_secret_is_not_sent():
    made, asked = judge(lambda *_: prefer(0), secrets=Secrets(names=("secret_sum",)))
    with pytest.raises(PromptLeak, match="secret_sum"):
        list(made.compare([Question("k", "secret_sum 3", "")], lambda *_: None))
    assert asked == []
