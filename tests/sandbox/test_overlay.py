"""Programs write as they like and see what they wrote; the real files stay as they are (which `run` checks)."""

from __future__ import annotations

import json
import os
import shutil
import stat
import subprocess
import sys
import tempfile
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from axiswise.sandbox import Job, Sandbox
from tests.sandbox import programs
from tests.sandbox.pictures import Run, picture

PROGRAMS = {
    "write": "open('a.txt', 'w').write('new'); result = open('a.txt').read()",
    "append": "open('a.txt', 'a').write('new'); result = open('a.txt').read()",
    "update": "f = open('a.txt', 'r+'); f.write('RE'); f.close(); result = open('a.txt').read()",
    "create": "open('new.txt', 'x').write('1'); import os; result = sorted(os.listdir())",
    "create again": """
try:
    open('a.txt', 'x')
except FileExistsError as error:
    result = [error.filename, error.errno]
""",
    "delete": "import os; os.remove('a.txt'); result = [os.path.exists('a.txt'), sorted(os.listdir())]",
    "delete and write": "import os; os.remove('a.txt'); open('a.txt', 'a').write('x'); result = open('a.txt').read()",
    "rename": "import os; os.rename('a.txt', 'c.txt'); result = [sorted(os.listdir()), open('c.txt').read()]",
    "rename a folder": """
import os
os.rename('data', 'moved')
result = [sorted(os.listdir()), open('moved/deep/y.csv').read(), os.path.exists('data/x.csv'), os.path.exists('link')]
""",
    "replace atomically": """
import os
with open('a.txt.tmp', 'w') as f:
    f.write('whole')
os.replace('a.txt.tmp', 'a.txt')
result = [open('a.txt').read(), sorted(os.listdir())]
""",
    "mkdir": "import os; os.makedirs('runs/1/ckpt', exist_ok=True); result = [w[1] for w in os.walk('runs')]",
    "mkdir again": """
import os
try:
    os.mkdir('data')
except FileExistsError as error:
    result = str(error)
""",
    "chmod": "import os, stat; os.chmod('a.txt', 0o640); result = stat.S_IMODE(os.stat('a.txt').st_mode)",
    "fchmod": "import os; f = os.open('a.txt', 0); os.fchmod(f, 0o600); result = os.stat('a.txt').st_mode",
    "truncate": "import os; os.truncate('a.txt', 2); result = open('a.txt').read()",
    "utime": "import os; os.utime('a.txt', (5, 6)); result = os.stat('a.txt').st_mtime",
    "symlink": """
import os
os.symlink('a.txt', 's')
result = [open('s').read(), os.readlink('s'), os.path.islink('s')]
""",
    "write through a link": """
open('link/x.csv', 'w').write('9')
result = [open(folder + '/x.csv').read() for folder in ('link', 'data')]
""",
    "link": """
import os
os.link('a.txt', 'h')
open('h', 'a').write('!')
result = [open('a.txt').read(), open('h').read()]
""",
    "rename onto a hard link": """
import os
os.link('a.txt', 'h')
os.rename('a.txt', 'h')
result = sorted(os.listdir())
""",
    "chdir": """
import os
os.makedirs('out/sub')
os.chdir('out')
open('f', 'w').write('1')
os.chdir('sub')
result = [os.path.basename(os.getcwd()), open('../f').read(), open('../../a.txt').read(), os.listdir('..')]
""",
    "pathlib": """
from pathlib import Path
p = Path('runs') / 'x'
p.mkdir(parents=True)
(p / 'f.txt').write_text('é', encoding='utf-8')
Path('a.txt').unlink()
result = [sorted(map(str, Path().rglob('*'))), (p / 'f.txt').read_text(encoding='utf-8'), Path('a.txt').exists()]
""",
    "rmtree": "import shutil, os; shutil.rmtree('data'); result = [os.path.exists('data'), os.path.exists('link')]",
    "rmtree and again": """
import shutil, os
shutil.rmtree('data')
os.mkdir('data')
result = [os.listdir('data'), os.path.exists('data/x.csv')]
""",
    "copytree": "import shutil, os; shutil.copytree('data', 'copy'); result = sorted(os.listdir('copy'))",
    "move": "import shutil, os; shutil.move('a.txt', 'data'); result = sorted(os.listdir('data'))",
    "glob": "import glob; open('data/z.csv', 'w').close(); result = sorted(glob.glob('**/*.csv', recursive=True))",
    "logging": """
import logging
logging.basicConfig(filename='train.log', level='INFO')
logging.info('epoch %d', 1)
logging.shutdown()
result = open('train.log').read()
""",
    "tempfile": """
import tempfile, os
with tempfile.TemporaryDirectory(dir='.') as d, tempfile.NamedTemporaryFile('w+', dir=d) as f:
    f.write('x')
    f.flush()
    result = open(f.name).read()
with tempfile.TemporaryFile() as f, tempfile.TemporaryFile(dir='.') as g:
    f.write(b'y')
    g.write(b'z')
result = [result, sorted(os.listdir())]
""",
    "zip and gzip and tar": """
import zipfile, gzip, tarfile, bz2, lzma
with zipfile.ZipFile('z.zip', 'w') as z: z.write('a.txt')
for library, name in ((gzip, 'g.gz'), (bz2, 'b.bz2'), (lzma, 'l.xz')):
    with library.open(name, 'wb') as f: f.write(b'1')
with tarfile.open('t.tar', 'w') as t: t.add('data')
names = sorted(tarfile.open('t.tar').getnames())
result = [zipfile.ZipFile('z.zip').namelist(), gzip.open('g.gz').read().decode(), names]
""",
    "json and pickle and csv": """
import json, pickle, csv, shelve
json.dump({'a': 1}, open('j.json', 'w'))
pickle.dump([1], open('p.pkl', 'wb'))
csv.writer(open('c.csv', 'w', newline='')).writerow([1, 2])
result = [json.load(open('j.json')), pickle.load(open('p.pkl', 'rb')), open('c.csv').read()]
""",
    "sqlite": """
import sqlite3, os
with sqlite3.connect('runs.db') as c:
    c.execute('create table t (x)'); c.execute('insert into t values (5)')
result = [sqlite3.connect('runs.db').execute('select x from t').fetchall(), os.path.exists('runs.db')]
""",
    "file descriptors": """
import os
f = os.open('a.txt', os.O_RDWR | os.O_APPEND); os.write(f, b'more'); os.close(f)
d = os.open('.', os.O_RDONLY)
g = os.open('new', os.O_CREAT | os.O_WRONLY, dir_fd=d); os.write(g, b'1'); os.close(g)
result = [open('a.txt').read(), sorted(os.listdir(d)), os.stat('new', dir_fd=d).st_size]
""",
    "names of files": """
f = open('n', 'w')
g = open(b'n', 'rb', buffering=0)
result = [f.name, str(g.name), f.buffer.raw.name]
""",
    "missing": """
result = []
import os
for act in (
    lambda: open('no'), lambda: open('no/x', 'w'), lambda: open('data', 'w'), lambda: open('no', 'r+'),
    lambda: os.remove('no'), lambda: os.remove('data'), lambda: os.rmdir('data'), lambda: os.rmdir('a.txt'),
    lambda: os.listdir('no'), lambda: os.rename('no', 'x'), lambda: os.mkdir('no/x'), lambda: os.stat('a.txt/x'),
    lambda: os.chmod('no', 0o600), lambda: os.chmod('a.txt/x', 0o600), lambda: os.chdir('no'), lambda: os.stat(''),
    lambda: os.remove('a.txt/x'), lambda: os.rename('no', 'a.txt/x'), lambda: os.rmdir('a.txt/x'),
):
    open('touched', 'w').close()
    try:
        act()
    except OSError as error:
        result.append([type(error).__name__, error.filename])
""",
    "multiprocessing without processes": """
import multiprocessing as m
value, queue, event = m.Value('i', 3), m.Queue(), m.Event()
lock, again, two = m.Lock(), m.RLock(), m.BoundedSemaphore(2)
with value.get_lock():
    value.value += 1
queue.put(5)
event.set()
result = [value.value, queue.get(), event.wait(), list(m.Array('d', [1.5, 2]))]
result += [lock.acquire(), lock.acquire(False), lock.acquire(timeout=0.01), again.acquire(), again.acquire()]
result += [two.get_value(), two.acquire(), two.get_value()]
for act in (again.release, again.release, again.release, two.release, two.release, lock.release, lock.release):
    try:
        result.append(act())
    except (AssertionError, ValueError) as error:
        result.append(str(error))
""",
    "shared memory by name": """
import os
open('/dev/shm/axiswise-test', 'w').write('1')
result = ['axiswise-test' in os.listdir('/dev/shm'), open('/dev/shm/axiswise-test').read()]
os.remove('/dev/shm/axiswise-test')
result.append(os.path.exists('/dev/shm/axiswise-test'))
""",
    "devices": """
import os
open('/dev/null', 'w').write('x')
os.write(os.open('/dev/null', os.O_RDWR), b'x')
print('out', file=open('/dev/stderr', 'w'))
result = [len(open('/dev/urandom', 'rb').read(3)), len(open('/dev/zero', 'rb').read(2))]
""",
    "numpy's habit": """
import io, os
with open(os.fspath('x.npy'), 'wb') as f: f.write(b'1')
with io.open('x.npy', 'rb') as f: result = f.read().decode()
""",
    "a module written and imported by path": """
import importlib.util
open('gen.py', 'w').write('x = 41 + 1')
spec = importlib.util.spec_from_loader('gen', None)
gen = importlib.util.module_from_spec(spec)
exec(open('gen.py').read(), vars(gen))
result = gen.x
""",
}


