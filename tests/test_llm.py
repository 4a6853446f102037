"""The openai client against a real server on loopback that misbehaves."""

import gzip
import threading
import time
from itertools import pairwise

import pytest

from rewardsmith.errors import BudgetExhausted, ProviderError, UsageError
from rewardsmith.llm import (
    CompletionRequest,
    Ledger,
    ModelSettings,
    ProviderRefused,
    Spend,
    SpendLimits,
    check_model,
    check_price,
    complete,
    complete_all,
    price_of,
    probe_model,
    redact,
)
from rewardsmith.records import Completion, Message, decode, encode
from tests import llm_server as fake
from tests.llm_server import FakeLlm, answer, status

KEY = "sk-test-0123456789abcdef"


@pytest.fixture(autouse=True)
def _key(monkeypatch):
    monkeypatch.setenv("OPENAI_API_KEY", KEY)
    monkeypatch.delenv("OPENAI_BASE_URL", raising=False)


def prompt(text="Write a reward.", **options):
    return CompletionRequest(messages=(Message(role="user", content=text),), **options)


def settings(server, **options):
    defaults = {"deadline": 30.0, "timeout": 30.0, "backoff": 0.001, "attempts": 3}
    model = options.pop("model", "openai/fake-model")
    return ModelSettings(model=model, api_base=server.url, **{**defaults, **options})


def failure(server, request=None, **options):
    """The error, after checking that nothing of it holds the key."""
    with pytest.raises(ProviderError) as caught:
        complete(request or prompt(), settings(server, **options))
    error: BaseException | None = caught.value
    assert error.__context__ is None
    assert error.__cause__ is None
    assert KEY not in repr(error)
    return str(error)


def test_an_answer_comes_with_its_tokens_and_its_configured_price():
    with FakeLlm("hello") as server:
        completion = complete(prompt(), settings(server, price_in=2.0, price_out=10.0))
    assert completion.text == "hello"
    assert (completion.prompt_tokens, completion.completion_tokens) == (100, 50)
    # 100 * 2 / 1e6 + 50 * 10 / 1e6
    assert completion.price == pytest.approx(0.0007)
    assert completion.attempts == 1
    assert completion.warnings == ()


def test_messages_temperature_and_limit_are_sent():
    with FakeLlm("hello") as server:
        complete(prompt("hi", temperature=0.5, max_tokens=77), settings(server))
    (received,) = server.requests
    assert received.path == "/v1/chat/completions"
    assert received.body == {
        "model": "fake-model",
        "messages": [{"role": "user", "content": "hi"}],
        "temperature": 0.5,
        "max_tokens": 77,
    }


def test_the_price_of_a_model_at_an_own_address_is_unknown():
    with FakeLlm("hello") as server:
        assert complete(prompt(), settings(server)).price is None


def test_missing_usage_leaves_tokens_and_price_unknown():
    ledger = Ledger()
    with FakeLlm(answer("x" * 40, usage=None)) as server:
        completion = complete(prompt(), settings(server, price_in=1, price_out=1), ledger)
    assert completion.prompt_tokens is None
    assert completion.price is None
    assert ledger.spend.unmetered == 1
    assert ledger.spend.completion_tokens == 11  # 40 characters / 4 + 1, an estimate


def test_a_local_server_needs_no_key(monkeypatch):
    monkeypatch.delenv("OPENAI_API_KEY")
    with FakeLlm("hello") as server:
        check_model(settings(server))
        assert complete(prompt(), settings(server)).text == "hello"
    assert server.requests[0].headers["authorization"] == "Bearer no-key-needed"


def test_the_address_may_come_from_the_environment(monkeypatch):
    monkeypatch.delenv("OPENAI_API_KEY")
    with FakeLlm("hello") as server:
        monkeypatch.setenv("OPENAI_BASE_URL", server.url)
        own = ModelSettings(model="openai/fake-model")
        assert probe_model(own).text == "hello"


def test_a_refused_key_is_told_at_once_without_the_key():
    with FakeLlm(fake.refuse_key) as server:
        message = failure(server)
    assert "OPENAI_API_KEY" in message
    assert "401" in message
    assert len(server.requests) == 1


@pytest.mark.parametrize("code", [400, 404, 422])
def test_what_no_repetition_helps_is_not_repeated(code):
    with FakeLlm(status(code, "no such thing")) as server:
        assert "no such thing" in failure(server)
    assert len(server.requests) == 1


