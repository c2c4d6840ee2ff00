"""What `check` does with whole scripts: what it runs, what it decides, what it finds, what it proves."""

from __future__ import annotations

import textwrap
from pathlib import Path

import pytest

from axiswise.checking import check
from axiswise.diagnosis import Report
from axiswise.sandbox import Sandbox

HEAD = "import torch\nimport torch.nn as nn\nfrom torch.utils.data import DataLoader, TensorDataset\n"


@pytest.fixture
def checked(tmp_path: Path, warm: Sandbox):
    def run(program: str, name: str = "program.py") -> Report:
        path = tmp_path / name
        path.write_text(HEAD + textwrap.dedent(program), "utf-8")
        return check([str(path)], sandbox=warm)

    return run


def line_of(program: str, part: str) -> int:
    lines = (HEAD + textwrap.dedent(program)).splitlines()
    return next(number for number, line in enumerate(lines, 1) if part in line)


RIGHT = {
    "values are decided": """
        x = torch.randn(8, 3)
        loss = x.pow(2).mean()
        best = 1.0
        while loss.item() > 0.5:
            loss = loss * 0.9
        if loss < best:
            best = float(loss)
        print(loss, f"{loss.item():.3f}", x.tolist(), x.numpy().shape, bool((x > 0).any()))
        assert torch.isfinite(loss)
    """,
    "devices are labels": """
        device = torch.device("cuda" if torch.cuda.is_available() else "cpu")
        net = nn.Linear(3, 4).to(device)
        x = torch.randn(5, 3, device=device)
        y = torch.ones(5, 4).cuda()
        print((net(x) + y).cpu().detach().numpy().sum(), x.device, x.is_cuda, torch.cuda.device_count())
    """,
    "small values are known": """
        lengths = torch.tensor([3, 5, 2])
        table = torch.zeros(3, int(lengths.max()))
        mask = torch.arange(5)[None, :] < lengths[:, None]
        print((table * mask).shape, table[mask].shape, table[lengths > 2].shape)
        for row, length in enumerate(lengths):
            table[row, :length] = torch.ones(length)
    """,
    "a mask selects as many of both": """
        x = torch.randn(10, 4)
        y = torch.randn(10)
        keep = y > 0
        print(nn.functional.mse_loss(x[keep].sum(1), y[keep]))
    """,
    "arrays pick rows, as tensors do": """
        import numpy as np

        states, actions, order = torch.randn(32, 4), torch.randint(0, 4, (32,)), np.arange(32)
        np.random.shuffle(order)
        net = nn.Linear(4, 4)
        for begin in range(0, 32, 8):
            rows = order[begin : begin + 8]
            chosen = net(states[rows]).log_softmax(-1)[torch.arange(8), actions[rows]]
            loss = (chosen * states[rows, 0]).mean()
            states[rows] = 0.0
        kept = np.random.rand(32) > 0.5
        print(states[kept].shape, states[np.array([[0, 1], [2, 3]])].shape, states[:, np.newaxis].shape)
    """,
    "lengths read from a tensor add up": """
        targets, scores = torch.randint(0, 9, (20,)), nn.Linear(4, 9)(torch.randn(5, 4))
        lengths = scores.argmax(1) + 1
        parts = torch.split(targets, lengths.tolist())
        print(len(parts), targets.split([3, *lengths[:2].tolist()])[0].view(lengths[0].item(), -1, 3))
        print(torch.unique_consecutive(scores.argmax(1)).tolist())
    """,
    "boxes are suppressed until none is left": """
        boxes, scores = torch.rand(40, 4), torch.rand(40)
        order, keep = scores.argsort(descending=True), []
        while order.numel() > 0:
            first, rest = order[0], order[1:]
            keep.append(first.item())
            order = rest[(boxes[rest] - boxes[first]).abs().sum(1) > 0.5]
        print(torch.tensor(keep))
    """,
    "a collate_fn puts time first": """
        sentences = [torch.randint(1, 50, (3 + place % 5,)) for place in range(64)]
        loader = DataLoader(sentences, batch_size=16, collate_fn=torch.nn.utils.rnn.pad_sequence)
        table, layers = nn.Embedding(50, 32), nn.TransformerEncoder(nn.TransformerEncoderLayer(32, 4), 1)
        for words in loader:
            print(layers(table(words)).shape)
    """,
    "training is not run to its end": """
        net = nn.Linear(3, 1)
        data = TensorDataset(torch.randn(64000, 3), torch.randn(64000, 1))
        optimizer = torch.optim.SGD(net.parameters(), lr=0.1)
        scheduler = torch.optim.lr_scheduler.StepLR(optimizer, 10)
        scaler = torch.amp.GradScaler("cuda")
        for epoch in range(100000):
            for x, y in DataLoader(data, batch_size=8, shuffle=True, num_workers=4, pin_memory=True):
                optimizer.zero_grad()
                with torch.autocast("cuda", dtype=torch.float16):
                    loss = nn.functional.mse_loss(net(x), y)
                scaler.scale(loss).backward()
                nn.utils.clip_grad_norm_(net.parameters(), 1.0)
                scaler.step(optimizer)
                scaler.update()
            scheduler.step()
    """,
    "wrapped and compiled models": """
        net = torch.compile(nn.DataParallel(nn.Sequential(nn.Linear(3, 4), nn.ReLU())))
        print(net(torch.randn(2, 3)).shape, net.module[0].weight.grad)
    """,
    "what is saved can be loaded": """
        net = nn.Linear(3, 4)
        torch.save({"model": net.state_dict(), "epoch": 3}, "checkpoint.pt")
        again = nn.Linear(3, 4)
        again.load_state_dict(torch.load("checkpoint.pt")["model"])
    """,
    "gradients are there": """
        w = torch.zeros(3, requires_grad=True)
        (w * 2).sum().backward()
        with torch.no_grad():
            w -= 0.1 * w.grad
        (grad,) = torch.autograd.grad((w**2).sum(), w, create_graph=True)
        print(grad.norm())
    """,
    "a list that a long loop fills": """
        words = [1, 2]
        noise = torch.rand(20000)
        for step in range(2, 20000):
            words.append(3 if noise[step] < 0.05 else (words[-1] + words[-2]) % 7)
        data = torch.tensor(words)
        start = torch.randint(0, len(data) - 19000, (4,))
        print(torch.stack([data[each : each + 100] for each in start.tolist()]).shape)
    """,
    "a list that a loop over pairs fills": """
        times = torch.rand(9000)
        state, states = torch.zeros(2), [torch.zeros(2)]
        for before, after in zip(times[:-1], times[1:]):
            state = state + (after - before) * state
            states.append(state)
        print(torch.stack(states) - torch.randn(9000, 2))
    """,
    "drawn until it is right": """
        seen = torch.rand(50, 20) > 0.5

        def drawn(users):
            items = torch.randint(0, 20, users.shape)
            while True:
                bad = seen[users, items]
                if not bad.any():
                    return items
                items[bad] = torch.randint(0, 20, (int(bad.sum()),))

        table, optimizer = nn.Embedding(20, 4), None
        optimizer = torch.optim.SGD(table.parameters(), lr=0.1)
        for _ in range(40):
            for part in torch.randperm(50).split(8):
                loss = table(drawn(part)).sum()
                loss.backward()
                optimizer.step()
    """,
    "the best of a beam": """
        best, ended = torch.rand(6).topk(1).values, torch.rand(1) > 0.5
        for place in ended.nonzero().flatten().tolist():
            print(best[place].item())
        first = int(torch.randint(0, 3, (1,)))
        print(best[first - 1 if first > 3 else 0])
    """,
    "a state that is kept": """
        import copy

        model = nn.Sequential(nn.Linear(4, 4), nn.BatchNorm1d(4))
        best, kept = -1.0, None
        for epoch in range(30):
            loss = model(torch.randn(8, 4)).pow(2).mean()
            loss.backward()
            if loss.item() > best:
                best, kept = loss.item(), copy.deepcopy(model.state_dict())
        twin = copy.deepcopy(model)
        twin.load_state_dict(kept)
        assert isinstance(twin[0].weight, nn.Parameter) and twin[0].weight is not model[0].weight
        print(twin(torch.randn(8, 4)))
    """,
    "a sampler of each class": """
        labels = torch.randint(0, 5, (400,))
        places = [torch.nonzero(labels == each).flatten() for each in labels.unique()]
        batch = [place for each in places for place in each[torch.randperm(len(each))[:8]].tolist()]
        assert len(places) == 5 and len(batch) == 40
        print(nn.Embedding(400, 3)(torch.tensor(batch)))
    """,
    "arrays and numbers that are written": """
        import numpy as np

        def observed(place, size=5):
            return np.array([place, size - 1], dtype=np.float32) / size * 0.5

        print(nn.Linear(2, 4)(torch.from_numpy(observed(3))))
    """,
}


