"""A value for a parameter that nobody gives: by its annotation, by what is done with it, and by its name."""

from __future__ import annotations

import ast
import enum
import inspect
import re
import sys
import types
import typing
from collections.abc import Callable, Iterator, Mapping, MutableMapping, Sequence
from fnmatch import fnmatch
from functools import partial
from itertools import islice
from types import FrameType
from typing import Any, cast

import torch
from torch import nn

from axiswise.frontends.torch.models.configurations import Configuration
from axiswise.frontends.torch.models.guesses import Guesses, Needed
from axiswise.frontends.torch.models.lexicon import IMAGE, VAGUE, WIDTHS, meaning
from axiswise.frontends.torch.models.standing_in import Kept
from axiswise.frontends.torch.models.surroundings import Surroundings
from axiswise.source.settings import FileSettings, best_for
from axiswise.source.usage import Usage, attribute_usage, usage

CONFIGURED = tuple("*config *cfg *conf args *_args *hparams opt opts options *params settings hps hp".split())
ACTIVATIONS = tuple(
    """act act[0-9] act_layer* act_f* act_cls act_type act_name act_mod* actfn act_op gate_act inner_act *[!nm]_act
    *activation* nonlin* non_lin* *nonlinearity""".split()
)
NORMS = tuple("*norm *norm_layer norm_* *normalization *_norm_cls *normalizer".split())
MODULES = tuple(
    """*encoder *decoder *backbone *model *net *network *block *module *layer fn *_fn *func *attn *attention *mlp *head
    *embed* *proj* *generator *discriminator *teacher *student *ffn *feed_forward *sublayer *transform* *extractor
    downsample upsample *stem *tower main body vit""".split()
)
SHAPES = ("*shape", "*_shape", "input_size", "image_size")
GIVEN = tuple("*path *file *filename *dir *folder ckpt* checkpoint* tokenizer *url model_name* *root".split())
"""Parameters that hold something of the user's own."""

MOST_CLASSES = 3
"""Classes that are tried for one argument that is a module."""

MOST_ASKED = 12
"""Classes that are asked what they take."""

LISTED = 3
"""Items of a list whose length nothing says."""

UNSAID = inspect.Parameter.empty


