import errno
import io
import os
import subprocess
import sys

import numpy as np
import pytest

from rewardsmith.errors import RunLocked, StoreError, TrainerFailed
from rewardsmith.records import GenerationStarted, RunStopped
from rewardsmith.store import (
    EVENTS,
    EventLog,
    canonical_json,
    last_words,
    new_run_folder,
    read_arrays,
    read_events,
    write_atomically,
)

ONE = GenerationStarted(generation=1)
TWO = RunStopped(reason="because")


def test_events_come_back_in_the_order_in_which_they_were_appended(tmp_path):
    with EventLog(tmp_path) as log:
        log.append(ONE)
        log.append(TWO)
    assert read_events(tmp_path) == (ONE, TWO)


def test_a_torn_last_line_is_ignored_on_reading_and_cut_off_before_the_next_one(tmp_path):
    with EventLog(tmp_path) as log:
        log.append(ONE)
    with (tmp_path / EVENTS).open("ab") as file:
        file.write(b'{"event":"run_stopped","rea')
    assert read_events(tmp_path) == (ONE,)
    with EventLog(tmp_path) as log:
        log.append(TWO)
    assert read_events(tmp_path) == (ONE, TWO)


@pytest.mark.parametrize("cut", range(1, 60, 7))
def test_a_file_cut_anywhere_gives_the_whole_lines_before_the_cut(tmp_path, cut):
    with EventLog(tmp_path) as log:
        log.append(ONE)
        log.append(TWO)
    path = tmp_path / EVENTS
    data = path.read_bytes()
    path.write_bytes(data[:-cut])
    expected = data[:-cut].count(b"\n")
    assert read_events(tmp_path) == (ONE, TWO)[:expected]


def test_a_damaged_line_in_the_middle_is_named_with_its_number(tmp_path):
    (tmp_path / EVENTS).write_bytes(b'{"event":"nonsense"}\n{"event":"run_stopped","reason":"x"}\n')
    with pytest.raises(StoreError, match="line 1"):
        read_events(tmp_path)


def test_a_folder_without_events_is_no_run(tmp_path):
    with pytest.raises(StoreError, match="holds no run"):
        read_events(tmp_path)


def test_a_second_process_is_refused_with_the_number_of_the_first(tmp_path):
    script = (
        "import sys\nfrom pathlib import Path\nfrom rewardsmith.store import EventLog\n"
        "with EventLog(Path(sys.argv[1])):\n    print('held', flush=True)\n    sys.stdin.read()\n"
    )
    with subprocess.Popen(
        [sys.executable, "-c", script, str(tmp_path)], stdin=subprocess.PIPE, stdout=subprocess.PIPE
    ) as holder:
        assert holder.stdout.readline() == b"held\n"
        with pytest.raises(RunLocked, match=str(holder.pid)), EventLog(tmp_path):
            pass
        holder.kill()
        holder.wait()
    with EventLog(tmp_path) as log:
        log.append(ONE)


def test_a_write_that_fails_half_way_leaves_nothing_behind(tmp_path, monkeypatch):
    real = os.write

    def full_disk(descriptor, data):
        real(descriptor, bytes(data)[:5])
        raise OSError(errno.ENOSPC, "No space left on device")

    with EventLog(tmp_path) as log:
        log.append(ONE)
        with monkeypatch.context() as patch:
            patch.setattr(os, "write", full_disk)
            with pytest.raises(StoreError, match="No space left on device; make room, then"):
                log.append(TWO)
        log.append(TWO)
    assert read_events(tmp_path) == (ONE, TWO)


def test_a_path_that_is_a_file_gives_one_sentence(tmp_path):
    (tmp_path / "file").write_text("")
    with pytest.raises(StoreError, match="cannot write to"), EventLog(tmp_path / "file"):
        pass


def test_an_atomic_write_leaves_the_old_file_where_it_fails(tmp_path):
    path = tmp_path / "card.md"
    write_atomically(path, "old")
    (tmp_path / "blocked").write_text("")
    with pytest.raises(StoreError):
        write_atomically(tmp_path / "blocked" / "card.md", "new")
    assert path.read_text() == "old"
    assert sorted(p.name for p in tmp_path.iterdir()) == ["blocked", "card.md"]


