"""Several completions at once, each a request of its own."""

from __future__ import annotations

import threading
from collections.abc import Iterator, Sequence
from queue import Empty, SimpleQueue

from rewardsmith.errors import BudgetExhausted, ProviderError
from rewardsmith.llm.complete import complete
from rewardsmith.llm.ledger import Ledger
from rewardsmith.llm.request import CompletionRequest, ModelSettings, ProviderRefused
from rewardsmith.records import Completion

Answer = Completion | ProviderError | BudgetExhausted


def complete_all(
    requests: Sequence[CompletionRequest],
    settings: ModelSettings,
    ledger: Ledger | None = None,
) -> Iterator[tuple[int, Answer]]:
    """(index, answer) of every request as they arrive; what went wrong with one is its answer.

    Once the service refuses or a limit is reached, no further request is sent, and those that
    were not get the same answer.  Closing the iterator ends it at once: nothing more is sent,
    what is in flight is abandoned.
    """
    crew = _Crew(requests, settings, ledger or Ledger())
    for number in range(min(settings.concurrency, len(requests))):
        name = f"rewardsmith-completion-{number}"
        threading.Thread(target=crew.work, name=name, daemon=True).start()
    try:
        for _ in requests:
            index, answer = crew.answers.get()
            if not isinstance(answer, Answer):
                raise answer
            yield index, answer
    finally:
        crew.stop.set()


class _Crew:
    """Threads that share the requests still to be made and the answers that came."""

    def __init__(
        self, requests: Sequence[CompletionRequest], settings: ModelSettings, ledger: Ledger
    ) -> None:
        self.requests, self.settings, self.ledger = requests, settings, ledger
        self.answers: SimpleQueue[tuple[int, Answer | BaseException]] = SimpleQueue()
        self.stop = threading.Event()
        self._ended: ProviderRefused | BudgetExhausted | None = None
        self._todo: SimpleQueue[int] = SimpleQueue()
        for index in range(len(requests)):
            self._todo.put(index)

    def work(self) -> None:
        """Answer requests until there are none left."""
        while not self.stop.is_set():
            try:
                index = self._todo.get_nowait()
            except Empty:
                return
            self.answers.put((index, self._ended or self._answer(self.requests[index])))

    def _answer(self, request: CompletionRequest) -> Answer | BaseException:
        try:
            return complete(request, self.settings, self.ledger, stop=self.stop)
        except (ProviderRefused, BudgetExhausted) as error:
            self._ended = error
            return error
        except BaseException as error:  # noqa: BLE001  raised again where the answers are read
            return error