@pytest.mark.parametrize("code", [408, 409, 429, 500, 502, 503])
def test_what_may_pass_is_repeated(code):
    with FakeLlm(status(code), "hello") as server:
        completion = complete(prompt(), settings(server))
    assert completion.text == "hello"
    assert completion.attempts == 2


def test_the_last_fault_is_told_after_all_attempts():
    with FakeLlm(status(500, "out of order")) as server:
        message = failure(server)
    assert "3 attempts failed" in message
    assert "out of order" in message
    assert len(server.requests) == 3


def test_used_up_quota_is_not_repeated():
    with FakeLlm(status(429, "You exceeded it", "insufficient_quota")) as server:
        message = failure(server)
    assert "quota is used up" in message
    assert len(server.requests) == 1


def test_retry_after_is_waited_for():
    with FakeLlm(status(429, retry_after="0.2"), "hello") as server:
        started = time.monotonic()
        complete(prompt(), settings(server))
    assert time.monotonic() - started >= 0.2


def test_retry_after_beyond_the_deadline_fails_at_once():
    with FakeLlm(status(429, retry_after="3600")) as server:
        started = time.monotonic()
        message = failure(server)
    assert "asks to wait 3600 s" in message
    assert time.monotonic() - started < 30
    assert len(server.requests) == 1


@pytest.mark.parametrize(
    "act", [fake.html, fake.broken_json, fake.error_in_200, fake.reset, answer(""), answer(None)]
)
def test_a_broken_reply_is_repeated(act):
    with FakeLlm(act, "hello") as server:
        assert complete(prompt(), settings(server)).attempts == 2


@pytest.mark.parametrize(
    ("act", "said"),
    [
        (fake.html, "Please log in"),
        (fake.broken_json, "broken reply"),
        (fake.error_in_200, "the model is overloaded"),
        (fake.reset, "broken reply"),
        (answer(""), "the answer is empty"),
    ],
)
def test_a_reply_that_stays_broken_is_told(act, said):
    with FakeLlm(act) as server:
        assert said in failure(server, attempts=1)


@pytest.mark.parametrize("act", [fake.hang, fake.drip])
def test_the_deadline_is_total(act):
    with FakeLlm(act) as server:
        started = time.monotonic()
        message = failure(server, deadline=0.3)
        took = time.monotonic() - started
    assert "no complete reply in time" in message
    assert took < 5  # each would last for ever


def test_an_attempt_that_hangs_leaves_time_for_another():
    with FakeLlm(fake.hang, "hello") as server:
        completion = complete(prompt(), settings(server, timeout=0.3, attempts=20))
    assert completion.text == "hello"
    assert completion.attempts >= 2


def test_an_abandoned_exchange_ends_by_itself():
    with FakeLlm(fake.drip) as server:
        failure(server, deadline=0.2)
        own = [t for t in threading.enumerate() if t.name == "rewardsmith-llm"]
        for thread in own:
            thread.join(10)
            assert not thread.is_alive()


def test_a_reply_larger_than_the_limit_is_not_read():
    with FakeLlm(fake.huge(5_000_000)) as server:
        assert "larger than 100,000 bytes" in failure(server, reply_limit=100_000)
    assert len(server.requests) == 1


def test_nobody_at_the_address_is_told():
    with FakeLlm("hello") as server:
        address = server.url
    own = ModelSettings(model="openai/x", api_base=address, attempts=2, backoff=0.001, deadline=30)
    with pytest.raises(ProviderError, match=r"2 attempts failed.*no connection"):
        complete(prompt(), own)


def test_a_reasoning_model_without_words_gets_more_tokens_once():
    empty = answer("", finish="length", usage=(100, 200), reasoning_content="hm")
    with FakeLlm(empty, "hello") as server:
        completion = complete(prompt(max_tokens=200), settings(server))
    assert [r.body["max_tokens"] for r in server.requests] == [200, 800]
    assert completion.prompt_tokens == 200  # both requests are paid for
    assert completion.completion_tokens == 250
    with FakeLlm(empty) as server:
        assert "reasoning took them all" in failure(server, prompt(max_tokens=200))
    assert len(server.requests) == 2


