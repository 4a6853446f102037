"""The trainer server's own process: warm, of one thread, it forks a worker for every shard.

`python -m rewardsmith.training.server CHANNEL REWARDS PARENT [MODULE...]`: the socket to the
command line's process, the reward fork server's (-1: none), the parent's process id (0: watch the
socket alone), and what to import before the first fork.
"""

from __future__ import annotations

import gc
import importlib
import os
import selectors
import signal
import socket
import sys
import threading
import time
import traceback
from collections.abc import Callable, Sequence
from pathlib import Path

import msgspec

from rewardsmith.channel import (
    CallRequest,
    DoneReply,
    FailedReply,
    Lines,
    MemberReply,
    ProgressReply,
    Reply,
    Request,
    TrainRequest,
    line,
    parse_reply,
    parse_request,
)
from rewardsmith.executor import how_ended
from rewardsmith.records import MemberResult, TrainJob
from rewardsmith.shards import Member, Shard, Shards, cut, split_members
from rewardsmith.training.work import Work, Worker, crashed, failed, how_died, member_of
from rewardsmith.training.worker import OUT_OF_MEMORY, ShardTask, die_with_parent, run_worker

_LOOK = 0.5
"""Seconds between two looks at how long the workers have been silent."""
_ENOUGH_WAITING = 1 << 20
"""Bytes not yet read by the other side, beyond which progress is dropped."""


