"""Whose files a journal touches: ours, with our modes, on a local disk, and nothing behind a link."""

from __future__ import annotations

import grp
import os
import stat
from pathlib import Path

import pytest

from cockpit.adapters.journal import mounts
from cockpit.adapters.journal.folders import Folder
from cockpit.adapters.journal.owners import RunOwners
from cockpit.adapters.journal.place import file_name, place
from cockpit.errors import JournalError

from .making import fact, opened, written

root = pytest.mark.skipif(os.geteuid() != 0, reason="needs root to give files away")
FILES = ("journal.sqlite3", "journal.sqlite3-wal", "journal.sqlite3-shm", "journal.lock")


def mode(path: Path) -> str:
    return f"{stat.S_IMODE(path.stat().st_mode):04o}"


async def refusal(path: Path, group: str = "") -> str:
    """What it says; and it must not have put anything on record."""
    async with opened(path, group) as journal:
        with pytest.raises(JournalError) as caught:
            await journal.append([fact()])
        with pytest.raises(JournalError):
            await journal.read()
    assert len(str(caught.value).splitlines()) == 1
    return str(caught.value)


@pytest.mark.parametrize("umask", [0o000, 0o022, 0o077, 0o777], ids=oct)
async def test_only_we_can_read_it_whatever_the_umask(tmp_path: Path, umask: int) -> None:
    before = os.umask(umask)
    try:
        async with opened(tmp_path / "shop") as journal:
            await journal.append([fact()])
            owners = RunOwners(Folder(tmp_path / "shop"))
            owners.claim("R-1")
            found = {name: mode(tmp_path / "shop" / name) for name in (*FILES, "runs", "runs/R-1.lock")}
            owners.close()
    finally:
        os.umask(before)
    assert mode(tmp_path / "shop") == "0700"
    assert found == {**dict.fromkeys((*FILES, "runs/R-1.lock"), "0600"), "runs": "0700"}
    assert sorted(os.listdir(tmp_path / "shop")) == ["journal.lock", "journal.sqlite3", "runs"]


@root
@pytest.mark.parametrize("umask", [0o022, 0o077], ids=oct)
async def test_a_shared_one_is_open_to_its_group_and_to_nobody_else(tmp_path: Path, umask: int) -> None:
    group = next(each for each in grp.getgrall() if each.gr_gid != os.getegid())
    before = os.umask(umask)
    try:
        async with opened(tmp_path / "shop", group.gr_name) as journal:
            await journal.append([fact()])
            found = {
                (mode(tmp_path / "shop" / name), (tmp_path / "shop" / name).stat().st_gid) for name in FILES
            }
    finally:
        os.umask(before)
    assert mode(tmp_path / "shop") == "2770"
    assert found == {("0660", group.gr_gid)}


async def test_an_unknown_group_is_said(tmp_path: Path) -> None:
    assert "there is no group 'nobody-has-this'" in await refusal(tmp_path / "shop", "nobody-has-this")
    assert os.listdir(tmp_path) == []


@root
async def test_a_folder_of_another_group_is_refused(tmp_path: Path) -> None:
    group = next(each for each in grp.getgrall() if each.gr_gid != os.getegid())
    (tmp_path / "shop").mkdir()
    (tmp_path / "shop").chmod(0o2770)
    assert f"does not belong to the group '{group.gr_name}'" in await refusal(
        tmp_path / "shop", group.gr_name
    )


@pytest.mark.parametrize("wrong", [0o755, 0o750, 0o777, 0o500], ids=oct)
async def test_a_folder_with_another_mode_is_refused(tmp_path: Path, wrong: int) -> None:
    (tmp_path / "shop").mkdir()
    (tmp_path / "shop").chmod(wrong)
    assert f"has mode {wrong:04o}; refused. Run `chmod 0700" in await refusal(tmp_path / "shop")


@pytest.mark.parametrize("name", ["journal.sqlite3", "journal.lock"])
async def test_a_file_with_another_mode_is_refused(tmp_path: Path, name: str) -> None:
    await written(tmp_path / "shop")
    (tmp_path / "shop" / name).chmod(0o644)
    assert f"{name}: has mode 0644; refused. Run `chmod 0600" in await refusal(tmp_path / "shop")


@pytest.mark.parametrize("name", FILES)
@pytest.mark.parametrize("there", [True, False], ids=["to a file", "to nothing"])
async def test_a_planted_link_is_refused_and_not_followed(tmp_path: Path, name: str, there: bool) -> None:
    target = tmp_path / "target"
    if there:
        target.write_text("precious")
    await written(tmp_path / "shop")
    (tmp_path / "shop" / name).unlink(missing_ok=True)
    (tmp_path / "shop" / name).symlink_to(target)
    assert f"{name}: is a symbolic link; refused" in await refusal(tmp_path / "shop")
    assert (target.read_text() if there else target.exists()) == ("precious" if there else False)


