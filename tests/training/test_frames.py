"""Frames: an episode that was recorded is played again and drawn."""

import io

import numpy as np
import pytest
from PIL import Image

from rewardsmith import errors, load_environment
from rewardsmith.executor import TrainerServer
from rewardsmith.training.frames import chosen_episode, png_of, try_to_draw
from rewardsmith.training.results import save_trajectories
from rewardsmith.training.simulation import SIMULATOR_SEED, Simulation

STEPS = 60
WORKER = "rewardsmith.training.frames"


@pytest.fixture(scope="module")
def server():
    """Simulators that draw are made in workers only."""
    with TrainerServer.start(None, workers=1, warm=("envpool", WORKER)) as started:
        yield started


def record(environment, path, seed=77):
    """One episode of random actions, saved as evaluation saves it; its length."""
    simulation = Simulation(environment, [seed])
    space, rng = simulation.actions.space, np.random.default_rng(3)

    def act(_):
        if space.discrete:
            return rng.integers(space.count, size=1)
        return rng.uniform(space.low, space.high, (1, *space.shape)).astype(np.float32)

    block = simulation.run(STEPS, act)
    ends = np.flatnonzero(block.ended[:, 0])
    length = int(ends[0]) + 1 if len(ends) else STEPS
    view = environment.reader().view(block.transitions())
    names = (*(s.name for s in environment.signals), "action", "terminated")
    episode = {name: np.array(view.get(name)[:length, 0]) for name in names}
    episode |= {"fitness": np.zeros(length), SIMULATOR_SEED: np.full(length, seed)}
    simulation.close()
    save_trajectories(path, [episode])
    return length


def draw(server, environment, folder, path="trajectories/a-1.npz"):
    found = server.call(
        f"{WORKER}:draw_episodes",
        environment.name,
        specification=environment.specification,
        folder=str(folder),
        paths=[path],
    )
    return found[path]


def test_of_equal_lengths_the_middle_one_is_drawn_and_only_what_can_be_played_again():
    arrays = {
        "episode": np.repeat([0, 1, 2], [2, 1, 3]),
        SIMULATOR_SEED: np.repeat([5, -1, 6], [2, 1, 3]),
        "x": np.arange(6),
    }
    assert chosen_episode(arrays)["x"].tolist() == [3, 4, 5]  # of lengths 2 and 3 the second
    assert chosen_episode(arrays | {SIMULATOR_SEED: np.full(6, -1)}) is None
    assert chosen_episode({"episode": np.zeros(3)}) is None  # of a run before seeds were kept


def test_a_picture_is_made_smaller_and_never_larger_and_keeps_its_shape():
    wide = Image.open(io.BytesIO(png_of(np.zeros((400, 600, 3), np.uint8))))
    small = Image.open(io.BytesIO(png_of(np.zeros((30, 20, 3), np.uint8))))
    assert (wide.size, small.size) == ((256, 171), (20, 30))


@pytest.mark.parametrize(
    ("name", "backend"),
    [("cartpole", "envpool"), ("pendulum", "envpool"), ("cartpole", "gymnasium")],
)
def test_an_episode_is_drawn_at_its_beginning_its_end_and_between(server, name, backend, tmp_path):
    environment = load_environment(name, backend=backend)
    length = record(environment, tmp_path / "trajectories" / "a-1.npz")
    frames = draw(server, environment, tmp_path)
    assert [f["step"] for f in frames] == [round(k * length / 3) for k in range(4)]
    assert {f["length"] for f in frames} == {length}
    pictures = [Image.open(tmp_path / f["path"]) for f in frames]
    assert {max(p.size) for p in pictures} == {256}
    assert len({p.tobytes() for p in pictures}) == 4
    before = [(tmp_path / f["path"]).stat().st_mtime_ns for f in frames]
    assert draw(server, environment, tmp_path) == frames
    assert [(tmp_path / f["path"]).stat().st_mtime_ns for f in frames] == before
    data = [(tmp_path / f["path"]).read_bytes() for f in frames]
    for frame in frames:
        (tmp_path / frame["path"]).unlink()
    assert draw(server, environment, tmp_path) == frames  # drawn again, to the last bit
    assert [(tmp_path / f["path"]).read_bytes() for f in frames] == data


@pytest.mark.parametrize("backend", ["envpool", "gymnasium"])
def test_mujoco_draws_without_a_screen(server, backend, tmp_path):
    environment = load_environment("half-cheetah", backend=backend)
    try:
        specification = environment.specification
        server.call(f"{WORKER}:try_to_draw", "half-cheetah", specification=specification)
    except (errors.EnvironmentUnavailable, errors.TrainerFailed) as error:
        pytest.skip(f"this machine has no EGL: {error}")
    record(environment, tmp_path / "trajectories" / "a-1.npz")
    frames = draw(server, environment, tmp_path)
    pictures = [np.asarray(Image.open(tmp_path / f["path"])) for f in frames]
    assert [p.shape for p in pictures] == [(256, 256, 3)] * 4
    assert len({p.tobytes() for p in pictures}) == 4
    assert min(p.std() for p in pictures) > 10  # no picture is of one colour


def test_an_episode_that_goes_otherwise_than_it_was_recorded_has_no_frames(server, tmp_path):
    environment = load_environment("cartpole")
    path = tmp_path / "trajectories" / "a-1.npz"
    record(environment, path)
    arrays = dict(np.load(path))
    np.savez(path, **(arrays | {"pole_angle": arrays["pole_angle"] + 0.1}))
    assert draw(server, environment, tmp_path) == []
    assert draw(server, environment, tmp_path, "trajectories/lost-2.npz") == []


def test_a_backend_that_draws_nothing_says_so():
    environment = load_environment("cartpole-swingup", backend="playground")
    with pytest.raises(errors.BackendUnavailable, match="playground draws no frames"):
        try_to_draw(specification=environment.specification)