@pytest.mark.parametrize("name", RIGHT)
def test_right_programs_are_checked_and_silent(checked, name):
    report = checked(RIGHT[name])
    assert [finding.message for finding in report.findings] == []
    assert [(target.status, target.reason) for target in report.targets] == [("checked", None)]
    assert report.targets[0].ops > 0


def test_decisions_are_listed(checked):
    report = checked(RIGHT["values are decided"])
    assert any("taken as" in assumption for assumption in report.targets[0].assumptions)


def test_the_other_branch_is_tried(checked):
    program = """
        x = torch.randn(4, 3)
        if x.sum() > 0:
            y = x
        else:
            y = nn.Linear(5, 2)(x)
    """
    report = checked(program)
    assert [(finding.rule, finding.raised_at.line) for finding in report.findings] == [
        ("linear-in-features", line_of(program, "nn.Linear(5, 2)"))
    ]


def test_a_swallowed_error_is_found_and_mended(checked):
    program = """
        net = nn.Linear(10, 4)
        try:
            net(torch.randn(3, 12))
        except RuntimeError as error:
            print("skipped", error)
        print("goes on")
    """
    report = checked(program)
    assert [finding.rule for finding in report.findings] == ["linear-in-features"]
    assert report.findings[0].exception.message == "mat1 and mat2 shapes cannot be multiplied (3x12 and 10x4)"
    assert report.findings[0].fixes[0].verdict == "verified"


