"""What a check reads of files needs no library that is not light."""

import subprocess
import sys
from pathlib import Path

import numpy as np

from tests.data.sources.files import write_arrays, write_pets, write_texts

HEAVY = ("numpy", "pyarrow", "PIL", "h5py", "tensorflow")


def test_describing_files_imports_nothing_heavy(project: Path) -> None:
    write_pets(project / "pets")
    write_texts(project / "reviews", {"good": ["a", "b"], "bad": ["c"]})
    (project / "a.txt").write_text("some words\n" * 50)
    (project / "a.csv").write_text("x,y\n" + "1,2.5\n2,3\n" * 20)
    write_arrays(project / "a.npz", x=np.zeros((4, 2)), y=np.arange(4))
    write_arrays(project / "a.h5", x=np.zeros((4, 2)), y=np.arange(4))
    texts = [
        "images: pets",
        "texts: reviews",
        "{lines: a.txt, target: text}",
        "text: {path: a.txt, length: 5}",
        "{numpy: a.npz, target: y}",
        "{hdf5: a.h5, target: y}",
        "{csv: a.csv, target: y, windows: 3}",
    ]
    code = f"import sys; from tests.data.light import describe_texts; describe_texts({texts!r}, {str(project)!r}); "
    code += f"print([name for name in {HEAVY!r} if name in sys.modules])"
    root = Path(__file__).parents[3]
    done = subprocess.run([sys.executable, "-c", code], cwd=root, capture_output=True, text=True, check=True)
    assert done.stdout == "[]\n"
