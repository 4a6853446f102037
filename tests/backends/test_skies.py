"""The control suite without its sky: the same physics, and never a reason to fail."""

import multiprocessing
import shutil
from pathlib import Path

import numpy as np
import pytest

from rewardsmith import load_environment
from rewardsmith.backends import make_backend
from rewardsmith.backends.envpool import EnvpoolEnvironment
from rewardsmith.backends.skies import base_path_without_sky, copied, models
from rewardsmith.environments import Environment, Task
from rewardsmith.errors import EnvironmentUnavailable

OWN = str(Path(pytest.importorskip("envpool_assets").__path__[0]))
SKY = "mujoco/assets_dmc/common/skybox.xml"
BUNDLED = {
    "cartpole-swingup": "CartpoleSwingup-v1",
    "cheetah-run": "CheetahRun-v1",
}
OTHERS = {
    "pendulum-swingup": "PendulumSwingup-v1",
    "acrobot-swingup": "AcrobotSwingup-v1",
    "ball-in-cup": "BallInCupCatch-v1",
    "point-mass": "PointMassEasy-v1",
    "reacher-easy": "ReacherEasy-v1",
}


@pytest.fixture(autouse=True)
def cache(tmp_path, monkeypatch):
    """An empty cache folder."""
    monkeypatch.setenv("XDG_CACHE_HOME", str(tmp_path / "cache"))
    return tmp_path / "cache"


def environment_of(identifier, **options):
    task = Task("t", "words", fitness=lambda s: s.simulator_reward, options=options)
    return Environment(signals=(), tasks=(task,), backends={"envpool": identifier})


def base_of(simulator):
    """Where the models of a simulator lie."""
    return simulator._pool.spec.config.base_path


def same_steps(one, other, count):
    """Step both with the same actions, and compare all that they give."""
    rng = np.random.default_rng(0)
    shape = (one.num_envs, *one.action_space.shape)
    np.testing.assert_array_equal(one.reset(), other.reset())
    ends = 0
    for _ in range(count):
        action = rng.uniform(-1, 1, shape)
        mine, theirs = one.step(action), other.step(action)
        for name in ("obs", "simulator_reward", "terminated", "truncated", "valid"):
            np.testing.assert_array_equal(getattr(mine, name), getattr(theirs, name), name)
        np.testing.assert_equal(mine.info, theirs.info)
        ends += int(mine.truncated.sum())
    return ends


@pytest.mark.parametrize(
    "name", [*BUNDLED, *(pytest.param(name, marks=pytest.mark.long) for name in OTHERS)]
)
def test_the_physics_is_the_same_to_the_last_bit(name, cache):
    identifier = {**BUNDLED, **OTHERS}[name]
    assert load_environment(name).backends["envpool"] == identifier
    small = make_backend(environment_of(identifier), [1, 2])
    large = make_backend(environment_of(identifier, base_path=OWN), [1, 2])
    assert base_of(small).startswith(str(cache))
    assert base_of(large) == OWN
    assert same_steps(small, large, 1_100) == 2  # an episode has 1,000 steps


def test_meshes_are_found_where_they_lie():
    small = make_backend(environment_of("DogWalk-v1"), [1])
    large = make_backend(environment_of("DogWalk-v1", base_path=OWN), [1])
    assert base_of(small) != OWN
    same_steps(small, large, 3)


def test_the_copy_differs_in_the_size_of_the_sky_alone(cache):
    folder = Path(base_path_without_sky("CheetahRun-v1", {}))
    assert cache in folder.parents
    names = sorted(p.relative_to(OWN) for p in Path(OWN, "mujoco/assets_dmc").rglob("*.xml"))
    assert sorted(p.relative_to(folder) for p in folder.rglob("*.xml")) == names
    differing = [n for n in names if (folder / n).read_bytes() != (OWN / n).read_bytes()]
    assert differing == [Path(SKY)]
    theirs = Path(OWN, SKY).read_text()
    assert (folder / SKY).read_text() == theirs.replace('"800"', '"8"')


def test_a_simulator_that_draws_has_the_sky():
    simulator = EnvpoolEnvironment(environment_of("CheetahRun-v1"), [1], draws=True)
    assert base_of(simulator) == OWN


@pytest.mark.parametrize("options", [{"from_pixels": True}, {"render_width": 64}])
def test_options_that_ask_for_pictures_have_the_sky(options):
    assert base_path_without_sky("CheetahRun-v1", options) is None


@pytest.mark.parametrize("identifier", ["HalfCheetah-v5", "CartPole-v1"])
def test_a_task_of_another_suite_is_left_alone(identifier, cache):
    assert base_path_without_sky(identifier, {}) is None
    assert not cache.exists()


def test_another_sky_than_expected_is_left_alone(tmp_path, monkeypatch):
    from envpool.registration import registry

    shutil.copytree(Path(OWN, "mujoco/assets_dmc"), tmp_path / "mujoco" / "assets_dmc")
    text = Path(OWN, SKY).read_text()
    (tmp_path / SKY).write_text(text.replace('width="800"', 'width="1024"', 1))
    place, kind, settings = registry.specs["CheetahRun-v1"]
    changed = (place, kind, {**settings, "base_path": str(tmp_path)})
    monkeypatch.setitem(registry.specs, "CheetahRun-v1", changed)
    assert base_of(make_backend(environment_of("CheetahRun-v1"), [1])) == str(tmp_path)
    with pytest.raises(ValueError, match="not the sky that was expected"):
        models(str(tmp_path))


def test_a_cache_that_cannot_be_written_is_left_alone(cache):
    cache.write_text("a file, no folder")
    assert base_of(make_backend(environment_of("CartpoleSwingup-v1"), [1])) == OWN


def test_a_copy_that_does_not_start_is_left_alone(tmp_path, monkeypatch):
    monkeypatch.setattr(
        "rewardsmith.backends.envpool.base_path_without_sky", lambda *_: str(tmp_path)
    )
    assert base_of(make_backend(environment_of("CartpoleSwingup-v1"), [1])) == OWN


def test_wrong_options_are_told_as_before():
    with pytest.raises(EnvironmentUnavailable, match=r"does not start: .*no_such_option"):
        make_backend(environment_of("CheetahRun-v1", no_such_option=1), [1])


def test_a_damaged_copy_is_mended():
    folder = copied(models(OWN))
    whole = (folder / SKY).read_bytes()
    (folder / SKY).write_bytes(whole[:20])
    (folder / "mujoco/assets_dmc/cheetah.xml").unlink()
    assert copied(models(OWN)) == folder
    assert (folder / SKY).read_bytes() == whole
    assert (folder / "mujoco/assets_dmc/cheetah.xml").is_file()


def copy_at_once(barrier, told):
    """In a process: wait for the others, copy, and tell where, and what the sky is."""
    wanted = models(OWN)
    barrier.wait()
    folder = copied(wanted)
    told.put((str(folder), all((folder / n).read_bytes() == c for n, c in wanted.files.items())))


def test_processes_copy_at_once(cache):
    context = multiprocessing.get_context("fork")
    barrier, told = context.Barrier(3), context.Queue()
    processes = [context.Process(target=copy_at_once, args=(barrier, told)) for _ in range(3)]
    for process in processes:
        process.start()
    found = [told.get(timeout=60) for _ in processes]
    for process in processes:
        process.join()
    assert found == [(str(copied(models(OWN))), True)] * 3
    assert not list(cache.rglob("*.part"))