def test_a_frozen_batch_is_found_at_the_smaller_last_batch(checked):
    program = """
        class Net(nn.Module):
            def __init__(self):
                super().__init__()
                self.out = nn.Linear(12, 2)

            def forward(self, x):
                return self.out(x.view(32, 12))

        net = Net()
        for x, y in DataLoader(TensorDataset(torch.randn(100, 3, 4), torch.zeros(100)), batch_size=32):
            net(x).sum().backward()
    """
    report = checked(program)
    finding = report.findings[0]
    assert (finding.rule, finding.span.line) == ("frozen-batch", line_of(program, "x.view(32, 12)"))
    assert finding.fixes[0].verdict == "verified"
    assert finding.fixes[0].holds_for == "batch 32 and 4"


def test_two_faults_are_two_findings(checked):
    program = """
        first = nn.Linear(10, 20)
        second = nn.Linear(30, 5)
        y = second(first(torch.randn(4, 10)))
        torch.cat([torch.zeros(2, 3), torch.zeros(2, 4)], dim=0)
    """
    report = checked(program)
    assert [finding.rule for finding in report.findings] == ["linear-in-features", "join-mismatch"]
    assert all(fix.verdict == "verified" for finding in report.findings for fix in finding.fixes[:1])


UNFINISHED = {
    "a missing file": ('open("nowhere/data.csv")', "FileNotFoundError", "skipped"),
    "a missing file later": ('torch.zeros(3) + 1\nopen("nowhere/data.csv")', "FileNotFoundError", "partial"),
    "a missing package": ("import no_such_package_here", "no_such_package_here", "skipped"),
    "a missing argument": ("import sys\ntorch.zeros(3)\nsys.exit(2)", "exit status 2", "partial"),
    "its own end": ("import os\ntorch.zeros(3) + 1\nos._exit(3)", "os._exit(3)", "partial"),
    "standard input": ("name = input()", "EOFError", "skipped"),
    "a bug of another kind": ("torch.zeros(3) + 1\nprint(undefined_name)", "NameError", "partial"),
}


@pytest.mark.parametrize("name", UNFINISHED)
def test_what_could_not_be_run_is_said(checked, name):
    program, words, status = UNFINISHED[name]
    report = checked(program)
    assert report.findings == ()
    assert report.targets[0].status == status
    assert words in report.targets[0].reason


def test_modules_of_the_users_are_followed(checked, tmp_path):
    models = "import torch.nn as nn\n\n\ndef build():\n    return nn.Linear(7, 2)\n"
    (tmp_path / "models.py").write_text(models, "utf-8")
    report = checked("from models import build\nbuild()(torch.randn(3, 5))\n")
    finding = report.findings[0]
    assert (Path(finding.span.path).name, finding.span.line) == ("models.py", 5)
    assert finding.fixes[0].verdict == "verified"


def test_nothing_is_written(checked, tmp_path):
    checked('torch.save(torch.zeros(3), "weights.pt")\nopen("log.txt", "w").write("x")\n')
    assert sorted(path.name for path in tmp_path.iterdir()) == ["program.py"]
