"""Every sentence of the README's security section, and the test that holds it."""

import ast
import re
from pathlib import Path

import pytest

from rewardsmith import load_environment
from rewardsmith.sandbox import confinement, namespaces

ROOT = Path(__file__).parent.parent
CONFINEMENT, PROCESS = "sandbox/test_confinement.py", "sandbox/test_process.py"
LEVELS, ATTACKS = "sandbox/test_levels.py", "sandbox/test_attacks.py"

HELD_BY = {
    "The code that a model writes is untrusted.": (
        ATTACKS,
        "test_there_are_attacks_of_every_group_and_each_names_its_wall",
    ),
    "Two walls stand before it, and each is tried without the other.": (
        ATTACKS,
        "test_an_attack_is_stopped_by_the_confinement_alone",
    ),
    "The reward language is an allow-list of syntax, names and pure functions of NumPy.": (
        ATTACKS,
        "test_an_attack_is_stopped_by_the_language",
    ),
    "What was checked is what is compiled.": (
        "language/test_properties.py",
        "test_any_program_is_judged_and_an_accepted_one_compiles",
    ),
    "The kernel, on Linux, is the boundary.": (
        ATTACKS,
        "test_an_attack_is_stopped_by_the_confinement_alone",
    ),
    "Each candidate runs in a reward process of its own, forked from a server with an empty "
    "environment.": (CONFINEMENT, "test_the_environment_is_empty_and_holds_no_key"),
    "No file, socket, process or signal can be had in there.": (
        CONFINEMENT,
        "test_no_call_that_reaches_outside_is_possible",
    ),
    "Its input cannot be written to.": (CONFINEMENT, "test_the_input_cannot_be_made_writable"),
    "Its output is copied and then checked.": (
        PROCESS,
        "test_an_output_is_a_copy_that_later_calls_leave_alone",
    ),
    "A call that does not end in time ends with SIGKILL.": (
        PROCESS,
        "test_what_does_not_end_is_killed_at_the_deadline",
    ),
    "Memory is limited.": (PROCESS, "test_memory_is_bounded"),
    "Beside numbers at most 32 identifiers and 4 KB of plain text come back.": (
        PROCESS,
        "test_error_text_is_short_ascii_without_control_characters",
    ),
    "Before it sees any code the process tries a read, a write, a socket, a fork and a signal "
    "itself.": (LEVELS, "test_at_every_level_all_canaries_fail_for_the_candidate_itself"),
    "`rewardsmith doctor` tells the level that holds on your machine, and what a higher one lacks: "
    "namespaces, Landlock and seccomp; Landlock and seccomp, where user namespaces are forbidden; "
    "seccomp alone, on a kernel without Landlock.": (
        LEVELS,
        "test_a_level_is_what_holds_and_the_next_one_says_what_it_lacks",
    ),
    "The last is a boundary too: its filter allows no call that takes a path or makes a "
    "descriptor.": (LEVELS, "test_at_every_level_no_file_socket_or_process_can_be_had"),
    "Where nothing confines, a run refuses to start unless `--unsafe-no-sandbox` is typed.": (
        LEVELS,
        "test_without_the_filter_nothing_starts_unless_it_is_asked_for",
    ),
    "macOS always needs that flag: a process with limits and the reward language are all there is, "
    "and that is no boundary.": (
        "test_security_section.py",
        "test_on_macos_limits_are_all_that_holds_and_that_counts_as_nothing",
    ),
    "A candidate can still spoil its own numbers.": (
        PROCESS,
        "test_a_patched_numpy_spoils_only_its_own_process",
    ),
    "Environment files are your own code and run with your rights.": (
        "test_security_section.py",
        "test_an_environment_file_runs_as_the_person_who_loads_it",
    ),
    "The model is never shown the fitness's code or the human reward.": (
        "test_search.py",
        "test_no_prompt_holds_the_fitness_or_the_human_reward",
    ),
}


def sentences():
    """The section's sentences, without the marks of lists and of emphasis."""
    text = (ROOT / "README.md").read_text().split("## Security\n")[1].split("\n## ")[0]
    for paragraph in re.split(r"\n\n|\n- ", text):
        plain = " ".join(paragraph.replace("**", "").removeprefix("- ").split())
        yield from (part for part in re.split(r"(?<=\.) (?=[A-Z`m])", plain) if part)


def test_every_sentence_of_the_section_has_a_test_and_every_test_a_sentence():
    assert set(sentences()) == set(HELD_BY)


@pytest.mark.parametrize(("file", "name"), sorted(set(HELD_BY.values())))
def test_the_test_that_holds_a_sentence_exists(file, name):
    tree = ast.parse((ROOT / "tests" / file).read_text())
    assert name in {node.name for node in tree.body if isinstance(node, ast.FunctionDef)}


def test_on_macos_limits_are_all_that_holds_and_that_counts_as_nothing(monkeypatch):
    monkeypatch.setattr(confinement.sys, "platform", "darwin")
    monkeypatch.setattr(confinement, "_first_victim", lambda: None)
    monkeypatch.setattr(confinement, "_limit", lambda _limits, _mapped: "as wanted")
    parts = confinement.confine(confinement.Limits(1 << 28, 10), confinement.Walls())
    assert [part.name for part in parts if part.holds] == ["limits"]
    passed = confinement.Part("self-test", holds=True, reason="nothing was possible")
    assert confinement.level_of((*parts, passed)) == "none"
    assert not namespaces.leave().holds


def test_an_environment_file_runs_as_the_person_who_loads_it(tmp_path, monkeypatch):
    (tmp_path / "environments").mkdir()
    bundled = (ROOT / "environments" / "cartpole.py").read_text()
    (tmp_path / "environments" / "mine.py").write_text(
        bundled + f"\nopen({str(tmp_path / 'made')!r}, 'w').close()\n"
    )
    monkeypatch.chdir(tmp_path)
    load_environment("mine")
    assert (tmp_path / "made").exists()
