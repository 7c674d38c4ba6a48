"""A catalog becomes an overlay that loads; nothing guessed in it looks known, and nothing is lost unsaid."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest
import yaml
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from cockpit import config
from cockpit.config.importing.backstage import Overlay, Present, overlay
from cockpit.config.importing.entities import Catalog
from cockpit.config.importing.loose import documents
from cockpit.config.presets import shipped_names
from cockpit.core.model import Model
from tests.config.importing.catalogs import ODD, OVERLAY, SHOP

ALONE = Present(presets=shipped_names())


def imported(*texts: str, present: Present = ALONE) -> Overlay:
    catalog = Catalog()
    for number, text in enumerate(texts):
        catalog.read(text, f"{number}.yaml" if number else "shop.yaml")
    return overlay(catalog, present, ["shop.yaml"])


def loaded(made: Overlay, folder: Path) -> Model:
    file = folder / "overlay.yaml"
    file.write_text(made.text)
    return config.load(file).model


def edges(model: Model, name: str) -> list[tuple[tuple[str, ...], str, bool]]:
    service = next(each for each in model.services if each.name == name)
    return [(each.members, each.criticality.value, each.reviewed) for each in service.depends_on]


def test_the_overlay_says_what_is_known_and_what_is_guessed(tmp_path: Path) -> None:
    made = imported(SHOP)
    assert made.text.startswith(OVERLAY)
    model = loaded(made, tmp_path)
    assert [(each.name, each.type, each.owner, each.system, each.tier) for each in model.services] == [
        ("Checkout", "service", "payments", "Shop", 1),
        ("orders", "service", "mara", "", 2),
        ("orders-v2", "service", "payments", "Shop", 3),
        ("orders-db", "database", "payments", "", 3),
        ("resource:orders", "queue", "payments", "", 3),
        ("fraud", "service", "", "", 3),
        ("psp", "service", "", "", 3),
        ("mailer", "service", "", "", 3),
        ("reports", "service", "", "", 3),
    ]
    assert edges(model, "Checkout") == [
        (("orders-db",), "hard", False),
        (("fraud",), "soft", False),
        (("psp",), "hard", False),
        (("orders", "orders-v2"), "hard", False),
        (("mailer",), "soft", False),
    ]
    assert edges(model, "orders") == edges(model, "reports") == [(("orders-db",), "hard", False)]
    assert [(each.name, each.email) for each in model.teams] == [
        ("payments", "payments@acme.example"),
        ("mara", "mara@acme.example"),
    ]
    assert [(each.type, each.url) for each in model.services[0].links] == [
        ("runbook", "https://wiki.acme.example/checkout-runbook"),
        ("dashboard", "https://grafana.acme.example/d/checkout"),
        ("repository", "https://github.com/acme/checkout"),
    ]


def test_what_is_left_out_is_said_and_no_secret_is_copied() -> None:
    made = imported(SHOP)
    assert made.skipped == (
        "shop.yaml:107: a template, not an entity (${{ values.name }})",
        "shop.yaml:112: no entity of Backstage (scaffolder.backstage.io/v1beta3, Template)",
        "shop.yaml:116: no entity of Backstage (v1, ConfigMap)",
        "component:money-lib: a library does not run by itself",
        "location:more points to ./more.yaml and https://git.acme.example/all.yaml: name those files as well",
        "1 system: no service, but the `system` of what belongs to it",
        "1 group or user without a service here",
    )
    for note in (
        "It also needs component:money-lib, which is left out because it does not run by itself.",
        "dependsOn holds component:${{ values.other }}, which a template was to fill in.",
        "It uses api:weather, which nothing in these files provides: who does?",
        "cockpit.dev/preset names 'nonsense'",
        "cockpit.dev/tier says 'high'",
    ):
        assert f"  # {note}" in made.text
    for secret in ("hunter2", "0123456789abcdef", "javascript"):
        assert secret not in made.text


def test_lint_counts_every_edge_that_nobody_reviewed(tmp_path: Path) -> None:
    made = imported(SHOP)
    loaded(made, tmp_path)
    found = config.lint([tmp_path / "overlay.yaml"])
    assert [each for each in found if each.severity == "error"] == []
    assert sum(each.code == "C17" for each in found) == made.edges == 7


def test_odd_yaml_is_read_safely_up_to_where_it_breaks(tmp_path: Path) -> None:
    made = imported(ODD)
    assert [(each.name, each.owner, each.type) for each in loaded(made, tmp_path).services] == [
        ("till", "payments", "website"),
        ("queue", "", "queue"),
    ]
    assert made.skipped[1].startswith("shop.yaml:22:11: is not YAML: ")
    assert made.skipped[1].endswith("what stood before it was read")


def test_an_alias_bomb_stays_small() -> None:
    bomb = "a: &a [x, x]\n" + "".join(
        f"{chr(98 + n)}: &{chr(98 + n)} [{', '.join(['*' + chr(97 + n)] * 9)}]\n" for n in range(20)
    )
    merges = "m: &m {a: 1}\n" + "".join(f"k{n}: {{<<: [{', '.join(['*m'] * 200)}]}}\n" for n in range(2_000))
    assert len(documents(bomb, "bomb.yaml").found) == len(documents(merges, "merges.yaml").found) == 1


def test_it_is_laid_over_what_is_there(tmp_path: Path) -> None:
    here = Present(
        services={"orders-db": (), "Checkout": ("orders-db",)},
        others={"fraud"},
        teams=["Payments", "mara"],
        presets=shipped_names(),
        is_there=True,
    )
    made = imported(SHOP, present=here)
    first = tmp_path / "cockpit.yaml"
    first.write_text(
        "apiVersion: cockpit/v1\nkind: Cockpit\nmetadata: {name: shop}\n"
        "teams: [{name: Payments}, {name: mara}]\n"
        "services: [{name: orders-db}, {name: Checkout, dependsOn: [{to: orders-db}]}]\n"
        "capabilities: [{name: fraud}]\n"
    )
    (tmp_path / "imported.yaml").write_text(made.text)
    model = config.load(tmp_path).model
    assert {each.owner for each in model.services} == {"", "Payments", "mara"}
    assert len(model.teams) == 2
    assert any(
        each.startswith(
            "service 'Checkout' stands in the configuration already; the catalog says that it also"
        )
        for each in made.skipped
    )


words = st.one_of(
    st.sampled_from(
        [
            "a",
            "b",
            "A",
            "default/a",
            "component:b",
            "resource:x/b",
            "user:m",
            "api:p",
            "no",
            "1",
            "${{ x }}",
            ":",
            "/",
        ]
    ),
    st.text(min_size=1, max_size=12),
)
entities = st.fixed_dictionaries(
    {
        "apiVersion": st.just("backstage.io/v1alpha1"),
        "kind": st.sampled_from(["Component", "Resource", "API", "Group", "User", "Location", "component"]),
        "metadata": st.fixed_dictionaries(
            {"name": words},
            optional={
                "namespace": words,
                "title": words,
                "annotations": st.dictionaries(
                    st.sampled_from(
                        [
                            *("cockpit.dev/tier", "cockpit.dev/soft-deps", "cockpit.dev/preset"),
                            *("github.com/project-slug", "grafana/alert-label-selector", "x/runbook"),
                        ]
                    ),
                    st.one_of(
                        words, st.sampled_from(["1", "up, up", "a/b", "api_token=x", "https://u:p@h/"])
                    ),
                ),
                "links": st.lists(
                    st.fixed_dictionaries({"url": st.one_of(words, st.just("https://a.example/x"))}),
                    max_size=2,
                ),
            },
        ),
    },
    optional={
        "spec": st.fixed_dictionaries(
            {},
            optional={
                **{key: words for key in ("type", "owner", "system", "lifecycle")},
                **{
                    key: st.one_of(words, st.lists(words, max_size=3))
                    for key in ("dependsOn", "dependencyOf", "providesApis", "consumesApis")
                },
                "profile": st.fixed_dictionaries({"displayName": words, "email": words}),
            },
        )
    },
)


@settings(max_examples=50, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(st.lists(entities, max_size=6))
def test_whatever_the_catalog_says_the_overlay_loads(tmp_path: Path, catalog: list[dict[str, Any]]) -> None:
    made = imported(yaml.safe_dump_all(catalog, allow_unicode=True))
    loaded(made, tmp_path)


@pytest.mark.parametrize(
    ("said", "type", "is_guess"),
    [
        *(("service", "service", False), ("website", "website", False), ("kafka-topic", "queue", True)),
        *(("s3-bucket", "database", True), ("", "service", True), ("Frontend", "website", True)),
    ],
)
def test_types_are_ours_and_say_whether_they_are_guessed(said: str, type: str, is_guess: bool) -> None:
    from cockpit.config.importing.kinds import type_of

    assert type_of(said) == (type, is_guess)
