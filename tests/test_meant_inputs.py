"""What a model was meant to take says that it is wrong, where only another input runs; right models stay silent."""

from __future__ import annotations

from pathlib import Path

import pytest

from axiswise.checking import check
from axiswise.config import Options
from axiswise.diagnosis import Report
from axiswise.sandbox import Sandbox

HEAD = "import torch\nfrom einops import rearrange\nfrom torch import nn\n\n\n"
TOWER = """class Tower(nn.Module):
    def __init__(self, image_size=48, num_channels=3, width=16):
        super().__init__()
        self.stem = nn.Conv2d(num_channels, width, 4, stride=4)
        self.place = nn.Parameter(torch.zeros(1, (image_size // 4) ** 2, width))
        self.head = nn.Linear(width, 7)

    def forward(self, image):
        cells = rearrange(self.stem(image), "b c h w -> b (h w) c")
        return self.head((cells + self.place).mean(1))
"""
HOUSE = "\n\nTower(image_size=48)\n"
WORDS = """class Tower(nn.Module):
    def __init__(self, words=50, width=16):
        super().__init__()
        self.table, self.places = nn.Embedding(words, width), nn.Embedding(40, width)
        self.head = nn.Linear(width, 7)

    def forward(self, input_ids):
        seen = self.table(input_ids)
        return self.head(seen + self.places(torch.arange(seen.shape[1])))


Tower(words=50)
"""
WINDOWS = """class Tower(nn.Module):
    def __init__(self, width=16):
        super().__init__()
        self.stem, self.mixed = nn.Conv2d(3, width, 2, stride=2), nn.Linear(width, width)
        self.place = nn.Parameter(torch.zeros(16, width))

    def forward(self, x):
        cells = rearrange(self.stem(x), "b c (h p) (w q) -> (b h w) (p q) c", p=4, q=4)
        return self.mixed(cells) + self.place


Tower(width=16)
"""


def checked(text: str, folder: Path, sandbox: Sandbox) -> Report:
    path = folder / "tower.py"
    path.write_text(HEAD + text)
    return check([f"{path}::Tower"], Options(), sandbox=sandbox)


@pytest.mark.parametrize(
    ("right", "wrong", "fix"),
    [
        ("self.stem(image)", "self.stem(image[0])", "take the index out"),
        ("self.stem(image)", "self.stem(image.unsqueeze(1))", "take the unsqueeze out"),
        ("self.stem(image)", "self.stem(image.transpose(0, 1))", "take the transpose out"),
        ("self.stem(image)", "self.stem(image)[:, :, 1:]", ""),
    ],
)
def test_another_input_that_gets_by_is_not_what_was_meant(
    right: str, wrong: str, fix: str, tmp_path: Path, warm: Sandbox
) -> None:
    report = checked(TOWER.replace(right, wrong) + HOUSE, tmp_path, warm)
    (finding,) = report.findings
    assert "`image` of (6, 3, 48, 48)" in finding.notes[-1].message
    assert not fix or finding.fixes[0].title == fix
    assert not fix or finding.fixes[0].verdict.startswith("verified")


@pytest.mark.parametrize(
    ("model", "right", "wrong", "fix"),
    [
        (WORDS, "self.table(input_ids)", "self.table(input_ids[0])", "take the index out"),
        (WINDOWS, "self.mixed(cells)", "self.mixed(cells.transpose(0, 1))", "take the transpose out"),
    ],
    ids=["one example of the batch", "a batch where a number of the model's own is asked for"],
)
def test_what_no_batch_makes_up_for_is_told(
    model: str, right: str, wrong: str, fix: str, tmp_path: Path, warm: Sandbox
) -> None:
    assert checked(model, tmp_path, warm).findings == ()
    (finding,) = checked(model.replace(right, wrong), tmp_path, warm).findings
    assert finding.severity == "note"
    assert finding.fixes[0].title == fix
    assert finding.fixes[0].verdict.startswith("verified")


