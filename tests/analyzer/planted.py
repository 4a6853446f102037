"""Rewards with one known fault each, and sound ones: what the analyzer is measured on.

The list, what counts as naming each fault, the steps and the seeds were written down before any
of these trainings was looked at; two faults were exchanged since, because their policies did the
task all the same: speed anywhere for the mountain car, bounces for the half-cheetah.  `HELD_OUT`
is only ever measured: no threshold and no word of the analyzer was chosen with its results in
sight.
"""

from __future__ import annotations

from dataclasses import dataclass

STEPS = {
    "cartpole": 40_000,
    "mountain-car": 40_000,
    "pendulum": 100_000,
    "half-cheetah": 80_000,
    "hopper": 60_000,
}
"""Environment steps of one member."""
SEEDS = (0, 1)


@dataclass(frozen=True)
class Planted:
    """A reward with its fault: the names of findings that tell it; none where it is sound."""

    name: str
    environment: str
    signals: str
    components: dict[str, str]
    told_by: frozenset[str] = frozenset()

    def is_told(self, findings: list[str]) -> bool:
        """Whether the fault is named first or second; of a sound reward, whether nothing is."""
        return bool(self.told_by.intersection(findings[:2])) if self.told_by else not findings

    @property
    def source(self) -> str:
        """The reward as a file holds it."""
        body = "".join(f"    {key} = {code}\n" for key, code in self.components.items())
        named = ", ".join(f'"{key}": {key}' for key in self.components)
        total = " + ".join(self.components)
        return (
            f"# environment: {self.environment}\n"
            f"def compute_reward({self.signals}):\n{body}    return {total}, {{{named}}}\n"
        )


def rewards(environment, short, *cases):
    return tuple(
        Planted(f"{short}_{name}", environment, signals, components, frozenset(told_by.split()))
        for name, signals, components, told_by in cases
    )


