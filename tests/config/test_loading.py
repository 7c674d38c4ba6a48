"""Which files make a configuration, and how they become one."""

from __future__ import annotations

from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from cockpit.config import lint, load, shop
from cockpit.core.model import Origin
from cockpit.errors import ConfigError, UsageError
from tests.config.files import HEAD, SHOP, TEAM, loaded, said, write

CARD = "apiVersion: cockpit/v1\nkind: Runbook\n"


def test_the_shop_that_ships_loads_without_an_error() -> None:
    found = load(shop(), environ={})
    assert found.model.services
    assert found.scenarios
    assert [each for each in found.findings if each.severity == "error"] == []
    assert found.notes == ()


def test_each_team_keeps_its_own_file(tmp_path: Path) -> None:
    model = loaded(
        tmp_path,
        {
            "cockpit.yaml": SHOP + TEAM,
            "search.yaml": HEAD + "services: [{name: search, owner: ops, dependsOn: [{to: index}]}]\n",
            "store.yaml": HEAD + "services: [{name: index, owner: ops}]\ndefaults: {poll: 10s}\n",
        },
    ).model
    assert [service.name for service in model.services] == ["search", "index"]
    assert (model.name, model.title, model.poll) == ("shop", "A shop", 10.0)


def test_a_name_in_two_files_is_refused_with_both_places(tmp_path: Path) -> None:
    files = {
        "a.yaml": SHOP + TEAM + "services: [{name: api, owner: ops}]\n",
        "b.yaml": HEAD + "services:\n  - {name: api, owner: ops}\n",
    }
    assert said(tmp_path, files) == [
        "C02 b.yaml:4:12: service 'api' is defined twice, first at a.yaml:5:19. Rename or remove one of them"
    ]


@pytest.mark.parametrize("key", ["metadata: {name: x}", "defaults: {}", "journal: {sqlite: default}"])
def test_a_key_that_stands_in_one_file_only(tmp_path: Path, key: str) -> None:
    name = key.partition(":")[0]
    files = {"a.yaml": HEAD + key + "\n", "b.yaml": HEAD + key + "\n"}
    if name != "metadata":
        files["c.yaml"] = SHOP
    assert said(tmp_path, files) == [
        f"C02 b.yaml:3:1: '{name}' stands in two files, first at a.yaml:3:1. Keep it in one of them"
    ]


def test_metadata_is_missing_only_when_no_file_has_it(tmp_path: Path) -> None:
    files = {"a.yaml": HEAD, "b.yaml": HEAD}
    assert said(tmp_path, files) == ["C04 a.yaml:1:1: has no metadata. Add metadata: {name: shop}"]


def test_all_complaints_of_all_files_come_at_once(tmp_path: Path) -> None:
    files = {
        "a.yaml": SHOP + TEAM + "services: [{name: api, owner: opps, teir: 1}]\n",
        "b.yaml": HEAD + "services: [{name: db, owner: ops, tier: gold, dependsOn: [{to: aip}]}]\n",
        "presets/p.yaml": "apiVersion: cockpit/v1\nkind: Preset\nmetadata: {name: p}\nsignals: []\n",
        "runbooks/r.yaml": CARD + "metadata: {id: r, titel: x}\nsteps: []\n",
    }
    assert [line.partition(": ")[0] for line in said(tmp_path, files)] == [
        "C03 a.yaml:5:31",
        "C01 a.yaml:5:37",
        "C04 b.yaml:3:41",
        "C03 b.yaml:3:64",
        "C04 presets/p.yaml:4:10",
        "C01 runbooks/r.yaml:3:19",
    ]


def test_what_is_defined_with_a_mistake_in_it_is_still_known(tmp_path: Path) -> None:
    text = SHOP + TEAM + "services: [{name: a, owner: ops, dependsOn: [{to: b}]}, {name: b, owner: 5}]\n"
    assert [line[:3] for line in said(tmp_path, {"cockpit.yaml": text})] == ["C04"]


def test_a_file_that_cannot_be_read_makes_nobody_unknown(tmp_path: Path) -> None:
    files = {
        "a.yaml": SHOP + TEAM + "services: [{name: api, owner: ops, dependsOn: [{to: db}]}]\n",
        "b.yaml": HEAD + "services: &all [{name: db, owner: ops}]\n",
    }
    assert [line[:12] for line in said(tmp_path, files)] == ["C20 b.yaml:3"]


