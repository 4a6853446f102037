"""litellm, with providers of its own, against a real server on loopback that misbehaves."""

import subprocess
import sys
import time

import pytest

from rewardsmith.errors import ProviderError, UsageError
from rewardsmith.llm import (
    CompletionRequest,
    ModelSettings,
    ProviderRefused,
    check_model,
    complete,
    complete_all,
)
from rewardsmith.llm.clients import load_litellm
from rewardsmith.records import Completion, Message, Picture
from tests import llm_server as fake
from tests.llm_server import FakeLlm, answer, status

PROVIDERS = ["hosted_vllm", "ollama_chat", "openrouter", "lm_studio"]
KEY = "sk-test-0123456789abcdef"


@pytest.fixture(autouse=True)
def _key(monkeypatch):
    monkeypatch.setenv("HOSTED_VLLM_API_KEY", KEY)


def prompt(**options):
    return CompletionRequest(messages=(Message(role="user", content="Write."),), **options)


def settings(server, provider="hosted_vllm", **options):
    defaults = {"deadline": 60.0, "timeout": 60.0, "backoff": 0.001, "attempts": 3}
    address = server.address if provider == "ollama_chat" else server.url
    return ModelSettings(
        model=f"{provider}/fake-model", api_base=address, **{**defaults, **options}
    )


def failure(server, provider="hosted_vllm", **options):
    load_litellm()
    with pytest.raises(ProviderError) as caught:
        complete(prompt(), settings(server, provider, **options))
    assert caught.value.__context__ is None
    assert KEY not in repr(caught.value)
    return str(caught.value)


@pytest.mark.parametrize("provider", PROVIDERS)
def test_an_answer_comes_with_its_tokens(provider):
    with FakeLlm("hello") as server:
        completion = complete(prompt(temperature=0.5, max_tokens=77), settings(server, provider))
    assert completion.text == "hello"
    assert (completion.prompt_tokens, completion.completion_tokens) == (100, 50)
    assert completion.price is None
    assert completion.warnings == ()
    body = server.requests[0].body
    (message,) = body["messages"]
    assert (message["role"], message["content"]) == ("user", "Write.")
    if provider == "ollama_chat":
        assert body["options"] == {"temperature": 0.5, "num_predict": 77}
    else:
        assert (body["temperature"], body["max_tokens"]) == (0.5, 77)


@pytest.mark.parametrize("provider", PROVIDERS)
@pytest.mark.parametrize(
    "act", [status(500), status(429), fake.html, fake.broken_json, fake.reset, answer("")]
)
def test_what_may_pass_is_repeated(provider, act):
    with FakeLlm(act, "hello") as server:
        completion = complete(prompt(), settings(server, provider))
    assert (completion.text, completion.attempts) == ("hello", 2)
    assert len(server.requests) == 2


@pytest.mark.parametrize("provider", PROVIDERS)
@pytest.mark.parametrize("act", [fake.refuse_key, status(404, "no model fake-model")])
def test_a_refusal_is_told_at_once(provider, act):
    with FakeLlm(act) as server:
        message = failure(server, provider)
    assert "(401)" in message or "no model fake-model" in message
    assert len(server.requests) == 1


def test_an_error_in_200_is_told():
    with FakeLlm(fake.error_in_200, "hello") as server:
        assert complete(prompt(), settings(server)).attempts == 2


def test_used_up_quota_is_not_repeated():
    with FakeLlm(status(429, "You exceeded it", "insufficient_quota")) as server:
        assert "quota is used up" in failure(server)
    assert len(server.requests) == 1


def test_retry_after_beyond_the_deadline_fails_at_once():
    with FakeLlm(status(429, retry_after="3600")) as server:
        assert "asks to wait 3600 s" in failure(server)
    assert len(server.requests) == 1


@pytest.mark.parametrize("provider", PROVIDERS)
@pytest.mark.parametrize("act", [fake.hang, fake.drip])
def test_the_deadline_is_total(provider, act):
    load_litellm()
    with FakeLlm(act) as server:
        started = time.monotonic()
        message = failure(server, provider, deadline=0.3)
        took = time.monotonic() - started
    assert "no complete reply in time" in message
    assert took < 5  # each would last for ever


@pytest.mark.parametrize("provider", PROVIDERS)
def test_a_reply_larger_than_the_limit_is_not_read(provider):
    with FakeLlm(fake.huge(5_000_000)) as server:
        assert "larger than 100,000 bytes" in failure(server, provider, reply_limit=100_000)
    assert len(server.requests) == 1