class Chooser:
    """Chooses the arguments of one class.

    Args:
        cls: The class.
        path: Where it stands among what is built: empty, or `encoder`.
        guesses: What is chosen is kept here.
        around: The classes and files it can see.
        build: Builds another class, by its path: an argument that is a module or a configuration.
    """

    def __init__(
        self, cls: type, path: str, guesses: Guesses, around: Surroundings, build: Callable[[type, str], Any]
    ) -> None:
        self.cls = cls
        self.path = path
        self.guesses = guesses
        self.around = around
        self.build = build
        owner = next((each for each in cls.__mro__ if "__init__" in each.__dict__), cls)
        self.space: dict[str, Any] = vars(sys.modules.get(owner.__module__, typing))
        self.tree = around.tree(owner)

    def value(self, name: str, annotation: Any, known: MutableMapping[str, Any]) -> Any:
        """Return a value for a parameter of the constructor.

        Raises:
            Needed: Nothing says what it could be.
        """
        path = f"{self.path}.{name}" if self.path else name
        if path in self.guesses.pinned:
            pinned = self.guesses.pinned[path]
            if inspect.isclass(pinned) and _is_layer(pinned):
                return self._built(path, pinned)
            return self.guesses.told(path, pinned)
        used = usage(self.tree, name) if self.tree is not None else Usage()
        chosen = self._annotated(path, resolved(annotation, self.space), used, known)
        if chosen is UNSAID:
            chosen = self._used(path, used, known)
        if chosen is UNSAID:
            raise Needed(path)
        return chosen

    def prefixes(self) -> tuple[str, ...]:
        """Return the prefixes by which the class sorts its keyword arguments: `enc_`, `dec_`."""
        constants = [each.value for each in ast.walk(self.tree) if isinstance(each, ast.Constant)] if self.tree else []
        return tuple(
            dict.fromkeys(each for each in constants if isinstance(each, str) and re.fullmatch(r"[a-z]\w*_", each))
        )

    def _annotated(self, path: str, kind: Any, used: Usage, known: Mapping[str, Any]) -> Any:
        origin, inner = typing.get_origin(kind), typing.get_args(kind)
        if kind in (UNSAID, Any, object, None):
            return UNSAID
        if origin in (typing.Union, types.UnionType):
            if type(None) in inner:
                return self.guesses.told(path, None)
            plain = next((each for each in inner if each in (int, float)), inner[0])
            return self._annotated(path, plain, used, known)
        if origin is typing.Literal:
            return self.guesses.told(path, inner[0])
        if origin is typing.Annotated:
            return self._annotated(path, inner[0], used, known)
        if kind is bool:
            return self.guesses.told(path, False)
        if kind is int:
            found = self._number(path, used, known)
            return found if found is not UNSAID else self.guesses.told(path, 8)
        if kind is float:
            found = self.guesses.number(path, known)
            return self.guesses.told(path, float(found) if found is not None else 0.5)
        if kind is str:
            return self._text(path, used)
        if kind in (torch.device, torch.dtype):
            return self.guesses.told(path, _PLACES[kind.__name__])
        if origin is type or kind is type:
            return self._factory(path, used, inner[0] if inner else nn.Module)
        if origin in (Callable, typing.get_origin(typing.Callable)) or kind is Callable:
            return self._callable(path, used)
        if origin in (list, tuple, Sequence, typing.get_origin(typing.Iterable)) or kind in (list, tuple, Sequence):
            return self._list(path, origin or kind, inner, used, known)
        if isinstance(kind, type):
            return self._of_class(path, kind, used)
        return UNSAID

    def _of_class(self, path: str, kind: Any, used: Usage) -> Any:
        if kind is nn.Module:
            return self._module(path, used)
        if issubclass(kind, torch.Tensor) or kind.__module__ in ("builtins", "numpy", "pathlib"):
            if kind is dict:
                return self._configuration(path, used)
            raise Needed(path)
        if issubclass(kind, enum.Enum):
            return self.guesses.told(path, next(iter(kind)), str(next(iter(kind))))
        return self._built(path, kind)

    def _built(self, path: str, kind: type[Any]) -> Any:
        self.guesses.told(path, kind, f"{kind.__name__}(...)")
        return self.build(kind, path)

    def _used(self, path: str, used: Usage, known: Mapping[str, Any]) -> Any:
        name = path.rpartition(".")[2].lower()
        if _fits(name, GIVEN):
            return UNSAID
        if name in _PLACES:
            return self.guesses.told(path, _PLACES[name])
        if _fits(name, CONFIGURED) and not used.iterated:
            return self._configuration(path, used)
        if _fits(name, SHAPES) and used.iterated:
            return self.guesses.told(path, (3, IMAGE, IMAGE)[-(used.parts or used.length or 3) :])
        if used.makes or used.called or _fits(name, ACTIVATIONS):
            return self._callable(path, used)
        fields = used.attributes - _OF_TENSORS | used.keys
        if used.keys or len(fields) >= 2:
            if (settings := best_for(fields, self.around.settings)) is not None and fields <= settings.values.keys():
                return self._configuration(path, used)
            if not used.keys and (_fits(name, MODULES) or any(self.around.modules_with(fields, self.cls))):
                return self._module(path, used)
            named = sum(meaning(each) is not None for each in fields)
            return self._configuration(path, used) if named * 2 > len(fields) else self._module(path, used)
        if used.iterated or any("tuple" in kind or "list" in kind for kind in used.kinds):
            kind = list if used.iterated and not any("tuple" in each for each in used.kinds) else tuple
            return self._list(path, kind, (), used, known)
        if meaning(name) is None and name.endswith("s") and meaning(name[:-1]) is not None:
            return self._list(path, list, (), used, known)
        texts = [each for each in used.compared if isinstance(each, str)]
        if texts:
            return self.guesses.told(path, texts[0])
        found = self._number(path, used, known)
        if found is not UNSAID and not (_fits(name, MODULES) and used.attributes):
            return found
        if _fits(name, (*MODULES, *NORMS)):
            return self._module(path, used)
        if used.tested:
            return self.guesses.told(path, False)
        return UNSAID

    def _number(self, path: str, used: Usage, known: Mapping[str, Any]) -> Any:
        roles = [role for callee, place in used.given if (role := self._role(callee, place)) is not None]
        is_width = meaning(path) in VAGUE and any(meaning(role) in WIDTHS for role in roles)
        found = self.guesses.number(path, known) if not is_width else None
        if found is not None:
            return found
        for role in roles:
            if (found := self.guesses.number(path, known, meaning(role))) is not None:
                return found
        if used.counted:
            return self.guesses.told(path, 2)
        return self.guesses.told(path, 8) if used.multiplied else UNSAID

    def _role(self, callee: str, place: int | str) -> str | None:
        """Return what another class calls the parameter that it is handed as."""
        if isinstance(place, str):
            return place
        made: Any = self.space.get(callee.partition(".")[0])
        for part in callee.split(".")[1:]:
            made = getattr(made, part, None)
        if isinstance(made, type) and issubclass(made, nn.Module):
            names = list(inspect.signature(made).parameters)
            return names[place] if place < len(names) else None
        return None

    def _text(self, path: str, used: Usage) -> Any:
        name = path.rpartition(".")[2].lower()
        if _fits(name, GIVEN):
            raise Needed(path)
        texts = [each for each in used.compared if isinstance(each, str)]
        words = {ACTIVATIONS: "relu", NORMS: "batch", ("device",): "cpu", ("*padding*",): "zeros", ("pool*",): "mean"}
        said = next((word for patterns, word in words.items() if _fits(name, patterns)), "")
        return self.guesses.told(path, texts[0] if texts and said not in texts else said)

    def _list(self, path: str, kind: Any, inner: tuple[Any, ...], used: Usage, known: Mapping[str, Any]) -> Any:
        name = path.rpartition(".")[2]
        fixed = len(inner) if kind is tuple and inner and Ellipsis not in inner else 0
        length = fixed or used.length or used.parts or _length(known) or LISTED
        single = name[:-1] if name.endswith("s") else name
        first = self.guesses.number(path, known, meaning(single) or meaning(name))
        if inner and inner[0] is float:
            first = float(first) if first is not None else 0.5
        if inner and inner[0] is str:
            raise Needed(path)
        if first is None:
            first = 16
        grows = meaning(single) in ("width", "wide", "in_channels", "out_channels", "outputs", "latent") and not fixed
        items = [first * 2**place if grows else first for place in range(length)]
        return self.guesses.told(path, tuple(items) if kind is tuple else items)

    def _configuration(self, path: str, used: Usage) -> Any:
        fields = used.attributes - _OF_MAPPINGS | self._passed_on(path.rpartition(".")[2], frozenset())
        known = self.around.configuration_with(fields, self.cls) if not used.keys else None
        if known is not None:
            return self._built(path, known)
        settings = best_for(fields, self.around.settings) if self.guesses.as_elsewhere else None
        return Configuration(path, partial(self._field, settings))

    def _passed_on(self, name: str, seen: frozenset[str]) -> set[str]:
        """Return the fields that the classes read which are handed the configuration too."""
        fields: set[str] = set()
        pending = [(self.tree, name)]
        visited = set(seen)
        while pending:
            tree, held = pending.pop()
            if tree is None or tree.name in visited:
                continue
            visited.add(tree.name)
            used = usage(tree, held)
            fields |= used.attributes
            for callee, place in used.given:
                cls = self.space.get(callee)
                if isinstance(cls, type) and issubclass(cls, nn.Module) and (role := self._role(callee, place)):
                    pending.append((self.around.tree(cls), role))
        return fields - _OF_MAPPINGS

    def _field(self, settings: FileSettings | None, path: str, frame: FrameType) -> Any:
        """Return a value for a field that a frame reads of a configuration; None where it may be a part with fields."""
        name = path.rpartition(".")[2]
        if path in self.guesses.pinned:
            return self.guesses.told(path, self.guesses.pinned[path])
        if settings is not None and name in settings.values and name not in _PLACES:
            value = settings.values[name]
            return self.guesses.told(path, value, f"{value!r}, as in {settings.place}")
        source = self.around.project.sources.file(frame.f_code.co_filename)
        used = attribute_usage(source.tree, name) if source is not None else Usage()
        if used.attributes - _OF_TENSORS and not used.called and meaning(name) is None:
            return None
        if meaning(name) is not None:  # `self.dropout(x)` calls the layer that was made of a rate
            used.called = used.makes = False
        head = path.rpartition(".")[0] + "."
        known = {key.removeprefix(head): value for key, value in self.guesses.values.items() if key.startswith(head)}
        found = self._used(path, used, known)
        return None if found is UNSAID else found

    def _module(self, path: str, used: Usage) -> Any:
        attributes = used.attributes - _OF_CONTAINERS
        asked = self._asked_for(used)
        classes = [asked] if asked is not None else self.around.modules_with(attributes, self.cls) if attributes else ()
        if used.keywords and asked is None:  # those that take by name what is given by name come first
            classes = sorted(islice(classes, MOST_ASKED), key=lambda each: not used.keywords <= _taken_by(each))
        refused: Exception | None = None
        for each in islice(classes, MOST_CLASSES):
            try:
                return self._built(path, each)
            except Exception as error:  # the user's constructor; another class may do
                refused = refused or error
        if refused is not None:
            raise refused
        if attributes - set(dir(nn.Identity())):
            raise Needed(path)
        return self.guesses.told(path, Kept(), "nn.Identity()")

    def _asked_for(self, used: Usage) -> type | None:
        """Return the module class that the constructor asks whether it was given."""
        names = [each for kind in used.kinds for each in re.findall(r"[\w.]+", kind)]
        found = (self.space.get(name) for name in names)
        return next((each for each in found if inspect.isclass(each) and _is_layer(each)), None)

    def _callable(self, path: str, used: Usage) -> Any:
        name = path.rpartition(".")[2].lower()
        if used.makes:
            return self._factory(path, used, nn.Module)
        if _fits(name, ACTIVATIONS):
            self.guesses.told(path, None, "nn.ReLU()")
            return nn.ReLU()
        return self._module(path, used)

    def _factory(self, path: str, used: Usage, base: Any) -> Any:
        name = path.rpartition(".")[2].lower()
        bases = [each for each in typing.get_args(base) if isinstance(each, type)] or [base]
        found: Any = bases[0] if bases[0] is not nn.Module and inspect.isclass(bases[0]) else None
        if found is None and used.attributes:
            found = next(self.around.modules_with(used.attributes, self.cls), None)
        if found is None and _fits(name, ACTIVATIONS):
            found = nn.ReLU
        if found is None and _fits(name, NORMS):
            found = next((norm for conv, norm in _NORMS if self._mentions(conv)), nn.LayerNorm)
        if found is None and name.startswith("conv"):
            found = nn.Conv2d
        found = found or nn.Identity
        self.guesses.told(path, found, found.__name__)
        return found

    def _mentions(self, word: str) -> bool:
        return self.tree is not None and any(
            isinstance(each, (ast.Name, ast.Attribute)) and word in ast.unparse(each).lower()
            for each in ast.walk(self.tree)
        )


