"""From the device to the host through pinned memory, while the device goes on."""

from __future__ import annotations

from collections.abc import Mapping

import torch

from rewardsmith.signals import Array


class Outbox:
    """Copies tensors to the host on a stream of its own; buffers are used again."""

    def __init__(self, device: torch.device) -> None:
        self._apart = device.type == "cuda"
        self._stream = torch.cuda.Stream(device) if self._apart else None
        self._buffers: dict[str, torch.Tensor] = {}
        self._sent: dict[str, torch.Tensor] = {}

    def send(self, tensors: Mapping[str, torch.Tensor]) -> None:
        """Begin to copy; what the device is told later does not wait for it."""
        if self._stream is None:
            self._sent = {name: tensor.detach() for name, tensor in tensors.items()}
            return
        self._stream.wait_stream(torch.cuda.current_stream(self._stream.device))
        with torch.cuda.stream(self._stream):
            for name, tensor in tensors.items():
                buffer = self._buffers.get(name)
                if buffer is None or buffer.shape != tensor.shape or buffer.dtype != tensor.dtype:
                    buffer = torch.empty(tensor.shape, dtype=tensor.dtype, pin_memory=True)
                    self._buffers[name] = buffer
                buffer.copy_(tensor, non_blocking=True)
                tensor.record_stream(self._stream)
            self._sent = {name: self._buffers[name] for name in tensors}

    def receive(self) -> dict[str, Array]:
        """What was sent last, once all of it has arrived; overwritten by the next."""
        if self._stream is not None:
            self._stream.synchronize()
        return {name: tensor.numpy() for name, tensor in self._sent.items()}