class Server:
    """Reads requests, forks workers, passes their replies on; ends when its channel ends."""

    def __init__(
        self,
        channel: socket.socket,
        reward_server: int,
        clock: Callable[[], float] = time.monotonic,
    ) -> None:
        self._clock = clock
        self._looked = clock()
        self._channel = channel
        self._reward_server = reward_server
        self._requests = Lines()
        self._outgoing = bytearray()
        self._work: Work | None = None
        self._selector = selectors.DefaultSelector()
        self._open = True
        channel.settimeout(0.0)
        self._selector.register(channel, selectors.EVENT_READ, None)

    def serve(self) -> None:
        """Serve until the other side closes its end."""
        try:
            while self._open:
                for key, events in self._selector.select(_LOOK if self._work else None):
                    if key.data is None:
                        self._converse(events)
                    elif self._work and key.data in self._work.running.values():
                        self._listen(self._work, key.data)
                self._look()
        finally:
            self._end_work()

    def _look(self) -> None:
        """End the work where a worker has been silent for too long while this process ran."""
        now = self._clock()
        asleep, self._looked = now - self._looked, now
        for worker in self._work.running.values() if self._work else ():
            if asleep > 2 * _LOOK:
                worker.heard += asleep
            if self._work and now - worker.heard > self._work.request.patience:
                what = f"hangs: no sign of life for {self._work.request.patience:g} s"
                advice = "mend it, or give it more time (--hang-seconds)"
                self._finish(self._work.blamed(f"{what}; {advice}"))
                return

    # ------------------------------------------------------------ the channel

    def _converse(self, events: int) -> None:
        try:
            if events & selectors.EVENT_WRITE:
                del self._outgoing[: self._channel.send(self._outgoing)]
                self._await_channel()
            if events & selectors.EVENT_READ:
                data = self._channel.recv(1 << 16)
                self._open = bool(data)
                self._requests.feed(data)
                for whole in self._requests:
                    self._accept(parse_request(whole))
        except BlockingIOError:
            return
        except OSError:
            self._open = False

    def _await_channel(self) -> None:
        write = selectors.EVENT_WRITE if self._outgoing else 0
        self._selector.modify(self._channel, selectors.EVENT_READ | write, None)

    def _reply(self, reply: Reply) -> None:
        if isinstance(reply, ProgressReply) and len(self._outgoing) > _ENOUGH_WAITING:
            return
        self._outgoing += line(reply)
        self._await_channel()

    def _accept(self, request: Request) -> None:
        if isinstance(request, TrainRequest):
            job = request.job
            shards = split_members(len(job.rewards), job.seeds, request.workers)
            if request.members is not None:
                shards = cut(request.members, request.workers)
            self._start(Work(request, Shards(list(shards))))
        elif isinstance(request, CallRequest):
            self._start(Work(request, Shards([()])))
        elif self._work is not None:
            self._finish(DoneReply())

    # ------------------------------------------------------------ the workers

    def _start(self, work: Work) -> None:
        self._work, self._looked = work, self._clock()
        try:
            self._fill(work)
        except OSError as error:
            self._finish(failed(f"a worker could not be started: {error}"))

    def _fill(self, work: Work) -> None:
        """Fork workers for waiting shards while there is room; finish when nothing is left."""
        room = work.request.workers if isinstance(work.request, TrainRequest) else 1
        while len(work.running) < room and (shard := work.shards.take()) is not None:
            if (threads := thread_count()) > 1:
                reason = f"the trainer server has {threads} threads and cannot fork safely"
                self._finish(failed(reason))
                return
            self._fork(work, shard)
        if not work.running:
            self._finish(DoneReply())

    def _fork(self, work: Work, shard: Shard) -> None:
        number = next(n for n in range(len(work.running) + 1) if n not in work.running)
        task = work.request
        if isinstance(task, TrainRequest):
            task = ShardTask(task.job, shard, number)
        reading, writing = os.pipe()
        server = os.getpid()
        pid = os.fork()
        if pid == 0:
            die_with_parent(server)
            os.close(reading)
            self._selector.close()
            self._channel.close()
            run_worker(task, writing, self._reward_server)
        os.close(writing)
        worker = Worker(number, pid, reading, list(shard), self._clock())
        work.running[number] = worker
        self._selector.register(reading, selectors.EVENT_READ, worker)

    def _listen(self, work: Work, worker: Worker) -> None:
        """Pass on what a worker writes; its end is the end of its pipe."""
        data = os.read(worker.pipe, 1 << 16)
        worker.heard = self._clock()
        worker.lines.feed(data)
        for whole in filter(None, worker.lines):  # an empty line is only a sign of life
            try:
                self._hear(work, worker, parse_reply(whole))
            except (msgspec.DecodeError, ValueError) as error:
                self._finish(failed(f"a worker gave a result that cannot be: {error}"))
            if self._work is not work:
                return
        if not data:
            self._bury(work, worker)

    def _hear(self, work: Work, worker: Worker, reply: Reply) -> None:
        if isinstance(reply, FailedReply):
            self._finish(reply)
        elif isinstance(reply, DoneReply):
            worker.done = True
        else:
            if isinstance(reply, MemberReply):
                worker.unfinished.remove(member_of(work, reply.member))
                work.trained += 1
            self._reply(reply)

    def _bury(self, work: Work, worker: Worker) -> None:
        """A worker is gone: queue again what it left, and go on."""
        code = self._reap(work, worker)
        if not worker.done and code >= 0 and code != OUT_OF_MEMORY:
            # a candidate's code runs elsewhere: only what steps the simulator can end this process
            self._finish(work.blamed(f"ended the training process ({how_ended(code)})"))
            return
        if isinstance(work.request, CallRequest):
            self._finish(DoneReply() if worker.done else crashed(work, code, how_died(code)))
            return
        if worker.done and worker.unfinished:
            self._finish(failed(f"a worker left members {worker.unfinished} untrained"))
            return
        if given_up := work.shards.died(worker.unfinished):
            self._give_up(work, work.request.job, given_up, code)
        if self._work is work:
            self._start(work)

    def _give_up(self, work: Work, job: TrainJob, member: Member, code: int) -> None:
        reward = job.rewards[member[0]]
        if reward.kind != "source":
            text = f"{how_died(code)} while training the {reward.kind} reward"
            self._finish(crashed(work, code, text))
            return
        work.lost += 1
        text = f"{how_died(code)} each time that this reward was trained"
        failed = MemberResult(reward=reward.id, seed=member[1], steps=0, failure=text)
        self._reply(MemberReply(member=failed, died=True))
        if not work.trained and work.lost == len(job.rewards) * len(job.seeds) > 1:
            text = f"{how_died(code)}, whatever reward was trained"
            self._finish(crashed(work, code, text))

    def _reap(self, work: Work, worker: Worker) -> int:
        self._selector.unregister(worker.pipe)
        os.close(worker.pipe)
        del work.running[worker.number]
        _, status = os.waitpid(worker.pid, 0)
        return os.waitstatus_to_exitcode(status)

    def _end_work(self) -> None:
        """Kill every worker."""
        work, self._work = self._work, None
        if work is None:
            return
        for worker in work.running.values():
            os.kill(worker.pid, signal.SIGKILL)
        for worker in list(work.running.values()):
            self._reap(work, worker)

    def _finish(self, reply: DoneReply | FailedReply) -> None:
        self._end_work()
        self._reply(reply)


def thread_count() -> int:
    """The number of this process's threads, those of libraries included where it can be seen."""
    tasks = Path("/proc/self/task")
    return len(list(tasks.iterdir())) if tasks.is_dir() else threading.active_count()


def main(arguments: Sequence[str]) -> int:
    """Get warm and serve."""
    signal.signal(signal.SIGINT, signal.SIG_IGN)
    descriptor, reward_server, parent = (int(text) for text in arguments[:3])
    if parent:
        die_with_parent(parent)
    with socket.socket(fileno=descriptor) as channel:
        try:
            for module in arguments[3:]:
                importlib.import_module(module)
        except ImportError as error:
            traceback.print_exc()
            channel.sendall(line(failed(f"the trainer cannot be imported: {error}")))
            return 1
        if "torch" in sys.modules:
            import torch

            torch.set_num_threads(1)
        gc.collect()
        gc.freeze()
        Server(channel, reward_server).serve()
    return 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