async def test_a_folder_that_is_a_link_is_refused(tmp_path: Path) -> None:
    (tmp_path / "elsewhere").mkdir(mode=0o700)
    (tmp_path / "shop").symlink_to(tmp_path / "elsewhere")
    assert "shop: is a symbolic link; refused" in await refusal(tmp_path / "shop")
    assert os.listdir(tmp_path / "elsewhere") == []


@pytest.mark.parametrize("name", ["journal.sqlite3", "journal.lock"])
async def test_what_is_no_file_is_refused(tmp_path: Path, name: str) -> None:
    (tmp_path / "shop").mkdir(mode=0o700)
    os.mkfifo(tmp_path / "shop" / name, 0o600)
    assert f"{name}: is not what should be there; refused" in await refusal(tmp_path / "shop")


@root
@pytest.mark.parametrize("name", ["", "journal.sqlite3", "journal.lock"])
async def test_a_foreign_owner_is_refused(tmp_path: Path, name: str) -> None:
    await written(tmp_path / "shop")
    os.chown(tmp_path / "shop" / name, 54_321, -1)
    assert "belongs to account 54321; refused" in await refusal(tmp_path / "shop")


@root
async def test_a_parent_of_somebody_else_is_refused(tmp_path: Path) -> None:
    (tmp_path / "cockpit").mkdir()
    os.chown(tmp_path / "cockpit", 54_321, -1)
    assert "cockpit: belongs to account 54321; refused" in await refusal(tmp_path / "cockpit" / "shop")


async def test_a_parent_that_everybody_may_change_is_refused_unless_sticky(tmp_path: Path) -> None:
    (tmp_path / "cockpit").mkdir()
    (tmp_path / "cockpit").chmod(0o777)
    assert "can be changed by everybody; refused" in await refusal(tmp_path / "cockpit" / "shop")
    (tmp_path / "cockpit").chmod(0o1777)
    await written(tmp_path / "cockpit" / "shop")


TABLE = """\
22 1 254:0 / / rw,relatime shared:1 - ext4 /dev/vda rw
41 22 0:53 / /home rw,relatime shared:2 master:7 - {kind} server:/home rw,vers=4.2
"""


@pytest.mark.parametrize("kind", ["nfs", "nfs4", "cifs", "fuse.sshfs", "9p"])
async def test_a_network_file_system_is_refused(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, kind: str
) -> None:
    device = os.stat(tmp_path).st_dev
    table = tmp_path / "mountinfo"
    table.write_text(TABLE.format(kind=kind).replace("0:53", f"{os.major(device)}:{os.minor(device)}"))
    monkeypatch.setattr(mounts, "MOUNTS", table)
    assert f"lies on a network file system ({kind}); refused" in await refusal(tmp_path / "shop")


@pytest.mark.parametrize(
    ("device", "kind"), [("0:53", "nfs4"), ("254:0", "ext4"), ("1:1", ""), ("garbage", "")]
)
def test_the_kind_is_read_from_the_table_of_mounts(device: str, kind: str) -> None:
    assert mounts.kind_of(device, TABLE.format(kind="nfs4") + "\n- \nshort line\n") == kind


def test_without_that_table_nobody_knows(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(mounts, "MOUNTS", tmp_path / "missing")
    assert mounts.networked(tmp_path) == ""


def test_the_usual_place(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    monkeypatch.setenv("XDG_STATE_HOME", str(tmp_path))
    assert place("shop", {}) == Folder(tmp_path / "cockpit" / "shop")
    assert place("shop", {"sqlite": "default"}, "demo").path == tmp_path / "cockpit" / "shop@demo"
    assert place("shop@demo", {}).path == tmp_path / "cockpit" / "shop%40demo"
    assert place("shop", {"sqlite": "/srv/ops", "group": "ops"}, "drill") == Folder(
        Path("/srv/ops@drill"), "ops"
    )
    # What a machine keeps beside a record that is in a database never meets what belongs to another record.
    assert place("shop", {"postgres": "postgresql://db/x"}).path == tmp_path / "cockpit" / "shop@team"


@pytest.mark.parametrize(
    ("name", "safe"),
    [("shop", "shop"), ("a b", "a b"), ("..", "%2E."), ("a/../b", "a%2F..%2Fb"), (".hidden", "%2Ehidden"),
     ("ü", "%C3%BC"), ("\x00", "%00")],
)  # fmt: skip
def test_every_name_has_a_file_name_of_its_own(name: str, safe: str) -> None:
    assert file_name(name) == safe


def test_long_names_stay_apart() -> None:
    long = [file_name("ü" * 199 + end) for end in "ab"]
    assert long[0] != long[1]
    assert max(map(len, long)) <= 200
