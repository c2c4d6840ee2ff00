"""Modules of many kinds are built without a hint, and what cannot be had is named."""

from __future__ import annotations

import importlib.util
import sys
from pathlib import Path
from types import ModuleType, SimpleNamespace
from typing import Any

import pytest
import torch
from torch import nn

from axiswise.frontends.torch.models.building import Plan, Unbuildable, plan
from axiswise.frontends.torch.models.surroundings import Surroundings
from axiswise.origin import origin_of
from axiswise.source.project import Project

HEAD = "import math\nimport torch\nfrom torch import nn\nimport torch.nn.functional as F\n"


def loaded(folder: Path, text: str, name: str = "written") -> ModuleType:
    path = folder / f"{name}.py"
    path.write_text(HEAD + text)
    spec = importlib.util.spec_from_file_location(f"{name}_{abs(hash(text))}", path)
    assert spec is not None
    assert spec.loader is not None
    module = importlib.util.module_from_spec(spec)
    sys.modules[module.__name__] = module
    spec.loader.exec_module(module)
    return module


def planned(folder: Path, text: str, name: str = "Net") -> Plan:
    (folder / "pyproject.toml").touch()
    module = loaded(folder, text)
    return plan(vars(module)[name], Surroundings(Project(str(module.__file__))))


HINTLESS = {
    "arguments of parts by prefixes": """
def part(prefix, options):
    return {name[len(prefix):]: each for name, each in options.items() if name.startswith(prefix)}

class Part(nn.Module):
    def __init__(self, dim, depth):
        super().__init__()
        self.layers = nn.ModuleList([nn.Linear(dim, dim) for _ in range(depth)])

class Net(nn.Module):
    def __init__(self, dim, **kwargs):
        super().__init__()
        self.parts = nn.ModuleList([Part(dim, **part("enc_", kwargs)), Part(dim, **part("dec_", kwargs))])
""",
    "a module of a class that is asked for": """
class Tower(nn.Module):
    def __init__(self, width):
        super().__init__()
        self.fc = nn.Linear(width, width)

class Net(nn.Module):
    def __init__(self, tower):
        super().__init__()
        assert isinstance(tower, Tower), "only towers"
        self.tower = tower
""",
    "options of a part that are off, and its class": """
class Trunk(nn.Module):
    def __init__(self, dim, depth, gated=False):
        super().__init__()
        self.gated = gated
        self.layers = nn.ModuleList([nn.Linear(dim, dim) for _ in range(depth)])

class Backward(Trunk):
    def __init__(self, **options):
        super().__init__(**options)

class Shell(nn.Module):
    def __init__(self, trunk: Trunk):
        super().__init__()
        self.trunk = trunk

class Net(nn.Module):
    def __init__(self, shell: Shell):
        super().__init__()
        assert isinstance(shell.trunk, Backward), "it has to run backward"
        if not shell.trunk.gated:
            raise ValueError("gates are needed")
        self.shell = shell
""",
    "a part with layers enough": """
class Trunk(nn.Module):
    def __init__(self, dim, depth):
        super().__init__()
        self.layers = nn.ModuleList([nn.Linear(dim, dim) for _ in range(depth)])

class Net(nn.Module):
    def __init__(self, trunk: Trunk):
        super().__init__()
        assert len(trunk.layers) > 4, "too few to leave some out"
        self.trunk = trunk
""",
    "a network whose layers are looked into": """
class Net(nn.Module):
    def __init__(self, backbone):
        super().__init__()
        self.place = next(backbone.parameters()).device
        self.last = [*backbone.children()][-2]
""",
    "places one below the other": """
class Net(nn.Module):
    def __init__(self, dim, source_layer, target_layer):
        super().__init__()
        sources, targets = (source_layer,), (target_layer,)
        assert all(target < source for source, target in zip(sources, targets))
""",
    "mlp": """
class Net(nn.Module):
    def __init__(self, in_features, hidden_features, num_classes):
        super().__init__()
        self.layers = nn.Sequential(nn.Linear(in_features, hidden_features), nn.Linear(hidden_features, num_classes))
""",
    "attention": """
class Net(nn.Module):
    def __init__(self, embed_dim, num_heads):
        super().__init__()
        assert embed_dim % num_heads == 0
        self.head_dim = embed_dim // num_heads
        self.qkv = nn.Linear(embed_dim, 3 * embed_dim)
""",
    "heads by default": """
class Net(nn.Module):
    def __init__(self, dim, heads=12):
        super().__init__()
        if dim % heads != 0:
            raise ValueError("dim must be divisible by heads")
        self.scale = (dim // heads) ** -0.5
""",
    "grouped query": """
class Net(nn.Module):
    def __init__(self, d_model: int, n_heads: int, n_kv_heads: int):
        super().__init__()
        assert n_heads % n_kv_heads == 0 and d_model % n_heads == 0
        self.q = nn.Linear(d_model, d_model)
""",
    "group norm": """
class Net(nn.Module):
    def __init__(self, in_channels, out_channels):
        super().__init__()
        self.norm = nn.GroupNorm(24, in_channels)
        self.conv = nn.Conv2d(in_channels, out_channels, 3)
""",
    "groups": """
class Net(nn.Module):
    def __init__(self, channels, groups):
        super().__init__()
        self.conv = nn.Conv2d(channels, channels, 3, groups=groups)
""",
    "patches": """
class Net(nn.Module):
    def __init__(self, *, image_size, patch_size=12, dim, channels=3):
        super().__init__()
        assert image_size % patch_size == 0, "image must divide into patches"
        self.proj = nn.Linear(channels * patch_size**2, dim)
""",
    "power of two": """
class Net(nn.Module):
    def __init__(self, image_size, width):
        super().__init__()
        assert math.log2(image_size) == int(math.log2(image_size))
        self.blocks = nn.ModuleList([nn.Conv2d(width, width, 3) for _ in range(int(math.log2(image_size)))])
""",
    "equal sizes": """
class Net(nn.Module):
    def __init__(self, in_dim, out_dim):
        super().__init__()
        assert in_dim == out_dim, "residual"
        self.fc = nn.Linear(in_dim, out_dim)
""",
    "list of sizes": """
class Net(nn.Module):
    def __init__(self, hidden_sizes, n_in):
        super().__init__()
        sizes = [n_in, *hidden_sizes]
        self.layers = nn.ModuleList([nn.Linear(a, b) for a, b in zip(sizes[:-1], sizes[1:])])
""",
    "depths by index": """
class Block(nn.Module):
    expansion = 4
    def __init__(self, inplanes, planes):
        super().__init__()
        self.conv = nn.Conv2d(inplanes, planes * self.expansion, 1)
class Net(nn.Module):
    def __init__(self, block, layers, num_classes):
        super().__init__()
        self.stage1 = self._make(block, 16, 16, layers[0])
        self.stage2 = self._make(block, 16 * block.expansion, 32, layers[3])
        self.fc = nn.Linear(32 * block.expansion, num_classes)
    def _make(self, block, inplanes, planes, count):
        return nn.Sequential(*[block(inplanes, planes) for _ in range(count)])
""",
    "asserted tuple": """
class Net(nn.Module):
    def __init__(self, dim, depth):
        super().__init__()
        assert isinstance(depth, tuple), "a number of blocks for each stage"
        self.stages = nn.ModuleList([nn.Linear(dim, dim) for _ in depth])
""",
    "number or tuple": """
def as_tuple(value, length):
    return value if isinstance(value, tuple) else (value,) * length
class Net(nn.Module):
    def __init__(self, dim, depths, heads):
        super().__init__()
        assert isinstance(depths, tuple)
        heads = as_tuple(heads, len(depths))
        self.stages = nn.ModuleList([nn.MultiheadAttention(dim, each) for each, _ in zip(heads, depths)])
""",
    "activation class": """
class Net(nn.Module):
    def __init__(self, dim, act_layer, norm_layer):
        super().__init__()
        self.act, self.norm = act_layer(), norm_layer(dim)
""",
    "activation function": """
class Net(nn.Module):
    def __init__(self, d, activation):
        super().__init__()
        self.fc, self.activation = nn.Linear(d, d), activation
    def forward(self, x):
        return self.activation(self.fc(x))
""",
    "activation by text": """
class Net(nn.Module):
    def __init__(self, dim: int, activation: str):
        super().__init__()
        self.act = {"silu": nn.SiLU, "mish": nn.Mish}[activation]()
""",
    "asserted text": """
class Net(nn.Module):
    def __init__(self, dim: int, pool: str):
        super().__init__()
        assert pool in {"cls", "last"}
        self.pool = pool
""",
    "wrapped function": """
class Net(nn.Module):
    def __init__(self, dim, fn):
        super().__init__()
        self.norm, self.fn = nn.LayerNorm(dim), fn
    def forward(self, x, **kwargs):
        return self.fn(self.norm(x), **kwargs)
""",
    "annotated module": """
class Encoder(nn.Module):
    def __init__(self, d_model: int):
        super().__init__()
        self.fc = nn.Linear(d_model, d_model)
class Net(nn.Module):
    def __init__(self, encoder: "Encoder", num_classes: int):
        super().__init__()
        self.encoder, self.fc = encoder, nn.Linear(encoder.fc.out_features, num_classes)
""",
    "module by its attributes": """
class Tower(nn.Module):
    def __init__(self, width):
        super().__init__()
        self.patch_embed, self.pos_table = nn.Linear(48, width), nn.Parameter(torch.zeros(1, 16, width))
class Net(nn.Module):
    def __init__(self, trunk, num_classes):
        super().__init__()
        self.embed = trunk.patch_embed
        self.fc = nn.Linear(trunk.pos_table.shape[-1], num_classes)
""",
    "keywords passed on": """
class Base(nn.Module):
    def __init__(self, dim, depth, heads=8):
        super().__init__()
        self.layers = nn.ModuleList([nn.MultiheadAttention(dim, heads) for _ in range(depth)])
class Net(Base):
    def __init__(self, **kwargs):
        assert "causal" not in kwargs
        super().__init__(**kwargs)
""",
    "None that is asked for": """
class Net(nn.Module):
    def __init__(self, dim, depth=None):
        super().__init__()
        assert depth is not None, "depth must be given"
        self.layers = nn.ModuleList([nn.Linear(dim, dim) for _ in range(depth)])
""",
    "config dataclass": """
from dataclasses import dataclass
@dataclass
class Settings:
    block_size: int = 1024
    n_head: int = 6
    n_embd: int = 384
class Net(nn.Module):
    def __init__(self, config):
        super().__init__()
        assert config.n_embd % config.n_head == 0
        self.wpe = nn.Embedding(config.block_size, config.n_embd)
""",
    "config annotated": """
from dataclasses import dataclass, field
@dataclass
class Inner:
    dim: int
@dataclass
class Outer:
    vocab_size: int
    inner: Inner
class Net(nn.Module):
    def __init__(self, config: Outer):
        super().__init__()
        self.table = nn.Embedding(config.vocab_size, config.inner.dim)
""",
    "config of nobody": """
class Block(nn.Module):
    def __init__(self, cfg):
        super().__init__()
        self.attn = nn.MultiheadAttention(cfg.hidden_size, cfg.num_attention_heads, dropout=cfg.dropout)
        self.bias = getattr(cfg, "attn_bias", True)
class Net(nn.Module):
    def __init__(self, cfg):
        super().__init__()
        self.embed = nn.Embedding(cfg.model.vocab_size, cfg.hidden_size)
        self.blocks = nn.ModuleList([Block(cfg) for _ in range(cfg.num_hidden_layers)])
""",
    "config as a dict": """
class Net(nn.Module):
    def __init__(self, params):
        super().__init__()
        self.rnn = nn.LSTM(params["input_size"], params["hidden_size"], params.get("layers", 2))
""",
    "recurrent": """
class Net(nn.Module):
    def __init__(self, vocab_size, embedding_dim, hidden_dim, output_size, n_layers, drop_prob=0.5):
        super().__init__()
        self.embed, self.rnn = nn.Embedding(vocab_size, embedding_dim), nn.LSTM(embedding_dim, hidden_dim, n_layers)
""",
    "named by use": """
class Net(nn.Module):
    def __init__(self, foo, bar):
        super().__init__()
        self.fc, self.many = nn.Linear(foo, 3), nn.ModuleList([nn.ReLU() for _ in range(bar)])
""",
    "shape": """
class Net(nn.Module):
    def __init__(self, input_shape, n_actions):
        super().__init__()
        c, h, w = input_shape
        self.fc = nn.Linear(c * h * w, n_actions)
""",
    "literal and enum": """
from enum import Enum
from typing import Literal
class Kind(Enum):
    SUM = 1
class Net(nn.Module):
    def __init__(self, kind: Kind, mode: Literal["train", "test"], sizes: tuple[int, int]):
        super().__init__()
        assert isinstance(kind, Kind) and mode in ("train", "test")
        self.fc = nn.Linear(*sizes)
""",
}