def test_missing_usage_leaves_tokens_unknown():
    with FakeLlm(answer("hello", usage=None)) as server:
        completion = complete(prompt(), settings(server, price_in=1, price_out=1))
    assert completion.price is None


def test_a_reasoning_model_without_words_gets_more_tokens_once():
    with FakeLlm(answer("", finish="length"), "hello") as server:
        complete(prompt(max_tokens=200), settings(server))
    assert [r.body["max_tokens"] for r in server.requests] == [200, 800]


def test_several_completions_at_once():
    with FakeLlm("hello") as server:
        answers = dict(complete_all([prompt()] * 6, settings(server)))
    assert len(answers) == 6
    assert all(isinstance(answer, Completion) for answer in answers.values())


def test_nothing_is_printed(capfd):
    with FakeLlm(fake.refuse_key) as server:
        failure(server)
    with pytest.raises(UsageError):
        check_model(ModelSettings(model="antropic/claude"))
    assert capfd.readouterr().out == ""
    assert KEY not in capfd.readouterr().err


def test_an_unknown_provider_proposes_the_nearest():
    with pytest.raises(UsageError, match="anthropic"):
        check_model(ModelSettings(model="antropic/claude"))


@pytest.mark.parametrize(
    ("model", "variable"),
    [
        ("anthropic/claude-sonnet-4-5", "ANTHROPIC_API_KEY"),
        ("gemini/gemini-2.5-pro", "GEMINI_API_KEY"),
        ("groq/llama", "GROQ_API_KEY"),
        ("mistral/mistral-large", "MISTRAL_API_KEY"),
    ],
)
def test_a_missing_key_names_its_variable(monkeypatch, model, variable):
    for name in ("GEMINI_API_KEY", "GOOGLE_API_KEY", variable):
        monkeypatch.delenv(name, raising=False)
    with pytest.raises(ProviderRefused, match=variable):
        check_model(ModelSettings(model=model))
    monkeypatch.setenv(variable, "something")
    check_model(ModelSettings(model=model))


@pytest.mark.parametrize("provider", ["ollama_chat", "hosted_vllm"])
def test_a_local_provider_needs_no_key(provider):
    check_model(ModelSettings(model=f"{provider}/x", api_base="http://127.0.0.1:1"))


def test_neither_client_is_loaded_before_it_is_called():
    code = (
        "import sys, rewardsmith.llm, rewardsmith.proposers\n"
        "print([m for m in ('openai', 'litellm', 'httpx') if m in sys.modules])"
    )
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert done.stdout.strip() == "[]"


def test_an_abandoned_request_holds_up_no_exit():
    code = (
        "import sys, time\n"
        "from rewardsmith.llm import *\n"
        "from rewardsmith.records import Message\n"
        "request = CompletionRequest(messages=(Message(role='user', content='x'),))\n"
        "try:\n"
        "    complete(request, ModelSettings(model='openai/x', api_base=sys.argv[1], deadline=9,\n"
        "             timeout=0.3, attempts=1))\n"
        "except Exception as error:\n"
        "    print(time.monotonic(), error)\n"
    )
    with FakeLlm(fake.hang) as server:
        done = subprocess.run(
            [sys.executable, "-W", "error", "-c", code, server.url],
            capture_output=True,
            text=True,
            timeout=120,
            check=True,
        )
        left = time.monotonic() - float(done.stdout.split()[0])
    assert "no complete reply in time" in done.stdout
    assert done.stderr == ""
    assert left < 20  # the server answers after a minute


@pytest.mark.parametrize("provider", ["hosted_vllm", "ollama_chat"])
def test_pictures_arrive_in_the_providers_own_form(provider):
    pictures = tuple(Picture(caption=f"{name}:", path=name, digest=name) for name in ("one", "two"))
    message = Message(role="user", content="Look.", pictures=pictures)
    request = CompletionRequest(messages=(message,), pictures={"one": b"\x00", "two": b"\x01"})
    with FakeLlm("seen") as server:
        assert complete(request, settings(server, provider)).text == "seen"
        (received,) = server.requests
    (sent,) = received.body["messages"]
    if provider == "ollama_chat":  # bytes 0 and 1 in base64
        assert sent["images"] == ["AA==", "AQ=="]
        assert sent["content"] == "Look.\none:\ntwo:"
    else:
        kinds = [part["type"] for part in sent["content"]]
        assert kinds == ["text", "text", "image_url", "text", "image_url"]
        assert sent["content"][2]["image_url"]["url"] == "data:image/png;base64,AA=="
