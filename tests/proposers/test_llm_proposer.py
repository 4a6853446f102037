"""The llm proposer against a real server on loopback, through the openai client."""

import pytest

from rewardsmith.errors import BudgetExhausted, ProviderError
from rewardsmith.llm import Ledger, ModelSettings, SpendLimits
from rewardsmith.proposers import Proposer
from rewardsmith.proposers.llm import LlmProposer
from rewardsmith.records import Completion
from tests.llm_server import FakeLlm, answer, refuse_key, status
from tests.proposers.proposal_requests import ANSWER, CODE, Log, parent, request


@pytest.fixture(autouse=True)
def _key(monkeypatch):
    monkeypatch.setenv("OPENAI_API_KEY", "sk-test-0123456789")


def proposer(server, **options):
    settings = ModelSettings(
        model="openai/fake",
        api_base=server.url,
        deadline=60.0,
        attempts=2,
        backoff=0.001,
        concurrency=options.pop("concurrency", 4),
    )
    return LlmProposer(settings, **options)


def test_each_request_becomes_a_proposal_and_is_emitted_first():
    log = Log()
    with FakeLlm(ANSWER) as server:
        one: Proposer = proposer(server)
        found = {}
        for key, proposal in one.propose([request(i) for i in range(4)], log):
            assert key in log.keys
            found[key] = proposal
    assert sorted(found) == ["g01-c00", "g01-c01", "g01-c02", "g01-c03"]
    assert found["g01-c00"].source == CODE
    assert found["g01-c00"].thought == "Faster is better."
    assert found["g01-c00"].operator == "initial"
    assert {c.text for _, _, c in log.entries} == {ANSWER}


def test_the_prompt_that_is_emitted_is_the_one_that_was_sent():
    log = Log()
    with FakeLlm(ANSWER) as server:
        list(proposer(server).propose([request(temperature=0.7)], log))
    (_, messages, _) = log.entries[0]
    body = server.requests[0].body
    assert [(m["role"], m["content"]) for m in body["messages"]] == [
        (m.role, m.content) for m in messages
    ]
    assert body["temperature"] == 0.7


def test_parents_are_remembered():
    with FakeLlm(ANSWER) as server:
        requests = [request(operator="crossover", parents=(parent("a"), parent("b")))]
        ((_, proposal),) = proposer(server).propose(requests, Log())
    assert proposal.parents == ("a", "b")
    assert proposal.operator == "crossover"


def test_known_completions_are_never_requested_or_emitted_again():
    log = Log()
    known = {"g01-c00": Completion(text=ANSWER, model="m", prompt_tokens=10, completion_tokens=5)}
    with FakeLlm(ANSWER) as server:
        one = proposer(server, known=known)
        keys = [key for key, _ in one.propose([request(0), request(1)], log)]
        assert keys == ["g01-c00", "g01-c01"]
        assert len(server.requests) == 1
        list(one.propose([request(0), request(1)], log))
        assert len(server.requests) == 1
    assert log.keys == ["g01-c01"]
    assert one.ledger.spend.calls == 2  # the known one was paid for as well


def test_an_answer_without_code_is_a_failure_to_repair():
    with FakeLlm("I cannot.") as server:
        ((_, proposal),) = proposer(server).propose([request()], Log())
    assert proposal.failure is not None
    assert proposal.failure.rule == "no-code"
    assert proposal.thought == "I cannot."


def test_an_answer_that_was_cut_off_says_so():
    with FakeLlm(answer("```python\ndef compute_reward(a", finish="length")) as server:
        ((_, proposal),) = proposer(server).propose([request()], Log())
    assert proposal.failure is not None
    assert "middle of the code" in proposal.failure.message


def test_one_request_without_an_answer_is_the_providers_failure():
    def third_fails(exchange):
        bad = "time limit 3" in exchange.received.prompt
        (status(400, "too long") if bad else answer(ANSWER))(exchange)

    requests = [request(i, words=f"time limit {i}") for i in range(5)]
    with FakeLlm(third_fails) as server:
        found = dict(proposer(server).propose(requests, Log()))
    assert len(found) == 5
    failure = found["g01-c03"].failure
    assert failure is not None
    assert failure.rule == "provider"
    assert "too long" in failure.message


def test_no_answer_at_all_raises():
    with FakeLlm(status(500)) as server, pytest.raises(ProviderError, match="500"):
        list(proposer(server).propose([request(0), request(1)], Log()))


def test_a_refusal_raises_after_the_answers_that_came():
    log = Log()
    with FakeLlm(ANSWER, ANSWER, refuse_key) as server:
        one = proposer(server, concurrency=1)
        with pytest.raises(ProviderError, match="OPENAI_API_KEY"):
            list(one.propose([request(i) for i in range(5)], log))
    assert log.keys == ["g01-c00", "g01-c01"]


def test_the_budget_ends_the_run_after_the_answers_that_were_paid_for():
    log = Log()
    with FakeLlm(ANSWER) as server:
        one = proposer(server, ledger=Ledger(SpendLimits(calls=3)))
        with pytest.raises(BudgetExhausted, match="3 model requests"):
            list(one.propose([request(i) for i in range(6)], log))
    assert len(log.entries) == 3