@pytest.mark.parametrize("field", ["reasoning_content", "reasoning"])
def test_an_answer_that_a_server_took_for_reasoning_is_the_answer(field):
    code = "```python\ndef compute_reward(x):\n    return x, {}\n```"
    with FakeLlm(answer("", **{field: code}), "hello") as server:
        assert complete(prompt(), settings(server)).text == code
    with FakeLlm(answer("said", **{field: code}), "hello") as server:
        assert complete(prompt(), settings(server)).text == "said"
    with FakeLlm(answer("", **{field: "hm, let me think"}), "hello") as server:
        assert complete(prompt(), settings(server)).text == "hello"


def test_an_answer_cut_at_the_limit_is_kept_with_a_warning():
    with FakeLlm(answer("```python\ndef", finish="length")) as server:
        completion = complete(prompt(), settings(server))
    assert completion.finish_reason == "length"
    assert "cut off" in completion.warnings[0]


@pytest.mark.parametrize(
    ("refusal", "request_", "changed"),
    [
        (
            (
                "Unsupported parameter: 'max_tokens' is not supported with this model. Use "
                "'max_completion_tokens' instead."
            ),
            {"max_tokens": 5},
            {"max_completion_tokens": 5},
        ),
        (
            "Unsupported value: 'temperature' does not support 0.3; only the default (1)",
            {"temperature": 0.3, "max_tokens": 5},
            {"max_tokens": 5},
        ),
        (
            "This model's maximum context length is 4096 tokens",
            {"max_tokens": 8000},
            {"max_tokens": 2000},
        ),
    ],
)
def test_parameters_that_the_service_refuses_are_adapted(refusal, request_, changed):
    with FakeLlm(status(400, refusal), "hello") as server:
        assert complete(prompt(**request_), settings(server)).text == "hello"
    sent = server.requests[1].body
    assert {k: v for k, v in sent.items() if k not in ("model", "messages")} == changed


def test_a_prompt_that_the_server_cut_is_noticed():
    long = prompt("word " * 4000)  # 20,000 characters, about 5,000 tokens
    with FakeLlm(answer("hello", usage=(2048, 5))) as server:
        (warning,) = complete(long, settings(server)).warnings
    assert "2048 tokens of a prompt of about 5004" in warning
    with FakeLlm(answer("hello", usage=(4000, 5))) as server:
        assert complete(long, settings(server)).warnings == ()


def test_another_models_name_is_noticed_and_a_dated_one_is_not():
    with FakeLlm(answer("hello", model="tiny-llama")) as server:
        (warning,) = complete(prompt(), settings(server)).warnings
    assert "tiny-llama" in warning
    with FakeLlm(answer("hello", model="fake-model-2026-01-01")) as server:
        assert complete(prompt(), settings(server)).warnings == ()


def test_half_a_surrogate_pair_can_be_stored():
    with FakeLlm(answer("a\ud800b")) as server:
        completion = complete(prompt(), settings(server))
    assert completion.text == "a?b"
    assert decode(encode(completion), Completion) == completion


@pytest.mark.parametrize(
    "body",
    [
        b"null",
        b"[1]",
        b"3",
        b'{"choices": {}}',
        b'{"choices": [null]}',
        b'{"choices": [{"message": null}]}',
        b'{"choices": [{"message": {"content": 7}}]}',
        b"[" * 100_000,
        b'{"choices": [{"message": {"content": "\xff"}}]}',
        b"",
    ],
)
def test_a_senseless_reply_is_a_fault_like_any_other(body):
    with FakeLlm(lambda exchange: exchange.send(200, body), "hello") as server:
        assert complete(prompt(), settings(server)).attempts == 2


@pytest.mark.parametrize(
    "content",
    ["hey", ["he", "y"], [{"type": "text", "text": "hey"}, {"type": "image"}], {"text": "hey"}],
)
def test_words_are_found_in_every_form_in_which_servers_give_them(content):
    with FakeLlm(answer(content)) as server:
        assert complete(prompt(), settings(server)).text == "hey"


def test_a_refusal_in_words_of_its_own_is_an_answer_and_is_not_asked_for_again():
    with FakeLlm(answer(None, refusal="I cannot help with that.")) as server:
        completion = complete(prompt(), settings(server))
    assert (completion.text, completion.attempts) == ("I cannot help with that.", 1)


