"""One module, all its experiments in order: what was found, what was named, what could not be looked at."""

from __future__ import annotations

import time
from collections.abc import Sequence
from typing import Any

import torch

from axiswise.facts import Conflict
from axiswise.frontends.torch.audit import hidden, meeting, padded, padding, recognising, trimmed
from axiswise.frontends.torch.audit.causality import Causal, seen_ahead, sequence_of
from axiswise.frontends.torch.audit.comparing import alike
from axiswise.frontends.torch.audit.conflicts import conflict_of
from axiswise.frontends.torch.audit.layout import STEPS, Layout, counts_for, is_graph, layout, shortened
from axiswise.frontends.torch.audit.leaves import Inputs, named
from axiswise.frontends.torch.audit.meeting import Batch, Effect
from axiswise.frontends.torch.audit.parts import axis_of, parts_of
from axiswise.frontends.torch.audit.subject import Subject
from axiswise.frontends.torch.audit.unbuilt import LARGEST, build, is_unbuilt, with_values, without_values
from axiswise.frontends.torch.audit.watching import Clean, Place, first_place, watched_once
from axiswise.source.frames import UserCode
from axiswise.source.text import Sources

SLOW = 1.0
"""Seconds of a run from which on a long sequence is cut."""
RUNS = 16
"""Runs that the experiments take, or a few more."""
LONG = 48
"""Steps from which on it is cut anyway."""