@pytest.mark.parametrize("text", HINTLESS.values(), ids=HINTLESS.keys())
def test_is_built_without_a_hint(text: str, tmp_path: Path) -> None:
    made = planned(tmp_path, text)
    assert isinstance(made.built(), nn.Module)
    assert all(" taken as " in line for line in made.assumptions)


def test_a_part_takes_by_name_what_it_is_given_by_name(tmp_path: Path) -> None:
    part = "\nclass {}(nn.Module):\n    steps = 3\n\n    def forward(self, x{}):\n        return x\n"
    user = (
        "\nclass Net(nn.Module):\n    def __init__(self, net):\n        super().__init__()\n        self.net = net\n"
        "        self.steps = net.steps\n\n    def forward(self, x):\n        return self.net(x, offset=1)\n"
    )
    text = part.format("Plain", ", **more") + part.format("Moved", ", offset=0") + user
    assert type(planned(tmp_path, text).built().net).__name__ == "Moved"


def test_a_guess_is_followed_into_what_is_built_from_it(tmp_path: Path) -> None:
    made = planned(tmp_path, HINTLESS["attention"])
    origin = origin_of(made.built().head_dim)
    assert origin is not None
    assert [(leaf.name, leaf.value) for leaf in origin.guesses()] == [("embed_dim", 64), ("num_heads", 4)]
    assert made.assumptions == ("`embed_dim` taken as 64", "`num_heads` taken as 4")