def test_a_file_is_loaded_alone(tmp_path: Path) -> None:
    write(tmp_path, {"a.yaml": SHOP, "b.yaml": "not ours"})
    assert load(tmp_path / "a.yaml", environ={}).files == (tmp_path / "a.yaml",)


def test_hidden_files_and_links_that_lead_out_are_skipped_and_links_inside_are_not(tmp_path: Path) -> None:
    folder = write(
        tmp_path, {"conf/.hidden.yaml": "- no", "conf/..data/cockpit.yaml": SHOP, "out.yaml": "- no"}
    )
    (folder / "conf/cockpit.yaml").symlink_to("..data/cockpit.yaml")
    (folder / "conf/stranger.yaml").symlink_to(tmp_path / "out.yaml")
    (folder / "conf/loop.yaml").symlink_to("loop.yaml")
    (folder / "conf/presets").symlink_to(tmp_path)
    found = load(folder / "conf", environ={})
    assert found.files == (folder / "conf/cockpit.yaml",)
    assert [note.replace(f"{folder}/", "") for note in found.notes] == [
        "conf/loop.yaml is skipped: a symlink that leads out of the folder",
        "conf/stranger.yaml is skipped: a symlink that leads out of the folder",
    ]


def test_a_file_named_yml_is_not_read_and_that_is_said(tmp_path: Path) -> None:
    found = loaded(tmp_path, {"cockpit.yaml": SHOP, "more.yml": HEAD})
    assert [note.replace(f"{tmp_path}/", "") for note in found.notes] == [
        "more.yml is skipped: only files named *.yaml are read"
    ]


def test_a_kind_has_its_folder(tmp_path: Path) -> None:
    files = {
        "cockpit.yaml": SHOP,
        "s.yaml": "apiVersion: cockpit/v1\nkind: Scenario\n",
        "presets/c.yaml": HEAD,
    }
    assert said(tmp_path, files) == [
        "C04 s.yaml:2:7: a Scenario does not belong here. Move it to scenarios/",
        "C04 presets/c.yaml:2:7: a Cockpit does not belong here. Move it to the configuration folder itself",
    ]


def test_a_folder_without_files_and_one_that_is_not_there(tmp_path: Path) -> None:
    missing = lint([tmp_path / "nope"], environ={})
    empty = lint([tmp_path], environ={})
    assert [each.message for each in [*missing, *empty]] == ["does not exist", "holds no *.yaml file"]


def test_runbooks_lie_in_the_folder_or_beside_it(tmp_path: Path) -> None:
    card = CARD + "metadata: {id: %s, fits: {services: [a], classes: [DELAY]}}\nsteps: []\n"
    write(tmp_path, {"conf/cockpit.yaml": SHOP, "runbooks/r.yaml": card % "beside"})
    (beside,) = load(tmp_path / "conf", environ={}).model.runbooks
    assert (beside.id, beside.fits_services, beside.fits_classes) == ("beside", ("a",), ("DELAY",))
    write(tmp_path, {"conf/runbooks/r.yaml": card % "inside"})
    assert [card.id for card in load(tmp_path / "conf", environ={}).model.runbooks] == ["inside"]
    write(tmp_path, {"conf/cockpit.yaml": SHOP + "runbooks: [../runbooks]\n"})
    assert [card.id for card in load(tmp_path / "conf", environ={}).model.runbooks] == ["beside"]


def test_runbook_ids_are_checked_where_there_is_a_folder_of_them(tmp_path: Path) -> None:
    mode = "{name: slow, level: DEGRADED, auto: true, runbook: failovr}"
    text = SHOP + TEAM + f"services: [{{name: a, owner: ops, runbooks: [nope], degradations: [{mode}]}}]\n"
    assert said(tmp_path, {"cockpit.yaml": text}) == []
    card = CARD + "metadata: {id: failover, owner: ops}\nsteps: []\n"
    assert said(tmp_path, {"runbooks/r.yaml": card}) == [
        "C03 cockpit.yaml:5:45: service 'a' names the runbook 'nope', which is not defined."
        " Defined are failover",
        "C03 cockpit.yaml:5:118: service 'a' names the runbook 'failovr', which is not defined."
        " Did you mean 'failover'?",
    ]


