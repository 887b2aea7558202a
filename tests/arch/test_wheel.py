"""What is installed elsewhere is complete: a wheel is built and looked into."""

from __future__ import annotations

import shutil
import subprocess
import sys
import zipfile
from pathlib import Path

from tests.arch.house import PACKAGES, ROOT, project_files


def test_the_wheel_holds_every_file_of_the_packages_and_the_command(tmp_path: Path) -> None:
    # given the files of the project, and nothing that tools left between them
    wanted = {p for p in project_files() if p.parts[0] in PACKAGES}
    for path in (*wanted, Path("pyproject.toml"), Path("LICENSE"), Path("README.md")):
        (tmp_path / path).parent.mkdir(parents=True, exist_ok=True)
        shutil.copyfile(ROOT / path, tmp_path / path)

    # when they are built, without an index and with the locked build tool
    options = ["--no-deps", "--no-build-isolation", "--no-index", "--quiet", "--wheel-dir", "built"]
    subprocess.run([sys.executable, "-m", "pip", "wheel", *options, "."], cwd=tmp_path, check=True)

    # then nothing is left behind, and nothing of the tests goes along
    [wheel] = (tmp_path / "built").glob("packbay-*.whl")
    with zipfile.ZipFile(wheel) as archive:
        held = {Path(name) for name in archive.namelist()}
        [entry_points] = [name for name in archive.namelist() if name.endswith("entry_points.txt")]
        commands = archive.read(entry_points).decode()
    packed = {p for p in held if ".dist-info" not in p.parts[0]}
    scripts = {Path("ui/fonts/build.py")}
    assert sorted(map(str, wanted - packed - scripts)) == []
    assert sorted({p.parts[0] for p in packed}) == sorted(PACKAGES)
    assert commands.strip() == "[console_scripts]\npackbay = ui.main:main"