def test_a_guess_can_be_changed(tmp_path: Path) -> None:
    made = planned(tmp_path, HINTLESS["config of nobody"]).changed("cfg.hidden_size", 96)
    assert made.built().embed.embedding_dim == 96
    assert "`cfg.hidden_size` taken as 96" in made.assumptions


def test_a_demand_of_the_library_changes_the_guess(tmp_path: Path) -> None:
    made = planned(tmp_path, HINTLESS["group norm"])
    assert made.built().conv.in_channels % 24 == 0


CALLED = """
class Net(nn.Module):
    def __init__(self, width, depth=1, act=None):
        super().__init__()
        self.width, self.depth, self.act = width, depth, act
"""


def built_from(folder: Path, calls: str, **files: str) -> Any:
    for name, text in files.items():
        stem, _, ending = name.rpartition("_")
        (folder / f"{stem}.{ending}").write_text(text)
    made = planned(folder, CALLED + calls)
    return made.built(), made


@pytest.mark.parametrize(
    ("calls", "width", "depth"),
    [
        ("if __name__ == '__main__':\n    Net(40, depth=3)\n", 40, 3),
        ("WIDE = 12\ndef main():\n    size = WIDE * 2\n    return Net(size)\n", 24, 1),
        ("def make(width, depth):\n    return Net(width, depth)\nif __name__ == '__main__':\n    make(20, 5)\n", 20, 5),
        ("if __name__ == '__main__':\n    options = {'width': 21, 'depth': 4}\n    Net(**options)\n", 21, 4),
        ("class Cfg:\n    width = 22\ndef main():\n    cfg = Cfg()\n    return Net(cfg.width, act=nn.GELU())\n", 22, 1),
        ("if __name__ == '__main__':\n    for width in (23, 46):\n        Net(width)\n", 23, 1),
        ("class Outer(nn.Module):\n    def __init__(self, dim=25):\n        self.net = Net(dim, 2)\n", 25, 2),
    ],
)
def test_values_come_from_where_it_is_called(calls: str, width: int, depth: int, tmp_path: Path) -> None:
    net, made = built_from(tmp_path, calls)
    assert (net.width, net.depth) == (width, depth)
    assert made.assumptions == ()
    assert made.arguments["width"].source.startswith("call site written.py:")