@pytest.mark.parametrize("name", PROGRAMS)
def test_a_program_sees_what_it_did_and_nobody_else(run: Run, project: Path, tmp_path: Path, name: str) -> None:
    """The oracle is Python itself: the same program, let loose on a copy of the files."""
    inside = run(PROGRAMS[name])
    loose = tmp_path / "copy" / "project"
    shutil.copytree(project, loose, symlinks=True)
    program = f"{PROGRAMS[name]}\nimport json\nprint(json.dumps(result))"
    outside = subprocess.run([sys.executable, "-c", program], cwd=loose, capture_output=True, text=True, check=True)
    assert inside.ended == "returned", (inside.detail, inside.stderr)
    assert inside.result == json.loads(outside.stdout)
    assert inside.refused == ()


NAMES = st.sampled_from(["a", "b", "d", "d/a", "d/e", "d/e/a", "l", "l/a", "d/../a", "n/x"])
OPERATIONS = st.one_of(
    st.tuples(st.sampled_from(["read", "list", "remove", "rmdir", "mkdir", "lstat", "stat", "tree", "chdir"]), NAMES),
    st.tuples(st.sampled_from(["rename", "symlink", "link"]), NAMES, NAMES),
    st.tuples(st.sampled_from(["w", "a", "r+", "x"]), NAMES, st.text("xy", max_size=3)),
)


