"""A wiki page becomes drafts that load and lint; what was guessed says so, and safety is never guessed."""

from __future__ import annotations

from pathlib import Path

import pytest
from hypothesis import HealthCheck, example, given, settings
from hypothesis import strategies as st

from cockpit import config
from cockpit.config.importing.commands import Parameters, assigned, command
from cockpit.config.importing.drafts import Around, Draft, drafts
from cockpit.config.importing.headings import plain, role
from cockpit.config.importing.page import Fence, page
from cockpit.config.importing.procedures import procedures
from cockpit.config.yaml import parse
from cockpit.errors import Finding
from tests.config.importing.pages import ALERT, ALERT_DRAFT, GERMAN, MANY


def drafted(text: str, name: str = "KubeCartSlow", around: Around | None = None) -> list[Draft]:
    read = page(text)
    return drafts(procedures(read, name), read, name, f"{name}.md", around or Around())


def value(draft: Draft) -> dict[str, object]:
    document, findings = parse(draft.text, "draft.yaml")
    assert document is not None, findings
    assert isinstance(document.value, dict)
    return document.value


def steps(draft: Draft) -> list[tuple[str, str]]:
    """Title and command of each."""
    found = value(draft)["steps"]
    assert isinstance(found, list)
    return [(each["title"], each["manual"].get("command", "")) for each in found]


def linted(draft: Draft, folder: Path) -> list[Finding]:
    file = folder / "draft.yaml"
    file.write_text(draft.text)
    return config.lint([file])


def test_a_page_about_an_alert_becomes_steps_with_commands_to_copy() -> None:
    (draft,) = drafted(ALERT)
    assert draft.text.startswith(ALERT_DRAFT)
    assert value(draft)["metadata"] == {
        "id": "kube-cart-slow",
        "title": "KubeCartSlow",
        "status": "draft",
        "owner": "web",
        "severity": "critical",
        "alerts": ["KubeCartSlow"],
        "tags": ["cart", "latency"],
        "docs": "Meaning: Carts take long.",
    }
    assert steps(draft) == [
        ("Look at the pods: kubectl get pods -n <namespace>", "kubectl get pods -n ${params.namespace}"),
        ("Ask who deployed", ""),
        ("Drain the node", "kubectl drain ${params.node_name} --ignore-daemonsets"),
        ("Wait", "export NS=shop\nkubectl -n $NS rollout restart deploy/${params.app}"),
        ("Look at $${HOME} and {{ .Values.zone }}", ""),
    ]
    assert value(draft)["parameters"] == {
        "namespace": {"prompt": "namespace"},
        "node_name": {"prompt": "node-name"},
        "app": {"prompt": "APP"},
    }
    assert draft.text.endswith(
        "# What the page says about taking it back. An undo stands under the step it takes back:\n"
        "#   Rollback:\n#   Uncordon it:\n#       kubectl uncordon <node-name>\n"
    )


def test_lint_counts_what_was_guessed_and_nothing_is_an_error(tmp_path: Path) -> None:
    (draft,) = drafted(ALERT)
    assert draft.guesses == 10
    assert [(each.code, each.severity, each.message) for each in linted(draft, tmp_path)] == [
        ("R25", "warning", "10 guesses of an import left, the first here")
    ]
    (other,) = drafted(GERMAN)
    assert [each.code for each in linted(other, tmp_path)] == ["R15", "R25"]


def test_what_keeps_people_safe_is_never_guessed() -> None:
    for text in (ALERT, MANY, GERMAN):
        for draft in drafted(text):
            found = value(draft)["steps"]
            assert isinstance(found, list)
            assert {key for step in found for key in step} <= {"title", "why", "manual"}
            assert {key for step in found for key in step["manual"]} <= {"instructions", "command"}


def test_several_procedures_of_a_page_become_a_draft_each() -> None:
    slow, gone = drafted(MANY, "README")
    assert (slow.id, steps(slow)) == ("scenario-cart-is-slow", [("Restart it", "systemctl restart cart")])
    assert (gone.id, steps(gone)) == (
        "scenario-cart-is-gone",
        [("Call the vendor", ""), ("Look at the log", "journalctl -u cart")],
    )
    assert "Start the old one" in slow.text
    assert "Start the old one" not in gone.text


def test_a_page_in_german_with_html_and_nested_lists() -> None:
    (draft,) = drafted(GERMAN, "neustart")
    assert steps(draft) == [
        ("Voraussetzungen", ""),
        ("Dienst anhalten", ""),
        ("Erst die Last wegnehmen", "systemctl stop lastverteiler"),
        ("Dann warten", ""),
        ("Passwort eingeben: mysql -u root -p<password> shop", "mysql -u root -p<password> shop"),
    ]
    assert "# <password>: a secret, so it is no parameter" in draft.text
    assert "Dienst wieder starten" in draft.text.rpartition("taking it back")[2]


