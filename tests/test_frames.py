"""Frames beside the numbers: what a model that compares behaviours is shown, and when."""

import base64
import hashlib
import io
import itertools
import re
import shutil

import pytest
import searches
from llm_server import FakeLlm, answer
from PIL import Image

from rewardsmith import errors, evolve, load_environment, open_run, records
from rewardsmith.archive import Archive
from rewardsmith.llm import takes_pictures
from rewardsmith.observers.lines import _frames
from rewardsmith.report.preferences import judges_line
from rewardsmith.search.goals import frames_for
from rewardsmith.store import EVENTS

WORDS = "Keep the pole up for as long as you can."
SETTINGS = {
    "generations": 1,
    "candidates": 2,
    "finalists": 1,
    "elites": 0,
    "report_seeds": 1,
    "comparisons": 2,
    "proposer": "composer",
    "model": "openai/fake",
}


def goal(name="cartpole", **more):
    return load_environment(name, words=WORDS, **more)


def prefers_the_first(exchange):
    answer('```json\n{"prefer": 1, "because": "it stands"}\n```')(exchange)


@pytest.fixture(scope="module")
def finished(tmp_path_factory):
    """A finished search in which the model is shown frames: folder, events, server."""
    folder = tmp_path_factory.mktemp("runs") / "one"
    with FakeLlm(prefers_the_first) as server:
        config = searches.tiny(**SETTINGS, frames="always", api_base=server.url)
        events = list(evolve(goal(), config, run=folder))
        yield folder, events, server


def shown(received):
    """(caption, picture) of each picture of a request, in order."""
    parts = received.parts
    for caption, part in itertools.pairwise(parts):
        if part["type"] == "image_url":
            head, _, data = part["image_url"]["url"].partition(",")
            assert head == "data:image/png;base64"
            yield caption["text"].strip(), Image.open(io.BytesIO(base64.b64decode(data)))


def test_every_question_shows_four_frames_of_each_behaviour_and_the_two_differ(finished):
    _, _, server = finished
    assert server.requests
    for received in server.requests:
        captions, pictures = zip(*shown(received), strict=True)
        told = [re.fullmatch(r"Behaviour (\d), after (\d+) of (\d+) steps:", c) for c in captions]
        assert [int(t[1]) for t in told] == [1, 1, 1, 1, 2, 2, 2, 2]
        for side in (told[:4], told[4:]):
            length = int(side[0][3])
            assert [int(t[2]) for t in side] == [round(k * length / 3) for k in range(4)]
        assert {p.size for p in pictures} == {(256, 171)}
        colours = [p.convert("RGB").tobytes() for p in pictures]
        assert colours[:4] != colours[4:]
        assert len(set(colours)) > 4
        assert "You see a few frames as well" in received.prompt
        assert "Below stand a few frames of each behaviour" in received.prompt


def test_the_second_asking_swaps_the_frames_with_the_words(finished):
    _, events, _ = finished
    asked = {e.key: e.messages[1] for e in events if isinstance(e, records.CompletionReceived)}
    for key in (key for key in asked if key.endswith("-a")):
        one, other = (
            [p.digest for p in asked[k].pictures] for k in (key, key.removesuffix("a") + "b")
        )
        assert one == other[4:] + other[:4]
        assert one != other


def test_what_was_shown_lies_in_the_run_folder_and_not_in_its_events(finished):
    folder, events, _ = finished
    for event in events:
        if isinstance(event, records.CompletionReceived):
            for picture in event.messages[1].pictures:
                data = (folder / picture.path).read_bytes()
                assert hashlib.sha256(data).hexdigest() == picture.digest
    assert "base64" not in (folder / EVENTS).read_text()
    (decided,) = [e for e in events if isinstance(e, records.FramesDecided)]
    assert decided.shown
    assert (
        "the model saw numbers, and frames of an episode of each"
        in (folder / "card.md").read_text()
    )


@pytest.mark.parametrize("lost", [pytest.param(False, marks=pytest.mark.long), True])
def test_a_killed_run_goes_on_with_the_same_frames_and_asks_nobody_twice(finished, tmp_path, lost):
    folder, events, server = finished
    place = next(k for k, e in enumerate(events, 1) if isinstance(e, records.CompletionReceived))
    target = tmp_path / "copy"
    shutil.copytree(folder, target)
    data = (folder / EVENTS).read_bytes().splitlines(keepends=True)
    (target / EVENTS).write_bytes(b"".join(data[:place]) + b'{"event":"prefe')
    if lost:
        shutil.rmtree(target / "frames")
    asked = len(server.requests)
    list(evolve(None, run=target))
    assert open_run(target).archive.canonical() == open_run(folder).archive.canonical()
    answers = sum(isinstance(e, records.CompletionReceived) for e in events)
    assert len(server.requests) - asked == answers - 1


