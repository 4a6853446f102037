"""A review's answer is a bounded verdict; whatever else comes rejects nothing."""

import json

import pytest

from rewardsmith.errors import BudgetExhausted, ProviderError
from rewardsmith.llm import Ledger, ModelSettings, ProviderRefused, SpendLimits
from rewardsmith.proposers.review import Reviewer, ask_model, reasons_in
from rewardsmith.records import Completion
from tests.llm_server import FakeLlm, refuse_key, status
from tests.proposers.proposal_requests import Log, parent, request

SOUND = 'It pays for speed.\n\n```json\n{"verdict": "sound", "faults": []}\n```\n'


def faulty(*faults):
    return f"Hm.\n```json\n{json.dumps({'verdict': 'faulty', 'faults': list(faults)})}\n```"


@pytest.fixture(autouse=True)
def _key(monkeypatch):
    monkeypatch.setenv("OPENAI_API_KEY", "sk-test-0123456789")


def asked(**options):
    return request(operator="review", key="g01-c00-review", parents=(parent(),), **options)


def reviewer(server, known=None, limits=None):
    settings = ModelSettings(
        model="openai/fake", api_base=server.url, deadline=60.0, attempts=2, backoff=0.001
    )
    ledger = Ledger(limits)
    return Reviewer(lambda r, m: ask_model(settings, ledger, r, m), known or {}), ledger


def test_sound_code_has_no_reason():
    assert reasons_in(SOUND, lines=3) == ()


def test_each_fault_becomes_a_reason_with_its_line_and_what_to_write():
    text = faulty({"line": 2, "fault": "the sign is wrong.", "instead": "return -speed"})
    (reason,) = reasons_in(text, lines=3)
    assert (reason.rule, reason.line, reason.warning) == ("review", 2, False)
    assert reason.message == "the sign is wrong; instead: return -speed"


def test_the_last_verdict_of_an_answer_counts():
    assert reasons_in(faulty({"fault": "no"}) + "\nOn second thought:\n" + SOUND, lines=3) == ()


@pytest.mark.parametrize(
    "text",
    [
        "",
        "The code looks good to me.",
        '{"verdict": "maybe"}',
        '{"verdict": 7}',
        '{"verdict": "faulty", "faults": [',
        "{" * 5_000,
        '{"a":' * 50_000,
        "[" * 100_000,
        faulty(),
        faulty({"line": 1}, {"fault": ""}, 7, None, {"fault": ["x"]}),
        '{"verdict": "faulty", "faults": "all of it"}',
        "```python\ndef compute_reward(speed):\n    return speed, {}\n```",
    ],
    ids=lambda text: text[:30],
)
def test_an_answer_without_a_usable_verdict_rejects_nothing_and_is_told(text):
    (reason,) = reasons_in(text, lines=3)
    assert reason.warning
    assert reason.rule == "review"


def test_faults_are_few_short_and_plain():
    hostile = "\x1b[2J\u202eevil\r\n" + "x" * 900
    reasons = reasons_in(faulty(*[{"line": n, "fault": hostile} for n in range(40)]), lines=3)
    assert len(reasons) == 5
    assert all(len(reason.message) <= 300 for reason in reasons)
    assert all(reason.message.isprintable() for reason in reasons)
    assert [reason.line for reason in reasons] == [None, 1, 2, 3, None]


def test_the_answer_is_emitted_before_it_is_used_and_is_never_asked_for_twice():
    log = Log()
    with FakeLlm(faulty({"fault": "no"})) as server:
        one, ledger = reviewer(server)
        first = one.review(asked(), log)
        assert one.review(asked(), log) == first
        assert len(server.requests) == 1
        known = {key: completion for key, _, completion in log.entries}
        again, _ = reviewer(server, known)
        assert again.review(asked(), Log()) == first
        assert len(server.requests) == 1
    assert log.keys == ["g01-c00-review"]
    assert ledger.spend.calls == 1


def test_the_prompt_shows_numbered_code_the_task_and_its_authors_words():
    with FakeLlm(SOUND) as server:
        one, _ = reviewer(server)
        one.review(asked(), Log())
        (received,) = server.requests
    assert "  1 | def compute_reward(speed):" in received.prompt
    assert "> Make it drive." in received.prompt
    assert "| `speed` | `(N,)` |" in received.prompt
    assert received.body["temperature"] == 0.0


def test_a_review_that_does_not_come_rejects_nothing():
    with FakeLlm(status(500, "overloaded")) as server:
        (reason,) = reviewer(server)[0].review(asked(), Log())
    assert reason.warning
    assert "did not come" in reason.message


def test_a_refusal_ends_the_run_as_it_does_for_proposals():
    with FakeLlm(refuse_key) as server, pytest.raises(ProviderRefused, match="OPENAI_API_KEY"):
        reviewer(server)[0].review(asked(), Log())
    assert issubclass(ProviderRefused, ProviderError)


def test_the_budget_counts_reviews():
    with FakeLlm(SOUND) as server:
        one, _ = reviewer(server, limits=SpendLimits(calls=1))
        one.review(asked(), Log())
        with pytest.raises(BudgetExhausted, match="1 model requests"):
            one.review(request(operator="review", key="g01-c01-review", parents=(parent(),)), Log())
        assert len(server.requests) == 1


def test_a_recorded_answer_is_judged_as_the_model_s_own():
    recorded = Completion(text=faulty({"fault": "no"}), model="m")
    one = Reviewer(lambda _request, _messages: recorded, {})
    (reason,) = one.review(asked(), Log())
    assert reason.message == "no"