@settings(max_examples=80, deadline=None)
@given(st.lists(OPERATIONS, max_size=12))
def test_any_sequence_of_operations_goes_as_on_a_real_file_system(
    sandbox: Sandbox, operations: list[tuple[Any, ...]]
) -> None:
    with tempfile.TemporaryDirectory() as made:
        for name in ("real", "seen"):
            folder = Path(made, name)
            (folder / "d" / "e").mkdir(parents=True)
            for path, text in {"a": "1", "d/a": "2", "d/e/a": "3"}.items():
                (folder / path).write_text(text)
            (folder / "l").symlink_to("d")
        seen = Path(made, "seen")
        before = picture(seen)
        job = Job(
            "tests.sandbox.programs:operate",
            {"operations": [list(operation) for operation in operations]},
            cwd=str(seen),
        )
        outcome = sandbox.run(job)
        home = os.getcwd()
        os.chdir(Path(made, "real"))
        try:
            expected = programs.operate({"operations": operations})
        finally:
            os.chdir(home)
        assert outcome.ended == "returned", (outcome.detail, outcome.stderr)
        assert outcome.result == expected
        assert outcome.refused == ()
        assert picture(seen) == before


def test_the_scratch_folder_is_taken_away_even_when_the_program_locks_it(run: Run) -> None:
    outcome = run(
        "import os; os.makedirs('locked/in'); open('locked/in/f', 'w').close(); os.chmod('locked', 0); "
        "result = os.environ['TMPDIR']"
    )
    assert outcome.ended == "returned"
    assert not Path(outcome.result).parent.exists()
    assert stat.S_ISDIR(Path(outcome.result).parent.parent.stat().st_mode)