def test_counts_of_tokens_that_cannot_be_are_none():
    with FakeLlm(answer("hey", usage=(10**23, -5))) as server:
        completion = complete(prompt(), settings(server))
    assert (completion.prompt_tokens, completion.completion_tokens) == (None, None)
    assert decode(encode(completion), Completion) == completion


def test_events_of_a_server_that_streams_unasked_are_a_fault():
    body = b'data: {"choices": [{"delta": {"content": "hey"}}]}\n\ndata: [DONE]\n\n'
    kind = {"Content-Type": "text/event-stream"}
    with FakeLlm(lambda exchange: exchange.send(200, body, kind)) as server:
        assert "text that is no JSON: 'data:" in failure(server, attempts=1)


def test_a_small_reply_that_unfolds_to_a_huge_one_is_not_read():
    bomb = gzip.compress(b" " * 100_000_000)
    coding = {"Content-Encoding": "gzip"}
    with FakeLlm(lambda exchange: exchange.send(200, bomb, coding)) as server:
        assert "larger than" in failure(server, reply_limit=1_000_000)


# ------------------------------------------------------------ several at once


def test_completions_are_separate_requests_at_once():
    together = threading.Barrier(4)

    def wait_for_the_others(exchange):
        together.wait(30)
        answer(exchange.received.prompt)(exchange)

    with FakeLlm(wait_for_the_others) as server:
        requests = [prompt(f"number {i}") for i in range(4)]
        answers = dict(complete_all(requests, settings(server)))
    assert {i: a.text for i, a in answers.items()} == {i: f"number {i}" for i in range(4)}


def test_no_more_than_the_concurrency_are_in_flight():
    with FakeLlm("hello") as server:
        found = list(complete_all([prompt()] * 9, settings(server, concurrency=2)))
    assert len(found) == 9
    assert server.most_at_once <= 2


def test_one_failure_leaves_the_other_answers():
    def odd_ones_fail(exchange):
        odd = exchange.received.prompt == "1"
        (status(400, "bad") if odd else answer("hello"))(exchange)

    with FakeLlm(odd_ones_fail) as server:
        answers = dict(complete_all([prompt(str(i)) for i in range(3)], settings(server)))
    assert isinstance(answers[1], ProviderError)
    assert isinstance(answers[0], Completion)
    assert isinstance(answers[2], Completion)


def test_after_a_refusal_no_further_request_is_sent():
    with FakeLlm(fake.refuse_key) as server:
        answers = list(complete_all([prompt()] * 5, settings(server, concurrency=1)))
    assert len(server.requests) == 1
    assert all(isinstance(answer, ProviderRefused) for _, answer in answers)


def test_closing_the_iterator_sends_no_more():
    with FakeLlm("hello") as server:
        for _ in complete_all([prompt()] * 50, settings(server, concurrency=1)):
            break
        assert len(server.requests) < 50


# ------------------------------------------------------------ budget


def test_the_limit_on_calls_holds_with_many_in_flight():
    ledger = Ledger(SpendLimits(calls=3))
    with FakeLlm("hello") as server:
        answers = [a for _, a in complete_all([prompt()] * 8, settings(server), ledger)]
    assert len(server.requests) == 3
    assert sum(isinstance(a, BudgetExhausted) for a in answers) == 5
    assert ledger.spend.calls == 3


def test_the_limit_on_tokens_is_never_passed():
    # A request may take 1000 tokens and its prompt; five of 150 leave no room for a sixth.
    ledger = Ledger(SpendLimits(tokens=1700))
    with FakeLlm("hello") as server:
        own = settings(server, max_tokens=1000)
        answers = [a for _, a in complete_all([prompt()] * 8, own, ledger)]
    done = [a for a in answers if isinstance(a, Completion)]
    assert len(done) == 5
    assert ledger.spend.tokens == 750
    assert "1,700 tokens" in str(next(a for a in answers if isinstance(a, BudgetExhausted)))


def test_the_limit_on_price_is_never_passed():
    # 100 tokens in and 50 out cost 0.15 $ at 1000 $ for a million; a prompt of 400 characters
    # reserves (400 / 4 + 4) * 4 / 3 = 138 tokens and 100 for the answer: 0.238 $.  Two fit.
    ledger = Ledger(SpendLimits(price=0.5))
    with FakeLlm("hello") as server:
        own = settings(server, max_tokens=100, price_in=1000, price_out=1000)
        list(complete_all([prompt("word " * 80)] * 8, own, ledger))
    assert ledger.spend.price == pytest.approx(0.30)