class Audited:
    """A module under its experiments.

    Attributes:
        conflicts: What was found.
        notes: What was named, assumed or left out, in words.
    """

    def __init__(
        self,
        model: torch.nn.Module,
        inputs: Inputs,
        user: UserCode,
        sources: Sources,
        job: dict[str, Any],
        until: float,
    ) -> None:
        self.model = model
        self.inputs = inputs
        self.user = user
        self.sources = sources
        self.job = job
        self.until = until
        self.subject = Subject(model, job["seed"])
        self.conflicts: list[Conflict] = []
        self.notes: list[str] = []
        self._reasons: list[str] = []
        self._is_random = False
        self._meets = False

    def examine(self) -> tuple[str, str | None]:
        """Run every experiment; return the status and, where it is not `checked`, why."""
        was_training = self.model.training
        self.subject.train(False)
        told = self.job["batch_axis"]
        known = layout(self.inputs, told or 0)
        if known is None:
            return "skipped", "no tensor among the inputs has a batch axis"
        if not known.count:
            return "skipped", "the batch is empty"
        if is_graph(self.inputs):
            return "skipped", "its input is a graph: nodes are meant to meet along axis 0"
        if is_unbuilt(self.model):
            if not build(self.model, self.job["seed"]):
                return self._by_parts(known, "its parameters have no values", LARGEST)
            self.subject = Subject(self.model, self.job["seed"])
            self.subject.train(False)
            self.notes.append("its parameters have no values: it was run with random ones")
        known, why = self._cut(known)
        if why:
            return "skipped", why
        began = time.monotonic()
        self.subject.run(known.inputs)
        took = time.monotonic() - began
        if RUNS * took > self.until - time.monotonic():
            return self._by_parts(known, "one run takes too long for every experiment within the time budget")
        stopped = self._repeats(known)
        if stopped:
            return "skipped", stopped
        batch, raised = meeting.sized(self.subject, known, counts_for(known))
        if batch is None:
            return "skipped", f"it runs with no other number of examples along axis {known.axis}: {raised}"
        if not batch.base.outputs:
            return "skipped", "its outputs hold no tensor"
        if not any(map(_is_number, batch.base.outputs.values())):
            return "skipped", "its outputs are whole numbers: small changes do not show in them"
        if all(bool(each.isnan().all()) for each in batch.base.outputs.values() if _is_number(each)):
            return "skipped", "its outputs are not numbers (NaN): nothing can be compared"
        self.notes.append(f"run in evaluation mode with {batch.known.count} examples; seed {self.subject.seed}")
        batch = self._settled(batch, told)
        self._timed(batch)
        self._padded(batch)
        self._trained(batch, was_training)
        return ("partial", "; ".join(self._reasons)) if self._reasons else ("checked", None)

    def _by_parts(self, known: Layout, reason: str, largest: int | None = None) -> tuple[str, str | None]:
        """Audit the parts of a module that takes too long, or is too large, with what one run calls them with.

        Args:
            known: The batch.
            reason: Why it is not audited as a whole.
            largest: Bytes of parameters that a part without values may have: it gets random ones.
        """
        looked: list[str] = []
        given = known.inputs if largest is None else without_values(known.inputs)
        for path, part, inputs in parts_of(self.subject, given, largest):
            left = self.until - time.monotonic()
            if left < RUNS * SLOW / 10:
                break
            if not build(part, self.job["seed"]):
                self.notes.append(f"{path}: it holds buffers without values, and was not run")
                continue
            job = {**self.job, "batch_axis": axis_of(inputs, known.count), "sure": False}
            valued = with_values(inputs, self.job["seed"])
            inner = Audited(part, valued, self.user, self.sources, job, self.until)
            status, why = inner.examine()
            self.conflicts += inner.conflicts
            self.notes += [f"{path}: {each}" for each in (*inner.notes, why) if each]
            looked += [f"`{path}`"] if status in ("checked", "partial") else []
        if not looked:
            return "skipped", reason
        values = " with random values" if largest is not None else ""
        return "partial", f"{reason}: audited module by module{values}, {', '.join(looked)}"

    # -- making it run ------------------------------------------------------------------------------------------------
    def _cut(self, known: Layout) -> tuple[Layout, str]:
        """Return a batch of few examples and, where there are many, of few steps, and why it does not run."""
        few = counts_for(known)[:1]
        smaller = bool(few) and few[0] < known.count
        fewer = (layout(meeting.resized(known, few[0]), known.axis) if smaller else None) or known
        cut = self._shorter(fewer, LONG)
        if cut is not None:
            return cut, ""
        began = time.monotonic()
        run = self.subject.run(fewer.inputs)
        if not run.raised:
            is_slow = time.monotonic() - began > SLOW
            return ((self._shorter(fewer, STEPS) if is_slow else None) or fewer), ""
        run = self.subject.run(known.inputs)
        return known, f"it raises on this batch in evaluation mode: {run.raised}" if run.raised else ""

    def _shorter(self, known: Layout, long: int) -> Layout | None:
        """Return the batch with few steps where an axis has more than `long` and the module runs so; else None."""
        for axis in (1, 2, 0):
            tensors = named(known.inputs)
            lengths = [tensors[path].shape[axis] for path in known.data if self._may_cut(known, path, axis)]
            steps = max(lengths, default=0)
            if axis == known.axis or steps <= long:
                continue
            fewer = layout(shortened(known.inputs, known.axis, axis, steps, STEPS), known.axis)
            if fewer is not None and not self.subject.run(fewer.inputs).raised:
                self.notes.append(f"axis {axis} was cut from {steps} to {STEPS}")
                return fewer
        return None

    @staticmethod
    def _may_cut(known: Layout, path: str, axis: int) -> bool:
        tensor = named(known.inputs)[path]
        if path not in known.data or tensor.ndim <= axis:
            return False
        return tensor.ndim == 2 if not tensor.dtype.is_floating_point else tensor.ndim == 3

    def _repeats(self, known: Layout) -> str:
        """Return why nothing can be read off its runs; empty where the same input and seed give the same outputs."""
        first, second = self.subject.run(known.inputs), self.subject.run(known.inputs)
        if not alike(first.outputs, second.outputs):
            return "it is random: two runs with the same input and the same seed differ, so nothing can be compared"
        other = self.subject.run(known.inputs, seed=self.subject.seed + 1)
        self._is_random = not alike(first.outputs, other.outputs)
        if self._is_random:
            self.notes.append("it is random in evaluation too (sampling, dropout): every run had the same seed")
        return ""

    # -- the batch ----------------------------------------------------------------------------------------------------
    def _settled(self, batch: Batch, told: int | None) -> Batch:
        """Judge whether examples meet; return the batch along the axis that turned out to be it."""
        meeting.meet(self.subject, batch)
        is_flat = recognising.is_flat(batch.known)
        if not batch.follows:
            other = self._other_axis(batch) if told is None and not is_flat else None
            if other is not None:
                return other
            self._reasons.append("no output has a batch axis: whether examples meet was not looked at")
        moved = batch.effect is None and not self._is_random and not is_flat
        order = meeting.exchanged(self.subject, batch) if moved else None
        effect = batch.effect or order
        if effect is not None and told is None and not is_flat:
            other = self._other_axis(batch)
            if other is not None:
                return other
        self.notes += batch.notes
        if effect is None:
            return batch
        self._meets = True
        clean: Clean = meeting.disjoint if effect is batch.effect else meeting.Ordered(batch.known.count)
        place = self._place(effect, clean)
        why = recognising.rightful(self.model, place) or recognising.single(batch, self._events(batch), place)
        if not why and told is None and is_flat:
            why = recognising.lone(batch.known, sure=self.job.get("sure", True))
        if why:
            self.notes.append(f"examples meet: {why}")
            return batch
        kind = "batch-mixing" if effect is batch.effect else "batch-order"
        self._found(kind, effect, place, axis=batch.known.axis)
        return batch

    def _other_axis(self, batch: Batch) -> Batch | None:
        """Return the batch along axis 1, where nothing speaks for axis 0 and that one behaves as a batch does."""
        known = layout(self.inputs if not self._was_cut(batch) else batch.known.inputs, 1)
        if known is None or known.count < 2 or not set(batch.known.data) <= set(known.batched):
            return None
        other, _ = meeting.sized(self.subject, known, counts_for(known))
        if other is None:
            return None
        meeting.meet(self.subject, other)
        order = meeting.exchanged(self.subject, other) if not self._is_random else None
        if other.effect is not None or order is not None:
            return None
        axis = recognising.batch_axis(self.model, batch, other, self.sources)
        if axis == 0 or not other.follows:
            return None
        reason = "" if axis == 1 else ", and nothing says which of the two it is: `batch_axis=0` judges axis 0"
        self.notes.append(f"axis 1 of `{other.known.data[0]}` is taken for the batch: nothing meets along it{reason}")
        return other

    def _was_cut(self, batch: Batch) -> bool:
        ours, theirs = named(self.inputs), named(batch.known.inputs)
        return any(ours[path].shape[1:] != theirs[path].shape[1:] for path in batch.known.data if path in ours)

    # -- time, padding, training ------------------------------------------------------------------------------------
    def _timed(self, batch: Batch) -> None:
        asked: bool | None = self.job["causal"]
        if asked is False or self._is_late():
            return
        tensors = named(batch.known.inputs)
        takes_tokens = any(
            tensors[path].ndim == 2 and not tensors[path].dtype.is_floating_point for path in batch.known.data
        )
        why = "`causal=True` was said" if asked else recognising.is_causal(self.model, takes_tokens)
        found = sequence_of(self.subject, batch, bool(why))
        if found is None or not why:
            if asked:
                self._reasons.append("no one input is the sequence: what it sees of later steps was not looked at")
            return
        path, time_axis = found
        effect, axis, unseen = seen_ahead(self.subject, batch, path, time_axis, self._valid(batch, path))
        if unseen and asked:
            self._reasons.append(unseen)
        if effect is None:
            return
        steps = tensors[path].shape[axis]
        place = self._place(effect, Causal(int(steps), effect.at), int(steps))
        self._found("causality", effect, place, axis=axis, why=why)

    @staticmethod
    def _valid(batch: Batch, path: str) -> int:
        """Return how many steps at the beginning are valid in every example."""
        steps = int(named(batch.known.inputs)[path].shape[1 if batch.known.axis == 0 else 0])
        for group in padding.paddings(batch):
            for each in group if len(group) == 1 else ():
                if each.inputs is batch.known.inputs and path in each.data:
                    steps = min(steps, int((~each.where).int().cumprod(1).sum(1).min()))
        return max(steps, 2)

    def _padded(self, batch: Batch) -> None:
        for group in padding.paddings(batch):
            effects: list[tuple[Effect, padding.Padding]] = []
            for each in group:
                if self._is_late():
                    return
                effect, unseen = padded.reached(self.subject, batch, each)
                if unseen:
                    self.notes.append(unseen)
                if effect is not None:
                    effects.append((effect, each))
                elif not unseen and len(group) == 1 and not self._hidden(batch, each):
                    self._trimmed(batch, each)
            if not group or len(effects) < len(group):
                continue
            effect, told = effects[0]
            place = self._place(effect, padded.unreached(told.where), int(told.where.shape[1]))
            self._leaks(effect, place, told)
        for each in trimmed.compared(self.subject, batch):
            if not self._is_late():
                self._trimmed(batch, each, recurrent=True)

    def _hidden(self, batch: Batch, told: padding.Padding) -> bool:
        """Judge whether a mask hides the valid positions from one another; return whether it does."""
        effect = hidden.hidden(self.subject, batch, told)
        if effect is not None:
            self._found("mask-polarity", effect, None, told=told.told, fault="hidden")
        return effect is not None

    def _trimmed(self, batch: Batch, told: padding.Padding, *, recurrent: bool = False) -> None:
        """Judge whether valid outputs stay without the padding; a recurrent layer may run on where no input says."""
        effect = trimmed.without(self.subject, batch, told)
        if effect is None:
            return
        steps = int(told.where.shape[1])
        clean = trimmed.same(steps, int((~told.where[effect.moved.index[batch.axes[effect.moved.path][0]]]).sum()))
        place = self._place(effect, clean, steps, resized=True)
        if recurrent and (place is None or place.module.name in recognising.RECURRENT):
            name = place.module.path or place.module.name if place is not None else type(self.model).__name__
            self.notes.append(f"`{name}` reads on where `{told.told}` says that it is padding")
            return
        self._leaks(effect, place, told, cut=True)

    def _leaks(self, effect: Effect, place: Place | None, told: padding.Padding, *, cut: bool = False) -> None:
        if place is not None and "Conv" in place.module.name:
            name = place.module.path or place.module.name
            self.notes.append(f"`{name}` is a convolution: outputs beside the padding see some of it")
            return
        self._found("padding-leak", effect, place, told=told.told, cut=cut)

    def _trained(self, batch: Batch, was_training: bool) -> None:
        """Name what meets in training only: statistics of the batch, mixed examples."""
        norms = any(isinstance(each, torch.nn.modules.batchnorm._BatchNorm) for each in self.model.modules())  # pyright: ignore[reportPrivateUsage]
        if self._meets or self._is_late() or not (was_training or norms):
            return
        self.subject.train(True)
        base = self.subject.run(batch.known.inputs)
        if base.raised:
            self.notes.append(f"in training mode it raises on these examples: {base.raised}")
            return
        again = Batch(batch.known, base, batch.axes)
        meeting.meet(self.subject, again)
        if again.effect is not None:
            place = self._place(again.effect, meeting.disjoint)
            where = f" in `{place.module.path or place.module.name}` ({place.module.name})" if place is not None else ""
            self.notes.append(
                f"in training, and only there, examples meet{where}: batch statistics, or mixing that is meant"
            )
        self.subject.train(False)

    # -- findings -----------------------------------------------------------------------------------------------------
    def _events(self, batch: Batch) -> Sequence[Any]:
        return watched_once(self.subject, self.user, batch.known.inputs)

    def _place(self, effect: Effect, clean: Clean, steps: int = 0, *, resized: bool = False) -> Place | None:
        return first_place(self.subject, self.user, effect.variants, clean, self._owned, steps, resized=resized)

    def _owned(self, path: str) -> bool:
        return not type(self.model.get_submodule(path)).__module__.startswith("torch.")

    def _is_late(self) -> bool:
        if time.monotonic() < self.until:
            return False
        reason = "the time budget ran out before every experiment was made"
        if reason not in self._reasons:
            self._reasons.append(reason)
        return True

    def _found(self, kind: str, effect: Effect, place: Place | None, **facts: Any) -> None:
        told = {"seed": self.subject.seed, **facts}
        self.conflicts.append(conflict_of(kind, effect, place, self.model, self.user, self.sources, told))


def _is_number(tensor: torch.Tensor) -> bool:
    return tensor.dtype.is_floating_point or tensor.dtype.is_complex