@pytest.mark.long
def test_a_replay_needs_neither_the_model_nor_a_frame(finished, tmp_path):
    folder, _, server = finished
    asked = len(server.requests)
    config = searches.tiny(**(SETTINGS | {"model": ""}), replay_from=str(folder))
    list(evolve(goal(), config, run=tmp_path / "again"))
    assert len(server.requests) == asked
    assert not (tmp_path / "again" / "frames").exists()
    one, two = (open_run(f).archive for f in (folder, tmp_path / "again"))
    assert one.preferences == two.preferences


def test_without_frames_words_alone_are_asked_and_that_is_told_once(tmp_path):
    with FakeLlm(prefers_the_first) as server:
        config = searches.tiny(**SETTINGS, api_base=server.url)
        events = list(evolve(goal(), config, run=tmp_path / "run"))
        assert server.requests
        assert not any(list(shown(received)) for received in server.requests)
        assert not any("frames" in received.prompt for received in server.requests)
    (decided,) = [e for e in events if isinstance(e, records.FramesDecided)]
    assert not decided.shown
    assert "openai/fake is not known to take pictures" in decided.why


@pytest.mark.parametrize(
    ("changes", "whom"),
    [
        ({"model": "openai/x"}, ("model",)),
        ({"model": "openai/x", "frames": "never"}, ()),
        ({"model": "openai/x", "replay_from": "runs/x"}, ()),
        ({"rank": "length"}, ()),
        ({"human": True, "rank": "length"}, ("person",)),
        ({"human": True, "model": "openai/x"}, ("model", "person")),
        ({"human": True, "replay_from": "runs/x"}, ("person",)),
        ({"human": True, "frames": "never"}, ()),
    ],
)
def test_frames_are_for_a_model_and_a_person_who_compare_now(changes, whom):
    assert frames_for(goal(), searches.tiny(**changes)) == whom
    assert frames_for(load_environment("cartpole"), searches.tiny(**changes)) == ()


@pytest.mark.parametrize(
    ("event", "line", "card"),
    [
        ('"shown":true', "episode each, for the model", "the model saw numbers, and frames"),
        ('"shown":false,"why":"no"', "without frames: no", "by numbers and no frames (no)"),
        (
            '"shown":true,"why":"x takes no pictures","whom":["person"]',
            "for the person; x takes no pictures",
            "the person saw numbers, and frames of an episode of each (x takes no pictures)",
        ),
    ],
)
def test_who_saw_frames_is_told_and_earlier_files_tell_of_the_model(event, line, card):
    decided = records.decode(f'{{"event":"frames_decided",{event}}}', records.AnyEvent)
    archive = Archive().with_event(decided)
    assert _frames(decided, archive).endswith(line)
    assert card in judges_line(archive)


def test_frames_that_are_wanted_and_cannot_be_drawn_end_the_command_before_it_begins(tmp_path):
    environment = load_environment("cartpole-swingup", backend="playground", words=WORDS)
    with FakeLlm(prefers_the_first) as server:
        config = searches.tiny(**SETTINGS, frames="always", api_base=server.url)
        with pytest.raises(errors.EnvironmentUnavailable, match="playground draws no frames"):
            list(evolve(environment, config, run=tmp_path / "run"))
        assert not server.requests
    assert not (tmp_path / "run").exists()


@pytest.mark.parametrize(
    ("changes", "says"),
    [
        ({"frames": "alway", "rank": "length"}, "did you mean always"),
        ({"frames": "always", "rank": "length"}, "none does here"),
    ],
)
def test_a_setting_of_frames_that_cannot_be_is_refused(tmp_path, changes, says):
    with pytest.raises(errors.UsageError, match=says):
        list(evolve(goal(), searches.tiny(**changes), run=tmp_path / "run"))


def test_which_models_take_pictures_is_known_of_those_that_the_list_names():
    assert takes_pictures("openai/gpt-4o") is True
    assert takes_pictures("openai/gpt-3.5-turbo") is not True
    assert takes_pictures("openai/fake") is None