def test_failed_attempts_count_as_calls():
    ledger = Ledger()
    with FakeLlm(status(500), "hello") as server:
        complete(prompt(), settings(server), ledger)
    assert ledger.spend.calls == 2


def test_a_ledger_is_restored_from_known_completions():
    ledger = Ledger(SpendLimits(calls=2))
    known = Completion(
        text="x", model="m", attempts=2, prompt_tokens=7, completion_tokens=3, price=0.5
    )
    ledger.add(known)
    assert ledger.spend == Spend(calls=2, prompt_tokens=7, completion_tokens=3, price=0.5)
    with FakeLlm("hello") as server, pytest.raises(BudgetExhausted):
        complete(prompt(), settings(server), ledger)
    assert server.requests == []


def test_list_prices_are_known_without_importing_litellm():
    price = price_of(ModelSettings(model="openai/gpt-4o"))
    assert price is not None
    # 2.50 $ and 10 $ for a million tokens, OpenAI's price list of 2024
    assert price.of(1_000_000, 1_000_000) == pytest.approx(12.5)
    assert price_of(ModelSettings(model="openai/nobody-knows")) is None
    assert price_of(ModelSettings(model="ollama/llama3")) is None


def test_a_limit_on_an_unknown_price_is_refused():
    with pytest.raises(UsageError, match="price of 'openai/x' is unknown"):
        check_price(ModelSettings(model="openai/x"), SpendLimits(price=1.0))


# ------------------------------------------------------------ keys


def test_a_missing_key_names_its_variable_and_the_exit_code_is_5(monkeypatch):
    monkeypatch.delenv("OPENAI_API_KEY")
    with pytest.raises(ProviderError, match="OPENAI_API_KEY") as caught:
        check_model(ModelSettings(model="openai/gpt-4o"))
    assert caught.value.exit_code == 5


def test_a_completion_without_a_key_is_refused_without_a_request(monkeypatch):
    monkeypatch.delenv("OPENAI_API_KEY")
    with pytest.raises(ProviderRefused, match="set OPENAI_API_KEY"):
        complete(prompt(), ModelSettings(model="openai/gpt-4o"))


def test_an_address_that_is_none_is_a_usage_error():
    with pytest.raises(UsageError, match="http://"):
        check_model(ModelSettings(model="openai/x", api_base="127.0.0.1:8000"))


@pytest.mark.parametrize(
    "text",
    [
        "value-of-the-token",
        "Bearer abcdefghijklmnop",
        "Incorrect API key provided: sk-proj-abc***********wxyz.",
        "https://host/v1?key=AbCdEf123456&alt=x",
        "https://user:hunter22@host/v1",
        "{'x-api-key': 'abcdef123456'}",
        "AIzaSyA1234567890abcdefghij",
    ],
)
def test_keys_are_redacted(text):
    variables = {"HF_TOKEN": "value-of-the-token", "HOME": "/home/someone"}
    found = redact(f"before {text} after", variables)
    for secret in ("value-of", "abcdef", "AbCdEf", "abc***", "wxyz", "hunter22", "AIza"):
        assert secret not in found
    assert found.startswith("before ")
    assert found.endswith(" after")


def test_what_is_no_key_stays():
    text = "task-specific risk-averse ask-for-help: /home/someone true"
    assert redact(text, {"HOME": "/home/someone", "SOME_KEY": "true"}) == text


def test_retries_wait_longer_each_time_and_alike_for_the_same_seed():
    def gaps():
        moments = []

        def note(exchange):
            moments.append(time.monotonic())
            status(500)(exchange)

        with FakeLlm(note) as server:
            failure(server, prompt(seed=3), attempts=4, backoff=0.03)
        return [later - earlier for earlier, later in pairwise(moments)]

    assert gaps()[2] > 0.06  # 0.03 * 4, halved at most


def test_the_deadlines_sentence_names_the_last_fault_that_was_told():
    with FakeLlm(status(503), fake.hang) as server:
        message = failure(server, deadline=0.5)
    assert "0.5 s are over after 2 attempts; the last: the server fails (503)" in message