_NORMS = (("conv3", nn.BatchNorm3d), ("conv2", nn.BatchNorm2d), ("conv1d", nn.BatchNorm1d), ("conv", nn.BatchNorm2d))
_PLACES: Mapping[str, Any] = {"device": torch.device("cpu"), "dtype": torch.float32}
"""Where tensors are made, and of what type: no size depends on it."""

_OF_TENSORS = frozenset({"shape", "size", "dtype", "device", "ndim"})
_OF_MAPPINGS = frozenset({"get", "items", "keys", "values", "pop", "copy", "update", "to_dict", "setdefault"})
_OF_CONTAINERS = frozenset(
    {"parameters", "eval", "train", "to", "named_parameters", "children", "modules", "apply", "forward"}
)


def _fits(name: str, patterns: Sequence[str]) -> bool:
    return any(fnmatch(name, pattern) for pattern in patterns)


def _is_layer(cls: type) -> bool:
    return issubclass(cls, nn.Module) and cls is not nn.Module


def _taken_by(cls: type[nn.Module]) -> set[str]:
    """Return what a call of a module may give by name."""
    forward: Any = cls.forward
    return set(inspect.signature(forward).parameters)


def _length(known: Mapping[str, Any]) -> int:
    """Return the length of the lists that are known already, 0 where none has more than one item."""
    lengths = (len(cast("list[Any]", each)) for each in known.values() if isinstance(each, (list, tuple)))
    return max((length for length in lengths if length > 1), default=0)


def resolved(annotation: Any, space: Mapping[str, Any]) -> Any:
    """Return what an annotation stands for; nothing said, where it cannot be told."""
    if not isinstance(annotation, str):
        return annotation.__forward_arg__ if isinstance(annotation, typing.ForwardRef) else annotation
    try:
        return eval(annotation, {**vars(typing), **space})
    except Exception:  # text of the user's, which may name what is imported for type checkers only
        return UNSAID


def parameters(cls: type) -> Iterator[inspect.Parameter]:
    """Yield the parameters of a class' constructor."""
    try:
        yield from inspect.signature(cls).parameters.values()
    except ValueError:  # a class that is not written in Python
        return