TABLE = """class Tower(nn.Module):
    def __init__(self, words=50, width=16):
        super().__init__()
        self.table, self.places = nn.Embedding(words, width), nn.Embedding(40, width)
        self.register_buffer("order", torch.arange(40))

    def forward(self, {name}):
        seen = self.table({name})
        return seen + self.places(self.order{part})


Tower(words=50)
"""


def test_ids_of_one_length_only_are_told_of_where_a_fix_lets_them_have_any(tmp_path: Path, warm: Sandbox) -> None:
    assert checked(TABLE.format(name="input_ids", part="[: seen.shape[1]]"), tmp_path, warm).findings == ()
    (finding,) = checked(TABLE.format(name="input_ids", part=""), tmp_path, warm).findings
    assert (finding.rule, finding.severity) == ("broadcast-mismatch", "note")
    assert "it runs with `input_ids` of (6, 40)" in finding.notes[-1].message
    assert finding.fixes[0].verdict.startswith("verified")
    assert checked(TABLE.format(name="places", part=""), tmp_path, warm).findings == ()


ALONE = """class Tower(nn.Module):
    def __init__(self, words=50, width=16):
        super().__init__()
        self.table, self.asked = nn.Embedding(words, width), nn.Linear(width, width)

    def forward(self, {names}):
        seen = self.table({first}) + self.table({last})
        parts = self.asked(seen[0]).view(*{last}.shape, 2, 8).transpose(1, 2)
        return parts @ parts.transpose(-1, -2)


Tower(words=50)
"""


def test_a_model_that_runs_on_a_single_example_only_is_told_of(tmp_path: Path, warm: Sandbox) -> None:
    (finding,) = checked(ALONE.format(names="input_ids", first="input_ids", last="input_ids"), tmp_path, warm).findings
    assert (finding.rule, finding.severity) == ("reshape-count", "note")
    assert "it runs with `input_ids` of (1, 12)" in finding.notes[-1].message
    assert finding.fixes[0].verdict == "verified"
    assert "batch >= 1" in finding.fixes[0].holds_for
    unnamed = checked(ALONE.format(names="near, far", first="near", last="far"), tmp_path, warm)
    assert unnamed.findings == ()
    assert unnamed.targets[0].status == "partial"
    assert "a batch of one only" in (unnamed.targets[0].reason or "")


CENTRED = """class Tower(nn.Module):
    def forward(self, x, y):
        apart = x - x.mean(dim={axis}), y - y.mean(dim=0)
        n, d = x.shape
        shared = [each.T @ each / (n - 1) for each in apart]
        return sum(each.pow(2).sum() - each.diagonal().pow(2).sum() + d for each in shared)


Tower()
"""


def test_a_batch_that_meets_another_axis_is_told_of_though_a_single_example_gets_by(
    tmp_path: Path, warm: Sandbox
) -> None:
    (finding,) = checked(CENTRED.format(axis=1), tmp_path, warm).findings
    assert (finding.rule, finding.severity) == ("broadcast-mismatch", "note")
    assert finding.fixes[0].verdict == "verified"
    assert checked(CENTRED.format(axis=0), tmp_path, warm).findings == ()


SERIES = """class Tower(nn.Module):
    def __init__(self, steps=96, width=64):
        super().__init__()
        self.embed, self.head = nn.Linear(steps, width), nn.Linear(width, 24)

    def forward(self, x):
        x = x / x.std(dim=1, keepdim={kept})
        _, _, variates = x.shape
        return self.head(self.embed(x.transpose(1, 2))).transpose(1, 2)[:, :, :variates]


Tower()
"""


def test_axes_that_are_unpacked_behind_a_scaling_are_those_of_the_input(tmp_path: Path, warm: Sandbox) -> None:
    (finding,) = checked(SERIES.format(kept=False), tmp_path, warm).findings
    first = finding.fixes[0]
    assert (finding.rule, first.title, first.verdict) == ("broadcast-mismatch", "keep axis 1 of the std", "verified")
    assert checked(SERIES.format(kept=True), tmp_path, warm).findings == ()