FAULTY = (
    *rewards(
        "cartpole",
        "cp",
        (
            "living_costs",
            "pole_angle",
            {"lean": "-1.0 - np.abs(pole_angle)"},
            "living_costs",
        ),
        (
            "dead",
            "pole_angle, cart_position",
            {
                "upright": "np.cos(pole_angle)",
                "goal": "np.where(cart_position > 3.0, 1.0, 0.0)",
            },
            "dead_component",
        ),
        (
            "duplicate",
            "pole_angle, cart_position",
            {
                "upright": "np.cos(pole_angle)",
                "straight": "5.0 - 3.0 * pole_angle**2",
                "centred": "-0.1 * np.abs(cart_position)",
            },
            "duplicate_components",
        ),
        (
            "drowning",
            "pole_angle, cart_velocity",
            {"upright": "np.cos(pole_angle)", "speed": "50.0 * cart_velocity"},
            "drowning_component",
        ),
        (
            "exploding",
            "pole_angle",
            {"balance": "np.exp(100.0 * np.abs(pole_angle))"},
            "exploding",
        ),
        (
            "runs_away",
            "cart_position",
            {"right": "cart_position"},
            "ends_early out_of_bounds fell",
        ),
        (
            "no_signal",
            "cart_position",
            {"bonus": "np.where(cart_position > 5.0, 1.0, 0.0)"},
            "no_signal dead_component",
        ),
    ),
    *rewards(
        "mountain-car",
        "mc",
        (
            "wrong_sign",
            "mechanical_energy, previous_mechanical_energy",
            {"energy": "-1000.0 * (mechanical_energy - previous_mechanical_energy)"},
            "wrong_sign never_moved",
        ),
        (
            "hovering",
            "position",
            {"near": "np.exp(-(((position - 0.45) / 0.3) ** 2))"},
            "hovering finishing_costs",
        ),
        ("still", "velocity", {"still": "1.0 - np.abs(velocity) / 0.07"}, "never_moved"),
        (
            "loop",
            "position, velocity",
            {"swing": "np.where(position < 0.0, np.abs(velocity), 0.0) / 0.07"},
            "motion_paid oscillating came_near finishing_costs",
        ),
        (
            "no_signal",
            "position",
            {"goal": "np.where(position > 0.7, 1.0, 0.0)"},
            "no_signal dead_component",
        ),
        (
            "costs_win",
            "position, velocity",
            {
                "goal": "np.where(position >= 0.5, 1.0, 0.0)",
                "effort": "-10.0 * np.abs(velocity) / 0.07",
            },
            "costs_win never_moved",
        ),
        (
            "dead",
            "mechanical_energy, previous_mechanical_energy, position",
            {
                "gain": "1000.0 * (mechanical_energy - previous_mechanical_energy)",
                "beyond": "np.where(position > 0.65, 1.0, 0.0)",
            },
            "dead_component",
        ),
        ("wrong_way", "position", {"left": "-position"}, "wrong_sign stalled"),
    ),
    *rewards(
        "pendulum",
        "pd",
        (
            "spinning",
            "angular_velocity",
            {"spin": "np.abs(angular_velocity)"},
            "motion_paid spinning",
        ),
        ("wrong_sign", "cos_angle", {"down": "-cos_angle"}, "wrong_sign stalled"),
        (
            "costs_win",
            "cos_angle, torque",
            {"upright": "0.01 * cos_angle", "effort": "-(torque**2)"},
            "costs_win drowning_component",
        ),
        (
            "drowning",
            "cos_angle, angular_velocity",
            {"upright": "cos_angle", "still": "-20.0 * angular_velocity**2"},
            "drowning_component costs_win",
        ),
        (
            "duplicate",
            "cos_angle, angular_velocity",
            {
                "upright": "cos_angle",
                "height": "0.5 * (1.0 + cos_angle)",
                "calm": "-0.05 * angular_velocity**2",
            },
            "duplicate_components",
        ),
        (
            "survival",
            "cos_angle",
            {"alive": "10.0 * np.ones_like(cos_angle)", "upright": "0.01 * cos_angle"},
            "survival_bonus",
        ),
        (
            "hovering",
            "angle",
            {"side": "np.exp(-(((angle - 0.35) / 0.2) ** 2))"},
            "hovering came_near",
        ),
    ),
    *rewards(
        "half-cheetah",
        "hc",
        ("wrong_sign", "forward_velocity", {"speed": "-forward_velocity"}, "wrong_sign"),
        (
            "costs_win",
            "forward_velocity, action",
            {"speed": "0.01 * forward_velocity", "effort": "-np.sum(action**2, axis=-1)"},
            "costs_win drowning_component",
        ),
        (
            "duplicate",
            "forward_velocity, action",
            {
                "speed": "forward_velocity",
                "pace": "2.0 * forward_velocity + 1.0",
                "effort": "-0.1 * np.sum(action**2, axis=-1)",
            },
            "duplicate_components",
        ),
        (
            "drowning",
            "forward_velocity, joint_velocities",
            {
                "speed": "0.1 * forward_velocity",
                "calm": "-0.1 * np.sum(joint_velocities**2, axis=-1)",
            },
            "drowning_component costs_win",
        ),
        (
            "loop",
            "pitch_velocity",
            {"nod": "pitch_velocity"},
            "motion_paid spinning",
        ),
    ),
    *rewards(
        "hopper",
        "hp",
        (
            "survival",
            "forward_velocity",
            {"alive": "np.ones_like(forward_velocity)", "speed": "0.05 * forward_velocity"},
            "survival_bonus",
        ),
        (
            "living_costs",
            "forward_velocity",
            {"speed": "0.1 * forward_velocity", "time": "-5.0 * np.ones_like(forward_velocity)"},
            "living_costs",
        ),
        ("wrong_sign", "forward_velocity", {"speed": "-forward_velocity"}, "wrong_sign"),
    ),
)
SOUND = (
    *rewards(
        "cartpole",
        "cp",
        ("sound_cosine", "pole_angle", {"upright": "np.cos(pole_angle)"}, ""),
        ("sound_alive", "pole_angle", {"alive": "np.ones_like(pole_angle)"}, ""),
        (
            "sound_centred",
            "pole_angle, cart_position",
            {
                "upright": "1.0 - np.abs(pole_angle) / 0.2095",
                "centred": "0.5 * (1.0 - np.abs(cart_position) / 2.4)",
            },
            "",
        ),
    ),
    *rewards(
        "mountain-car",
        "mc",
        (
            "sound_energy",
            "mechanical_energy, previous_mechanical_energy",
            {"gain": "1000.0 * (mechanical_energy - previous_mechanical_energy)"},
            "",
        ),
        (
            "sound_bonus",
            "mechanical_energy, previous_mechanical_energy, position",
            {
                "gain": "1000.0 * (mechanical_energy - previous_mechanical_energy)",
                "goal": "np.where(position >= 0.5, 10.0, 0.0)",
            },
            "",
        ),
        ("sound_time", "position", {"time": "-np.ones_like(position)"}, ""),
    ),
    *rewards(
        "pendulum",
        "pd",
        (
            "sound_quadratic",
            "angle, angular_velocity, torque",
            {
                "upright": "-(angle**2)",
                "calm": "-0.1 * angular_velocity**2",
                "effort": "-0.001 * torque**2",
            },
            "",
        ),
        (
            "sound_cosine",
            "cos_angle, angular_velocity",
            {"upright": "cos_angle", "calm": "-0.05 * angular_velocity**2"},
            "",
        ),
    ),
    *rewards(
        "half-cheetah",
        "hc",
        ("sound_speed", "forward_velocity", {"speed": "forward_velocity"}, ""),
        (
            "sound_effort",
            "forward_velocity, action",
            {"speed": "forward_velocity", "effort": "-0.1 * np.sum(action**2, axis=-1)"},
            "",
        ),
    ),
)
HELD_OUT = (
    *rewards(
        "cartpole",
        "cp",
        ("held_leaning", "pole_angle", {"lean": "5.0 * pole_angle"}, "ends_early fell"),
        (
            "held_duplicate",
            "pole_angle",
            {
                "alive": "np.ones_like(pole_angle)",
                "lean": "-(pole_angle**2)",
                "tilt": "-3.0 * pole_angle**2",
            },
            "duplicate_components",
        ),
        (
            "held_living_costs",
            "cart_position, pole_angular_velocity",
            {
                "centre": "-0.5 - np.abs(cart_position)",
                "calm": "-np.abs(pole_angular_velocity)",
            },
            "living_costs",
        ),
    ),
    *rewards(
        "mountain-car",
        "mc",
        (
            "held_survival",
            "position",
            {"alive": "np.ones_like(position)"},
            "survival_bonus no_signal",
        ),
        (
            "held_drowning",
            "mechanical_energy, previous_mechanical_energy, velocity",
            {
                "gain": "10.0 * (mechanical_energy - previous_mechanical_energy)",
                "calm": "-100.0 * np.abs(velocity)",
            },
            "drowning_component costs_win",
        ),
    ),
    *rewards(
        "pendulum",
        "pd",
        ("held_wrong_sign", "angle", {"fall": "angle**2"}, "wrong_sign stalled"),
        ("held_spinning", "angular_velocity", {"spin": "angular_velocity"}, "motion_paid spinning"),
        (
            "held_dead",
            "cos_angle, angular_velocity",
            {
                "upright": "cos_angle",
                "calm": "-0.05 * angular_velocity**2",
                "perfect": "np.where(cos_angle > 1.5, 1.0, 0.0)",
            },
            "dead_component",
        ),
    ),
    *rewards(
        "half-cheetah",
        "hc",
        (
            "held_drowning",
            "forward_velocity, torso_height",
            {"speed": "forward_velocity", "height": "500.0 * torso_height"},
            "drowning_component",
        ),
    ),
    *rewards(
        "hopper",
        "hp",
        (
            "held_survival",
            "pitch",
            {"alive": "5.0 * np.ones_like(pitch)", "posture": "-0.01 * np.abs(pitch)"},
            "survival_bonus",
        ),
    ),
)
HELD_OUT_SOUND = (
    *rewards(
        "cartpole",
        "cp",
        ("held_sound", "cart_position", {"centre": "1.0 - (cart_position / 2.4) ** 2"}, ""),
    ),
    *rewards(
        "mountain-car",
        "mc",
        (
            "held_sound",
            "position",
            {
                "goal": "np.where(position >= 0.5, 100.0, 0.0)",
                "time": "-np.ones_like(position)",
            },
            "",
        ),
    ),
    *rewards(
        "half-cheetah",
        "hc",
        ("held_sound", "forward_velocity", {"speed": "np.clip(forward_velocity, -2.0, 6.0)"}, ""),
    ),
)
ALL = (*FAULTY, *SOUND, *HELD_OUT, *HELD_OUT_SOUND)