def test_a_new_run_folder_is_never_one_that_exists(tmp_path):
    first = new_run_folder(tmp_path, "gymnasium:Swimmer-v5", "s")
    assert first.name == "gymnasium-Swimmer-v5-s"
    first.mkdir()
    assert new_run_folder(tmp_path, "gymnasium:Swimmer-v5", "s").name == "gymnasium-Swimmer-v5-s-2"


def test_equal_values_give_equal_canonical_bytes():
    assert canonical_json({"b": 1, "a": (1.5, None)}) == b'{"a":[1.5,null],"b":1}'


@pytest.mark.parametrize(
    "torn",
    [b'{"event":"run_st' + bytes(4096), bytes(4096), bytes(4096) + b'"}\n', bytes(9) + b"\n"],
)
def test_a_last_line_that_a_power_failure_filled_with_nul_bytes_is_not_there(tmp_path, torn):
    with EventLog(tmp_path / "r") as log:
        log.append(ONE)
    path = tmp_path / "r" / "events.jsonl"
    whole = path.read_bytes()
    path.write_bytes(whole + torn)
    assert read_events(tmp_path / "r") == (ONE,)
    with EventLog(tmp_path / "r") as log:
        assert path.read_bytes() == whole
        log.append(TWO)
    assert read_events(tmp_path / "r") == (ONE, TWO)


def test_a_folder_of_which_nothing_was_recorded_does_not_stay(tmp_path):
    with EventLog(tmp_path / "runs" / "r") as log:
        (log.folder / "trainer.log").write_text("a warning of the simulator")
    assert list(tmp_path.iterdir()) == []


def test_a_folder_that_was_there_before_and_one_with_an_event_stay(tmp_path):
    (tmp_path / "mine").mkdir()
    with EventLog(tmp_path / "mine"):
        pass
    assert (tmp_path / "mine").is_dir()
    with EventLog(tmp_path / "r") as log:
        log.append(ONE)
    assert (tmp_path / "r" / "events.jsonl").stat().st_size > 0


def test_the_log_stays_where_the_trainer_itself_failed(tmp_path):
    def fail():
        with EventLog(tmp_path / "r") as log:
            (log.folder / "trainer.log").write_text("why")
            raise TrainerFailed("see trainer.log")

    with pytest.raises(TrainerFailed):
        fail()
    assert (tmp_path / "r" / "trainer.log").read_text() == "why"


def test_arrays_are_read_or_the_file_is_named(tmp_path):
    path = tmp_path / "a.npz"
    np.savez_compressed(path, total=np.arange(4000.0))
    assert read_arrays(path)["total"][-1] == 3999
    sound = path.read_bytes()
    damaged = bytearray(sound)
    damaged[60:200] = bytes(140)
    plain = io.BytesIO()
    np.save(plain, np.zeros(3))
    for data in (b"", b"junk", sound[: len(sound) // 2], bytes(damaged), plain.getvalue()):
        path.write_bytes(data)
        with pytest.raises(StoreError, match=r"a\.npz is damaged or no \.npz"):
            read_arrays(path)
    path.unlink()
    with pytest.raises(StoreError, match=r"cannot read .*a\.npz: No such file"):
        read_arrays(path)


def test_nothing_is_written_to_a_file_that_is_no_longer_the_runs(tmp_path):
    with EventLog(tmp_path / "r") as log:
        log.append(GenerationStarted(generation=0))
        (tmp_path / "r").rename(tmp_path / "s")
        with pytest.raises(StoreError, match=r"events\.jsonl was moved or deleted"):
            log.append(GenerationStarted(generation=1))
    assert read_events(tmp_path / "s") == (GenerationStarted(generation=0),)


def test_the_last_words_of_a_log_are_its_last_line_that_is_not_indented(tmp_path):
    log = tmp_path / "log"
    assert last_words(log) == last_words(None) == ""
    log.write_text("earlier\n")
    since = log.stat().st_size
    assert last_words(log, since) == ""
    with log.open("a") as file:
        file.write("ERROR:  no   model\n    at line 3\n\n")
    assert last_words(log, since) == "ERROR: no model"