def test_a_runbook_id_twice_is_refused_with_both_places(tmp_path: Path) -> None:
    card = CARD + "metadata: {id: r, owner: ops}\nsteps: []\n"
    files = {"cockpit.yaml": SHOP + TEAM, "runbooks/a.yaml": card, "runbooks/b.yaml": card}
    assert said(tmp_path, files) == [
        "C02 runbooks/b.yaml:3:16: runbook 'r' is defined twice, first at runbooks/a.yaml:3:16."
        " Give it another id"
    ]


def test_switches_are_held_against_their_flags(tmp_path: Path) -> None:
    def flag(**more: object) -> dict[str, object]:
        return {"state": "ENABLED", "variants": {"on": True, "off": False}, "defaultVariant": "off", **more}

    targeting = {"if": [{"==": [{"var": "a"}, 1]}, "on", "off"]}
    text = """\
services: [{name: api, owner: ops}]
flags: [{name: files, provider: flagd-file, path: flags/f.json}]
kill_switches:
  - {key: fine, provider: files, service: api, expires: 4h}
  - {key: fne, provider: files, service: api, expires: 4h}
  - {key: words, provider: files, service: api, expires: 4h, kill: never}
  - {key: targeted, provider: files, service: api, expires: 4h}
  - {key: endless, provider: files}
"""
    flags = {"fine": flag(), "words": flag(), "targeted": flag(targeting=targeting), "endless": flag()}
    files = {"cockpit.yaml": SHOP + TEAM + text, "flags/f.json": {"flags": flags}}
    assert [line.partition(": ")[0] for line in said(tmp_path, files)] == [
        "F03 cockpit.yaml:9:11",
        "F01 cockpit.yaml:10:68",
        "F04 cockpit.yaml:11:11",
        "C16 cockpit.yaml:12:11",
        "F05 cockpit.yaml:12:11",
    ]
    broken = said(tmp_path, {"flags/f.json": "{"})
    assert [line.partition(" ")[0] for line in broken] == ["C16", "F05", "F02"]


def test_servers_from_the_environment_when_none_is_configured(tmp_path: Path) -> None:
    model = loaded(tmp_path, {"cockpit.yaml": SHOP}, PROMETHEUS_URL="http://p:9090").model
    assert [(server.name, server.url) for server in model.prometheus] == [("prometheus", "http://p:9090")]
    assert model.alertmanager == ()
    configured = SHOP + "prometheus: [{name: eu, url: https://eu.example}]\n"
    model = loaded(tmp_path, {"cockpit.yaml": configured}, PROMETHEUS_URL="nonsense").model
    assert [server.name for server in model.prometheus] == ["eu"]


def test_a_server_from_the_environment_that_makes_no_sense_is_named(tmp_path: Path) -> None:
    (complaint,) = said(tmp_path, {"cockpit.yaml": SHOP}, ALERTMANAGER_URL="am:9093")
    assert complaint.startswith("C04 $ALERTMANAGER_URL: 'am:9093' is no address of a server")


