"""A rod on a motor, on MJX: small enough to be compiled in seconds."""

from rewardsmith.environments import load_environment

XML = """
<mujoco>
  <option timestep="0.02"><flag constraint="disable" eulerdamp="disable"/></option>
  <worldbody>
    <body name="rod" pos="0 0 1">
      <joint name="hinge" type="hinge" axis="0 1 0" damping="0.01"/>
      <geom type="capsule" fromto="0 0 0 0 0 0.5" size="0.02" mass="1"/>
      <site name="tip" pos="0 0 0.5"/>
    </body>
  </worldbody>
  <actuator><motor joint="hinge" ctrllimited="true" ctrlrange="-2 2"/></actuator>
</mujoco>
"""
LIMIT = 12
SOURCE = f'''"""A rod on a motor."""

import numpy as np

from rewardsmith.environments import Environment, MjxSimulator, Signal, Task

environment = Environment(
    backends={{"mjx": """{XML}"""}},
    simulator=MjxSimulator(
        recorded={{"tip": lambda data: data.site_xpos[0]}},
        control_steps=2,
        position_noise=0.1,
        time_limit={LIMIT},
        ends=lambda data: abs(data.qpos[0]) > 1.0,
    ),
    signals=(
        Signal("tip_height", "m", "height of the tip", lambda t: t.info["tip"][..., 2]),
        Signal("lean", "rad", "angle from upright", lambda t: t.next_obs[..., 0]),
        Signal("turning", "rad/s", "angular velocity", lambda t: t.next_obs[..., 1:], shape=(1,)),
    ),
    tasks=(
        Task(
            "stand",
            "Keep the rod upright.",
            fitness=lambda s: np.cos(s.lean),
            human_reward=lambda s: s.tip_height - 0.1 * np.sum(s.action**2, axis=-1),
        ),
    ),
)
'''


def start_in(folder, monkeypatch):
    """The rod's specification, from a file among the environments of `folder`."""
    (folder / "environments").mkdir()
    (folder / "environments" / "rod.py").write_text(SOURCE)
    monkeypatch.chdir(folder)
    return load_environment("rod").specification