def test_services_that_the_title_names_are_guessed_and_an_id_in_use_is_said() -> None:
    text = "# Restart the search-index\n1. Do it\n"
    (draft,) = drafted(
        text, "restart-search-index", Around(["search-index", "cart"], {"restart-search-index"})
    )
    assert "  id: restart-search-index  # guessed: it is there already; take another\n" in draft.text
    assert "  services: [search-index]  # guessed: named in the title\n" in draft.text


def test_passwords_and_keys_are_not_copied() -> None:
    key = "-----BEGIN RSA PRIVATE KEY-----\nabc\n-----END RSA PRIVATE KEY-----"
    (draft,) = drafted(f"# x\n1. Log in\n```sh\ncurl https://mara:hunter2@shop.example/\n{key}\n```\n")
    assert steps(draft) == [("Log in", "curl https://REMOVED@shop.example/\n[a private key was here]")]


@pytest.mark.parametrize(
    ("language", "text", "typed", "shown"),
    [
        ("sh", "# look first\nls -l", "# look first\nls -l", ""),
        ("", "kubectl get pods", "kubectl get pods", ""),
        ("", "NAME READY\ncart 1/1", None, ""),
        ("yaml", "kubectl: x", None, ""),
        ("", "$ ls\na b\n$ ls \\\n  -l\nc", "ls\nls \\\n  -l", "a b\nc"),
        ("console", "# reboot now", "reboot now", ""),
        ("sql", "SELECT 1;", "SELECT 1;", ""),
        ("", "mara@db1:~$ psql -c 'select 1'\n 1", "psql -c 'select 1'", " 1"),
        ("", "sudo", None, ""),
    ],
)
def test_what_is_typed_is_told_from_what_is_shown(
    language: str, text: str, typed: str | None, shown: str
) -> None:
    found = command(Fence(text, language))
    assert (found.text if found else None, found.shown if found else "") == (typed, shown)


@pytest.mark.parametrize(
    ("said", "filled"),
    [
        ("kubectl get <pod-name> -n $NS", "kubectl get ${params.pod_name} -n ${params.ns}"),
        ("echo ${NS} {{ zone }} <NS>", "echo ${params.ns} ${params.zone} ${params.ns}"),
        ("cat <<EOF > x; awk '{print $1, $NF}' < in > out", None),
        (
            "echo $HOME $i ${1:-x} ${params.x} $${x} $<pod>",
            "echo $HOME $i $${1:-x} $${params.x} $$${x} $<pod>",
        ),
        ("kubectl get -o go-template='{{.name}}'", None),
        ("for P in a; do echo $P; done; X=1; echo $X", None),
        ("login --with $API_TOKEN <password>", None),
    ],
)
def test_placeholders_become_parameters_and_the_rest_stays_text(said: str, filled: str | None) -> None:
    assert Parameters(assigned=assigned(said)).filled(said)[0] == (said if filled is None else filled)


def test_headings_say_what_follows() -> None:
    assert [
        role(each) for each in ("2. Roll-back plan", "Impact:", "Prerequisites", "TOC", "Résolution", "Foo")
    ] == [*("rollback", "about", "before", "contents", "steps", "")]
    assert [plain(each) for each in ("Step 3: Drain", "1.2 Look", "4) Go", "2", "Étape 1 - Voir")] == [
        *("Drain", "Look", "Go", "2", "Voir")
    ]


pieces = st.one_of(
    st.sampled_from(
        [
            *(
                "# A\n",
                "## Rollback\n",
                "### Steps\n",
                "1. do\n",
                "- x\n",
                "```sh\nls ${X} <a> $${y}\n```\n",
                "\n",
            ),
            *(
                "| step | b |\n|--|--|\n| `ls -l` | $NS |\n",
                "> q\n",
                "<details>\n",
                "---\n",
                "   indented\n",
                "`${`",
            ),
            *(
                "{{ x }}",
                "${params.nope}",
                "https://u:p@h/",
                "# guessed\n",
                "&#x1b;[31m",
                "```\n",
                "***\n",
                "\\\n",
            ),
        ]
    ),
    st.text(max_size=20),
)


@settings(max_examples=50, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(st.lists(pieces, max_size=12).map("".join))
@example("# ${params.x}\n1. " + "${" * 400 + "\n")
@example("1. " + "word " * 2_000)
@example("---\ntitle: [a, b]\nowner: {x: y}\nseverity: no\n---\n1. x\n")
def test_whatever_the_page_says_the_draft_has_no_error(tmp_path: Path, text: str) -> None:
    for draft in drafted(text):
        assert [each for each in linted(draft, tmp_path) if each.severity == "error"] == []