def test_values_come_from_other_files(tmp_path: Path) -> None:
    train = "import argparse\nfrom written import Net\nparser = argparse.ArgumentParser()\n"
    train += "parser.add_argument('--model-width', type=int, default=33)\nargs = parser.parse_args()\n"
    train += "net = Net(args.model_width, depth=6)\n"
    net, made = built_from(tmp_path, "", train_py=train)
    assert (net.width, net.depth) == (33, 6)
    assert made.arguments["width"].source == "call site train.py:6"


class FarConfig:
    """The settings of an installed package's."""

    def __init__(self, width: int, depth: int = 8) -> None:
        self.width, self.depth = width, depth


@pytest.mark.parametrize("given", ["from far import FarConfig\nFarConfig(35)", "import far as f\nf.FarConfig(35)"])
def test_values_come_from_settings_of_installed_packages(
    given: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setitem(sys.modules, "far", SimpleNamespace(FarConfig=FarConfig))
    first, second = given.split("\n")
    other = f"from written import Net\n{first}\nconfig = {second}\nnet = Net(config.width, config.depth)\n"
    net, made = built_from(tmp_path, "", train_py=other)
    assert (net.width, net.depth) == (35, 8)
    assert made.assumptions == ()


def test_values_come_from_modules_of_installed_packages(tmp_path: Path) -> None:
    other = "from written import Net\nfrom torch.nn import Bilinear\nnet = Net(Bilinear(2, 3, 36).out_features)\n"
    net, made = built_from(tmp_path, "", train_py=other)
    assert net.width == 36
    assert made.assumptions == ()


@pytest.mark.parametrize(
    ("ending", "text", "load"),
    [
        ("yaml", "model:\n  width: 34\n  depth: 7\n", "yaml.safe_load"),
        ("json", '{"model": {"width": 34, "depth": 7}}', "json.load"),
    ],
)
def test_values_come_from_configuration_files(ending: str, text: str, load: str, tmp_path: Path) -> None:
    if ending == "yaml":
        pytest.importorskip("yaml")
    (tmp_path / f"net.{ending}").write_text(text)
    train = (
        f"from written import Net\nwith open('net.{ending}') as file:\n    cfg = {load}(file)\nNet(**cfg['model'])\n"
    )
    net, _ = built_from(tmp_path, "", train_py=train)
    assert (net.width, net.depth) == (34, 7)


@pytest.mark.parametrize(
    "other",
    ["class Net:\n    pass\nNet(99)\n", "from elsewhere import Net\nNet(99)\n", "from torch import nn\nnn.Net(99)\n"],
)
def test_another_class_of_the_same_name_says_nothing(other: str, tmp_path: Path) -> None:
    net, made = built_from(tmp_path, "", other_py=other)
    assert net.width == 64
    assert made.assumptions == ("`width` taken as 64",)


@pytest.mark.parametrize(
    "other",
    ["import written\nwritten.Net(99)\n", "import written as w\nw.Net(99)\n", "from written import *\nNet(99)\n"],
)
def test_the_class_is_known_by_other_names_of_its_module(other: str, tmp_path: Path) -> None:
    assert built_from(tmp_path, "", other_py=other)[0].width == 99


GIVE = "needs `tokenizer`, which cannot be guessed: write a call `Net(tokenizer=...)` in the project"


@pytest.mark.parametrize(
    ("body", "said"),
    [
        ("def __init__(self, tokenizer):\n        super().__init__()", GIVE),
        ("def __init__(self, weight: torch.Tensor):\n        super().__init__()", "needs `weight`"),
        ("def __init__(self):\n        open('/nowhere/table.bin')", "needs the file table.bin"),
        ("def __init__(self):\n        import no_such_package", "needs the package no_such_package"),
        ("def __init__(self, dim):\n        super().__init__()\n        self.inner = Net(dim)", "recurses without end"),
        ("def __init__(self):\n        raise RuntimeError('not today')", "RuntimeError: not today"),
        ("def __init__(self, dim):\n        assert dim > dim", "AssertionError"),
    ],
)  # fmt: skip
def test_what_cannot_be_built_says_what_to_give(body: str, said: str, tmp_path: Path) -> None:
    made = planned(tmp_path, f"class Net(nn.Module):\n    {body}\n")
    with pytest.raises(Unbuildable) as raised:
        made.built()
    assert said in str(raised.value)
    assert "\n" not in str(raised.value)


LAYERS = """
    Linear Bilinear Conv1d Conv2d Conv3d ConvTranspose2d MultiheadAttention LSTM GRU RNN LSTMCell Embedding
    EmbeddingBag LayerNorm RMSNorm GroupNorm BatchNorm1d BatchNorm2d InstanceNorm2d TransformerEncoderLayer
    TransformerDecoderLayer TransformerEncoder TransformerDecoder Transformer MaxPool2d AvgPool1d
    AdaptiveAvgPool2d Upsample Flatten PixelShuffle Dropout PReLU Softmax CrossEntropyLoss Identity ZeroPad2d Fold
    Unfold Unflatten Threshold Hardtanh LPPool2d ChannelShuffle GLU
""".split()


@pytest.mark.parametrize("layer", [getattr(nn, name) for name in LAYERS], ids=LAYERS)
def test_layers_of_the_library_are_built(layer: type) -> None:
    module = sys.modules[layer.__module__]
    with torch.device("meta"):
        assert isinstance(plan(layer, Surroundings(Project(str(module.__file__)))).built(), layer)
