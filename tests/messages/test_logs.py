"""Tracebacks in logs of every style."""

from __future__ import annotations

import pytest

from axiswise.source.log import LoggedFrame, read_log

MESSAGE = "mat1 and mat2 shapes cannot be multiplied (4x256 and 400x120)"
PLAIN = f"""\
Traceback (most recent call last):
  File "/home/me/train.py", line 10, in <module>
    Net()(torch.rand(4, 256))
  File "/home/me/train.py", line 8, in forward
    x = torch.relu(self.fc1(x))
                   ^^^^^^^^^^^
RuntimeError: {MESSAGE}
"""
FRAMES = (
    LoggedFrame("/home/me/train.py", 10, "<module>", "Net()(torch.rand(4, 256))"),
    LoggedFrame("/home/me/train.py", 8, "forward", "x = torch.relu(self.fc1(x))", (15, 26)),
)


def test_plain() -> None:
    (error,) = read_log("epoch 1\n\n" + PLAIN + "bye\n")
    assert (error.type, error.message, error.frames) == ("RuntimeError", MESSAGE, FRAMES)
    assert (error.line, error.end) == (3, 10)


@pytest.mark.parametrize(
    "prefix",
    [
        "[rank0]: ",
        "2024-05-01 12:00:00,123 - ERROR - ",
        "2024-05-01T12:00:00.123Z stderr F ",
        "trainer-1  | ",
        "(RayTrainWorker pid=4711, ip=10.0.0.3) ",
        "[1,3]<stderr>:",
        "    ",
    ],
)
def test_prefixes(prefix: str) -> None:
    text = "".join(prefix + line + "\n" for line in PLAIN.splitlines())
    (error,) = read_log(text)
    assert (error.type, error.message, error.frames) == ("RuntimeError", MESSAGE, FRAMES)


def test_prefix_of_the_first_line_only() -> None:
    (error,) = read_log("2024-05-01 12:00:00,123 ERROR root " + PLAIN)
    assert (error.type, error.frames) == ("RuntimeError", FRAMES)


def test_a_time_that_runs_on() -> None:
    lines = PLAIN.splitlines()
    (error,) = read_log("\n".join(f"12:00:{second:02} ERROR {line}" for second, line in enumerate(lines)))
    assert (error.message, error.frames) == (MESSAGE, FRAMES)


def test_ranks_that_write_between_each_other() -> None:
    lines = PLAIN.splitlines()
    text = "\n".join(f"[rank{rank}]: {line}" for line in lines for rank in range(2))
    errors = read_log(text)
    assert errors[0].frames == FRAMES
    assert errors[0].message == MESSAGE


def test_colours() -> None:
    text = PLAIN.replace("Traceback", "\x1b[31mTraceback").replace("RuntimeError", "\x1b[1;35mRuntimeError\x1b[0m")
    (error,) = read_log(text)
    assert (error.type, error.message, error.frames) == ("RuntimeError", MESSAGE, FRAMES)


def test_windows() -> None:
    text = PLAIN.replace("/home/me/", "C:\\Users\\me\\").replace("\n", "\r\n")
    (error,) = read_log(text)
    assert [frame.path for frame in error.frames] == ["C:\\Users\\me\\train.py"] * 2
    assert error.message == MESSAGE


def test_chained() -> None:
    text = (
        PLAIN
        + "\nDuring handling of the above exception, another exception occurred:\n\n"
        + PLAIN.replace("RuntimeError: " + MESSAGE, "ValueError: the model failed")
        + "\n\n"
        + PLAIN
    )
    first, second, third = read_log(text)
    assert (first.type, second.type, third.type) == ("RuntimeError", "ValueError", "RuntimeError")
    assert first.chain == second.chain != third.chain
    assert second.frames == FRAMES


def test_messages_of_several_lines() -> None:
    text = PLAIN.replace(
        "RuntimeError: " + MESSAGE,
        "RuntimeError: Error(s) in loading state_dict for Net:\n"
        '\tMissing key(s) in state_dict: "a". \n'
        "\tsize mismatch for b: copying a param with shape torch.Size([2]) from checkpoint, "
        "the shape in current model is torch.Size([3]).",
    )
    (error,) = read_log(text + "next line\n")
    assert error.message.splitlines()[1].strip() == 'Missing key(s) in state_dict: "a".'
    assert error.message.endswith("torch.Size([3]).")


def test_unindented_lines_of_a_message_behind_a_prefix() -> None:
    lines = [*PLAIN.splitlines(), "Compile with `TORCH_USE_CUDA_DSA` to enable device-side assertions."]
    (error,) = read_log("\n".join("[rank0]: " + line for line in lines))
    assert error.message.endswith("device-side assertions.")


def test_frames_of_several_lines() -> None:
    text = PLAIN.replace(
        "    x = torch.relu(self.fc1(x))\n                   ^^^^^^^^^^^\n",
        "    x = torch.relu(\n        ~~~~~^\n      self.fc1(x),\n    ...<2 lines>...\n    )\n",
    )
    (error,) = read_log(text)
    assert error.frames[-1] == LoggedFrame("/home/me/train.py", 8, "forward", "x = torch.relu(", (4, 10))
    assert error.message == MESSAGE