def test_no_fix_asks_for_the_batch_that_was_made_up(tmp_path: Path, warm: Sandbox) -> None:
    turned = WORDS.replace("seen + self.places(torch.arange(seen.shape[1]))", "seen.mean(1).t()")
    (finding,) = checked(turned, tmp_path, warm).findings
    assert finding.fixes
    assert all(fix.verdict == "verified" and "batch >= 1" in fix.holds_for for fix in finding.fixes)


FILM = """class Tower(nn.Module):
    def __init__(self, width=32):
        super().__init__()
        self.stem, self.head = nn.Conv3d(3, width, 2, stride=2), nn.Linear(width, 5)

    def forward(self, taken):
        return self.head(self.stem({taken}).mean((2, 3, 4)))
"""
SHOWN = """

if __name__ == "__main__":
    tower = Tower()
    print(tower(torch.randn({shape})).shape)
"""
EXPECTED = """

def test_images_are_refused():
    tower = Tower()
    with pytest.raises(RuntimeError):
        tower(torch.randn(2, 7, 16))
"""


def test_what_the_project_calls_a_model_with_was_meant(tmp_path: Path, warm: Sandbox) -> None:
    wrong = FILM.format(taken="taken[0]")
    (finding,) = checked(wrong + SHOWN.format(shape="4, 3, 8, 16, 16"), tmp_path, warm).findings
    assert finding.severity == "note"
    assert "`taken` of (4, 3, 8, 16, 16), as the project calls it" in finding.notes[-1].message
    assert finding.fixes[0].title == "take the index out"
    assert finding.fixes[0].verdict.startswith("verified")
    assert checked(wrong + SHOWN.format(shape="2, 4, 3, 8, 16, 16"), tmp_path, warm).findings == ()
    assert checked(FILM.format(taken="taken") + SHOWN.format(shape="2, 3, 8, 16, 16"), tmp_path, warm).findings == ()


def test_a_call_that_a_test_expects_to_raise_was_not_meant(tmp_path: Path, warm: Sandbox) -> None:
    report = checked(FILM.format(taken="taken") + EXPECTED, tmp_path, warm)
    assert report.findings == ()
    assert report.targets[0].status == "checked"


RIGHT = {
    "as it is": TOWER + HOUSE,
    "an image as large as a layer is wide": TOWER + HOUSE.replace("image_size=48", "image_size=32, width=32"),
    "several images of each": TOWER.replace("self.stem(image)", "self.stem(image.flatten(0, 1))").replace(
        "image)", "images)"
    ),
    "images that were flattened before": (
        "class Tower(nn.Module):\n    def __init__(self):\n        super().__init__()\n"
        "        self.hidden = nn.Linear(784, 10)\n\n    def forward(self, images):\n"
        "        return self.hidden(images.flatten(1))\n"
    ),
    "noise that is given two axes": (
        "class Tower(nn.Module):\n    def __init__(self):\n        super().__init__()\n"
        "        self.up = nn.ConvTranspose2d(20, 8, 4)\n\n    def forward(self, noise):\n"
        "        return self.up(noise[:, :, None, None])\n"
    ),
    "indices whose axes are unpacked": (
        "class Tower(nn.Module):\n    def __init__(self):\n        super().__init__()\n"
        "        self.table = nn.Embedding(30, 8)\n\n    def forward(self, places):\n"
        "        b, t = places.shape\n        return self.table(places).view(b, t * 8)\n"
    ),
}


@pytest.mark.parametrize("kind", RIGHT)
def test_right_models_that_take_something_else_are_let_be(kind: str, tmp_path: Path, warm: Sandbox) -> None:
    report = checked(RIGHT[kind], tmp_path, warm)
    assert report.findings == ()