def test_files_named_by_a_configuration_are_relative_to_it(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    text = """\
prometheus: [{name: p, url: https://p.example, http_config: {authorization: {credentials_file: secrets/p}}}]
changes: [{file: changes.ndjson}]
targets: [{name: t, cwd: .}]
journal: {sqlite: record}
"""
    write(tmp_path, {"conf/cockpit.yaml": SHOP + text})
    monkeypatch.chdir(tmp_path)
    model = load(Path("conf"), environ={}).model
    conf = tmp_path / "conf"
    assert model.prometheus[0].http_config == {"authorization": {"credentials_file": str(conf / "secrets/p")}}
    assert model.changes[0].file == str(conf / "changes.ndjson")
    assert model.targets[0].cwd == str(conf)
    assert model.journal == {"sqlite": str(conf / "record")}


class TestSearch:
    """`--config`, $COCKPIT_CONFIG, ./config if it is ours, the user's own folder."""

    @pytest.fixture(autouse=True)
    def home(self, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
        monkeypatch.chdir(tmp_path)
        monkeypatch.setenv("XDG_CONFIG_HOME", str(tmp_path / "xdg"))
        monkeypatch.setenv("HOME", str(tmp_path))

    def test_what_is_asked_for_wins(self, tmp_path: Path) -> None:
        write(tmp_path, {"a/c.yaml": SHOP, "b/c.yaml": SHOP, "config/cockpit.yaml": SHOP})
        assert load(Path("a"), environ={"COCKPIT_CONFIG": "b"}).path == Path("a")
        assert load(environ={"COCKPIT_CONFIG": "b"}).path == Path("b")
        assert load(environ={}).path == Path("config")

    def test_a_strangers_config_folder_does_not_count(self, tmp_path: Path) -> None:
        write(tmp_path, {"config/cockpit.yaml": "cockpit: true\n", "xdg/cockpit/cockpit.yaml": SHOP})
        assert load(environ={}).path == tmp_path / "xdg/cockpit"

    def test_with_nothing_anywhere_one_line_says_what_to_do(self) -> None:
        with pytest.raises(UsageError, match=r"no configuration found.* Run `cockpit demo`") as raised:
            load(environ={})
        assert "\n" not in str(raised.value).strip()

    def test_something_asked_for_that_is_not_there_is_an_error(self) -> None:
        with pytest.raises(ConfigError, match="nope: does not exist"):
            load(Path("nope"), environ={})


def test_outside_a_repository_only_the_path_is_known(tmp_path: Path) -> None:
    assert loaded(tmp_path, {"cockpit.yaml": SHOP}).model.origin == Origin(str(tmp_path))


names = st.lists(st.sampled_from("abcdefgh"), max_size=6)


@given(st.lists(names, min_size=1, max_size=4))
def test_merging_keeps_every_name_once_and_complains_about_every_other(
    tmp_path_factory: pytest.TempPathFactory, files: list[list[str]]
) -> None:
    folder = tmp_path_factory.mktemp("merge")
    written = {
        f"{number}.yaml": HEAD + f"services: [{', '.join(f'{{name: {name}}}' for name in names)}]\n"
        for number, names in enumerate(files)
    }
    found = lint([write(folder, {"m.yaml": SHOP, **written})], environ={})
    every = [name for names in files for name in names]
    assert sum(each.code == "C02" for each in found) == len(every) - len(set(every))
    assert sum(each.code == "C09" for each in found) == len(set(every))


def test_references_to_secrets_of_a_server_are_followed(tmp_path: Path) -> None:
    text = """\
prometheus:
  - name: basic
    url: https://a.example
    http_config: {basic_auth: {username: u, password: "env:PASSWORD"}}
  - name: token
    url: https://b.example
    http_config:
      authorization: {credentials: "file:secrets/token"}
      http_headers: {X-Tenant: {secrets: ["env:TENANT", "file:/run/tenant"], files: [other]}}
alertmanager: [{name: am, url: https://c.example, http_config: {bearer_token: "command:pass am"}}]
"""
    found = loaded(tmp_path, {"cockpit.yaml": SHOP + text}, PASSWORD="hunter2")
    assert [server.http_config for server in found.model.prometheus] == [
        {"basic_auth": {"username": "u", "password": "hunter2"}},
        {
            "authorization": {"credentials_file": str(tmp_path / "secrets/token")},
            "http_headers": {
                "X-Tenant": {"secrets": ["env:TENANT"], "files": ["/run/tenant", str(tmp_path / "other")]}
            },
        },
    ]
    assert [note.replace(f"{tmp_path}/", "") for note in found.notes] == [
        "cockpit.yaml:8:11: 'token' needs env:TENANT, which gives nothing here",
        "cockpit.yaml:13:23: 'am' needs command:pass am, which gives nothing here",
    ]


@pytest.mark.parametrize(
    "dsn",
    [
        "postgresql://db/cockpit",
        "postgres://db.example:5433/cockpit?sslmode=verify-full",
        "postgresql:///cockpit",
        "postgresql:///cockpit?host=/run/postgresql",
        "postgresql://db1.example:5432,db2.example:5432/cockpit?target_session_attrs=read-write",
    ],
)
def test_a_database_is_named_as_its_own_client_reads_it(tmp_path: Path, dsn: str) -> None:
    write(tmp_path, {"cockpit.yaml": f"{SHOP}journal: {{postgres: {dsn!r}}}\n"})
    assert load(tmp_path).model.journal == {"postgres": dsn}