def test_cut_at_either_end() -> None:
    lines = PLAIN.splitlines()
    (headless,) = read_log("\n".join(lines[3:]))
    assert (headless.type, headless.message, headless.frames) == ("RuntimeError", MESSAGE, FRAMES[1:])
    (prefixed,) = read_log("\n".join("[rank0]: " + line for line in lines[3:]))
    assert (prefixed.message, prefixed.frames) == (MESSAGE, FRAMES[1:])
    (endless,) = read_log("\n".join(lines[:-1]))
    assert (endless.type, endless.message, endless.frames) == ("", "", FRAMES)


IPYTHON = f"""\
---------------------------------------------------------------------------
RuntimeError                              Traceback (most recent call last)
Cell In[3], line 2
      1 net = Net()
----> 2 net(torch.rand(4, 256))

File ~/venv/lib/python3.12/site-packages/torch/nn/modules/module.py:1739, in Module._call_impl(self, *args, **kwargs)
   1737     return self._compiled_call_impl(*args, **kwargs)
   1738 else:
-> 1739     return self._call_impl(*args, **kwargs)

File ~/work/model.py:8, in Net.forward(self, x)
      7 def forward(self, x):
----> 8     x = torch.relu(self.fc1(x))
      9     return x

RuntimeError: {MESSAGE}
"""
OLD_IPYTHON = f"""\
---------------------------------------------------------------------------
RuntimeError                              Traceback (most recent call last)
<ipython-input-3-1a2b3c> in <module>()
      1 net = Net()
----> 2 net(torch.rand(4, 256))

/home/me/model.py in forward(self, x)
      7     def forward(self, x):
----> 8         x = torch.relu(self.fc1(x))
      9         return x

RuntimeError: {MESSAGE}
"""


def test_notebooks() -> None:
    (error,) = read_log(IPYTHON)
    assert (error.type, error.message) == ("RuntimeError", MESSAGE)
    assert [(frame.path, frame.line, frame.text) for frame in error.frames] == [
        ("Cell In[3]", 2, "net(torch.rand(4, 256))"),
        (
            "~/venv/lib/python3.12/site-packages/torch/nn/modules/module.py",
            1739,
            "return self._call_impl(*args, **kwargs)",
        ),
        ("~/work/model.py", 8, "x = torch.relu(self.fc1(x))"),
    ]


def test_older_notebooks() -> None:
    (error,) = read_log(OLD_IPYTHON)
    assert (error.type, error.message) == ("RuntimeError", MESSAGE)
    assert [(frame.path, frame.line, frame.text) for frame in error.frames] == [
        ("<ipython-input-3-1a2b3c>", 2, "net(torch.rand(4, 256))"),
        ("/home/me/model.py", 8, "x = torch.relu(self.fc1(x))"),
    ]


PYTEST = f"""\
=================================== FAILURES ===================================
___________________________________ test_net ___________________________________

    def test_net():
>       Net()(torch.rand(4, 256))

tests/test_net.py:12: 
_ _ _ _ _ _ _ _ _ _ _ _ _ _ _ _ _ _ _ _ _ _ _ _ _ _ _ _ _ _ _ _ _ _ _ _ _ _ _ _

self = Net(), x = tensor([[0.1]])

    def forward(self, x):
>       x = torch.relu(self.fc1(x))
E       RuntimeError: {MESSAGE}
E       second line

model.py:8: RuntimeError
=========================== short test summary info ============================
"""
PYTEST_SHORT = f"""\
___________________________________ test_net ___________________________________
tests/test_net.py:12: in test_net
    Net()(torch.rand(4, 256))
model.py:8: in forward
    x = torch.relu(self.fc1(x))
E   RuntimeError: {MESSAGE}
"""


@pytest.mark.parametrize(("text", "message"), [(PYTEST, MESSAGE + "\nsecond line"), (PYTEST_SHORT, MESSAGE)])
def test_pytest(text: str, message: str) -> None:
    (error,) = read_log(text)
    assert (error.type, error.message) == ("RuntimeError", message)
    assert error.frames == (
        LoggedFrame("tests/test_net.py", 12, "test_net", "Net()(torch.rand(4, 256))"),
        LoggedFrame("model.py", 8, "forward", "x = torch.relu(self.fc1(x))"),
    )


def test_warnings_and_single_lines() -> None:
    warned, single = read_log(
        "train.py:7: UserWarning: Using a target size (torch.Size([4])) that is different to the input size\n"
        "  loss = F.mse_loss(out, y)\n"
        f"ERROR 12:00 RuntimeError: {MESSAGE}\n"
    )
    assert (warned.type, warned.frames) == (
        "UserWarning",
        (LoggedFrame("train.py", 7, "", "loss = F.mse_loss(out, y)"),),
    )
    assert (single.type, single.message, single.frames) == ("RuntimeError", MESSAGE, ())


def test_logs_without_errors() -> None:
    assert read_log("epoch 1: loss 0.3\nsaved model.py:3 of it\n\nFile list: a.py, b.py\n") == []
    assert read_log("") == []
