"""From what a Prometheus knows to a configuration: right services, presets, edges and owners, and no more."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace

import pytest

from cockpit.config.proposal import Proposal, key_questions, propose
from cockpit.config.proposal.propose import MOST_NEEDS, MOST_SERVICES
from cockpit.config.proposal.shape import Choice, Guess, ProposedService, Use
from cockpit.core.known import AlertRule, Carrier, Known
from cockpit.core.seen_edges import SeenEdge

REQUESTS = "http_server_request_duration_seconds_count"
SEEN = "seen in traces of the last hour; hard, until somebody says soft"


def requests(*names: str, label: str = "service_name", job: str = "apps", series: int = 1) -> list[Carrier]:
    return [Carrier(REQUESTS, {label: name, "job": job}, series) for name in names]


def up(*jobs: str) -> list[Carrier]:
    return [Carrier("up", {"job": job}, 1) for job in jobs]


def known(*carriers: Carrier, keys: Mapping[str, set[str]] | None = None, **more: object) -> Known:
    found = {preset: frozenset(names) for preset, names in (keys or {}).items()}
    return replace(Known("http://prom.example:9090", 1_700_000_000.0, carriers, found), **more)  # type: ignore[arg-type]


def rule(
    name: str = "Slow",
    annotations: Mapping[str, str] | None = None,
    query: set[tuple[str, str]] | None = None,
    **labels: str,
) -> AlertRule:
    return AlertRule(name, labels, annotations or {}, frozenset({*labels.items(), *(query or ())}))


def of(proposal: Proposal, name: str) -> ProposedService:
    return next(each for each in proposal.services if each.name == name)


def names(proposal: Proposal) -> list[str]:
    return [each.name for each in proposal.services]


def test_the_label_that_tells_most_services_apart_is_taken() -> None:
    found = propose(known(*requests("auth", "shop"), *up("apps", "node", "prometheus")))
    why = "2 of its 2 names answer requests or are deployments"
    assert found.choice == Choice("service_name", why, 2, (("job", 3),))
    assert names(found) == ["auth", "shop"]


def test_of_two_that_do_it_equally_well_the_first_of_the_list_is_taken() -> None:
    both = [Carrier(REQUESTS, {"app": name, "service": name, "job": name}, 1) for name in ("auth", "shop")]
    found = propose(known(*both))
    assert found.choice is not None
    assert found.choice.label == "service"


def test_a_label_on_few_series_does_not_outvote_one_that_all_have() -> None:
    few = [Carrier(REQUESTS, {"service": "odd", "job": "a"}, 1)]
    many = [Carrier(REQUESTS, {"job": job}, 10) for job in "abc"]
    found = propose(known(*few, *many))
    assert found.choice is not None
    assert (found.choice.label, names(found)) == ("job", ["a", "b", "c"])


def test_without_requests_deployments_and_then_jobs_are_services() -> None:
    deployments = [
        Carrier("kube_deployment_spec_replicas", {"deployment": n, "job": "kube"}, 1) for n in "ab"
    ]
    assert names(propose(known(*deployments, *up("kube", "node", "x", "y")))) == ["a", "b"]
    assert names(propose(known(*up("kube", "node"), keys={"up": {"kube", "node"}}))) == ["kube", "node"]


def test_a_label_under_whose_names_much_is_measured_is_better_than_one_with_many_names() -> None:
    """As in a cluster: its own parts answer requests under their job, everything else is a deployment."""
    own = [Carrier("grpc_server_handled_total", {"service": "etcd", "job": "etcd"}, 50)]
    scraped = [Carrier("up", {"service": f"{n}-svc", "job": n}, 1) for n in ("a", "b", "c", "d")]
    running = [Carrier("kube_deployment_spec_replicas", {"deployment": n, "job": "kube"}, 1) for n in "xyz"]
    keys = {"kubernetes-deployment": {"x", "y", "z"}, "up": {"a", "b", "c", "d", "etcd"}}
    found = propose(known(*own, *scraped, *running, keys=keys))
    assert found.choice == Choice(
        "deployment", "presets measure 3 of its 3 names", 3, (("service", 5), ("job", 6))
    )


def test_who_answers_requests_under_another_label_is_a_service_all_the_same() -> None:
    running = [Carrier("kube_deployment_spec_replicas", {"deployment": n, "job": "kube"}, 1) for n in "xyz"]
    keys = {"kubernetes-deployment": {"x", "y", "z"}, "otel-http": {"x", "web"}}
    facts = known(*running, *requests("x", "web"), keys=keys)
    found = propose(facts)
    assert found.choice is not None
    assert (found.choice.label, names(found)) == ("deployment", ["web", "x", "y", "z"])
    assert of(found, "web") == ProposedService(
        "web", why="preset otel-http answers for it", uses=(Use("otel-http"),)
    )
    assert of(found, "x").uses == (Use("otel-http"), Use("kubernetes-deployment"))
    assert names(propose(facts, "deployment")) == ["x", "y", "z"]


def test_a_person_may_choose_the_label() -> None:
    facts = known(*requests("auth", "shop"), *up("apps", "node"), keys={"up": {"apps", "node"}})
    found = propose(facts, "job")
    assert found.choice == Choice("job", "asked for", 2, (("service_name", 2),))
    assert names(found) == ["apps", "node"]


def test_a_service_gets_those_presets_that_really_return_its_key() -> None:
    keys = {
        "otel-http": {"shop", "auth"},
        "kubernetes-deployment": {"shop", "coredns"},
        "slo-burn": {"shop"},
        "up": {"auth", "node"},
    }
    found = propose(known(*requests("auth", "shop", "silent"), keys=keys))
    assert {each.name: each.uses for each in found.services} == {
        "auth": (Use("otel-http"), Use("up")),
        "shop": (Use("otel-http"), Use("kubernetes-deployment"), Use("slo-burn")),
        "silent": (),
    }
    assert found.remarks == ("1 deployment with no service of that name: 'coredns'",)


def test_a_job_that_is_one_services_alone_tells_whether_it_is_up() -> None:
    own = [Carrier("http_requests_total", {"service": "shop", "job": "shop-prod"}, 1)]
    shared = [Carrier("http_requests_total", {"service": name, "job": "all"}, 1) for name in ("a", "b")]
    found = propose(known(*own, *shared, keys={"up": {"shop-prod", "all"}}))
    why = "the job that has only series of this service"
    assert of(found, "shop").uses == (Use("up", (("job", "shop-prod"),), why),)
    assert of(found, "a").uses == ()


def test_databases_queues_pages_and_strangers_stand_beside_the_services() -> None:
    keys = {
        "postgres": {"orders-db:5432", "10.0.0.7:9187"},
        "kafka-consumer": {"mailer", "shop"},
        "blackbox": {"https://shop.example/healthz"},
        "http-client": {
            "api.stripe.com",
            "auth",
            "auth.shop.svc.cluster.local",
            "10.0.0.9",
            "psp.example:443",
        },
    }
    found = propose(known(*requests("auth", "shop"), keys=keys))
    assert {each.name: (each.type, each.uses) for each in found.services} == {
        "10.0.0.7:9187": ("database", (Use("postgres"),)),
        "api.stripe.com": ("external", (Use("http-client"),)),
        "auth": ("", (Use("http-client", why="seen by its callers only"),)),
        "mailer": ("queue", (Use("kafka-consumer"),)),
        "orders-db": ("database", (Use("postgres", (("instance", "orders-db:5432"),)),)),
        "psp.example": ("external", (Use("http-client", (("server_address", "psp.example:443"),)),)),
        "shop": ("", (Use("kafka-consumer"),)),
        "shop.example/healthz": (
            "website",
            (Use("blackbox", (("instance", "https://shop.example/healthz"),)),),
        ),
    }


def test_two_presets_that_call_a_signal_the_same_are_kept_apart() -> None:
    keys = {"postgres": {"db:5432"}, "up": {"db"}}
    found = propose(known(*up("db"), keys=keys))
    prefixed = (("instance", "db:5432"), ("prefix", "postgres-"))
    assert of(found, "db").uses == (Use("up"), Use("postgres", prefixed, "pg_up of this instance"))


def test_seen_calls_are_edges_and_unknown_ends_become_services() -> None:
    edges = {
        SeenEdge("shop", "auth"),
        SeenEdge("shop", "shop"),
        SeenEdge("user", "shop", "virtual_node"),
        SeenEdge("auth", "users", "database"),
    }
    found = propose(known(*requests("auth", "shop"), edges=frozenset(edges)))
    assert names(found) == ["auth", "shop", "users"]
    assert of(found, "shop").needs == (Guess("auth", SEEN),)
    assert of(found, "auth").needs == (Guess("users", SEEN),)
    assert of(found, "users") == ProposedService("users", "database", "tracing knows it")


def test_rules_tell_owners_tiers_and_pages() -> None:
    rules = (
        rule(service="shop", team="web", tier="1"),
        rule("Gone", {"runbook_url": "https://wiki.example/gone"}, service="shop", team="web"),
        rule("Odd", {"runbook_url": "https://wiki.example/{{ $labels.x }}"}, service="shop", team="ops"),
        rule("Asked", {"owner": "id"}, {("service_name", "auth")}, severity="page"),
        rule("Elsewhere", service="nobody", team="nobody"),
    )
    found = propose(known(*requests("auth", "shop"), keys={"otel-http": {"auth", "shop"}}, rules=rules))
    assert found.teams == ("id", "web")
    assert of(found, "shop") == ProposedService(
        "shop",
        owner=Guess("web", "2 of 3 alerting rules about it say so"),
        tier=Guess("1", "1 of 3 alerting rules about it says so"),
        uses=(Use("otel-http"),),
        pages=(Guess("https://wiki.example/gone", "runbook of the alert 'Gone'"),),
    )
    assert of(found, "auth").owner == Guess("id", "1 of 1 alerting rule about it says so")


def test_a_rule_about_everybody_says_nothing_of_anybody() -> None:
    everybody = {("service_name", f"s{number}") for number in range(20)}
    rules = (rule(query=everybody, team="platform"),)
    found = propose(known(*requests(*(f"s{number}" for number in range(20))), rules=rules))
    assert found.teams == ()


def test_alerts_are_the_preset_where_nothing_better_fits_and_a_rule_names_the_service() -> None:
    rules = (rule(service="mail"), rule(service="shop"), rule(service_name="quiet"))
    keys = {"otel-http": {"shop"}, "up": {"mail"}}
    found = propose(known(*requests("mail", "shop", "quiet"), keys=keys, rules=rules))
    why = "alerting rules name it, and nothing better fits"
    assert {each.name: each.uses for each in found.services} == {
        "mail": (Use("up"), Use("alerts", why=why)),
        "quiet": (),  # its alerts carry no label that the preset reads: that it is silent would prove nothing
        "shop": (Use("otel-http"),),
    }


def test_thousands_are_bounded_and_what_is_left_out_is_said() -> None:
    fleet = requests(*(f"s{number:05}" for number in range(MOST_SERVICES + 7)))
    calls = frozenset(SeenEdge("s00000", f"s{number:05}") for number in range(1, MOST_NEEDS + 9))
    found = propose(known(*fleet, edges=calls))
    assert len(found.services) == MOST_SERVICES
    assert len(of(found, "s00000").needs) == MOST_NEEDS
    assert found.remarks == (
        "7 values of the label left out: 5,000 services are enough",
        "of the 108 services that 's00000' calls, 100 are listed",
    )


def test_what_cannot_be_written_down_is_left_out_and_said() -> None:
    odd = ["\x1b[2J", " shop", "x" * 201, "a\nb", "https://me:secret@shop.example", "\u202eshop"]
    found = propose(known(*requests("shop", *odd)))
    assert names(found) == ["shop"]
    assert found.remarks == (
        "6 values of the label left out: not to be written down "
        "(control characters, blanks around, a password, or over 200 characters)",
    )


@pytest.mark.parametrize(("scrape", "window"), [(None, "1m"), (30.0, "2m"), (60.0, "4m")])
def test_windows_of_the_questions_are_as_long_as_scrapes_need(scrape: float | None, window: str) -> None:
    asked = key_questions(frozenset({REQUESTS, "go_goroutines"}), scrape)
    assert list(asked) == ["otel-http"]
    assert f"[{window}]" in asked["otel-http"].text
    assert "$" not in asked["otel-http"].text


def test_what_happens_to_many_is_said_once() -> None:
    fleet = requests(*(f"s{number:03}" for number in range(MOST_NEEDS + 9)))
    calls = frozenset(
        SeenEdge(caller, f"s{number:03}")
        for caller in ("s000", "s001", "s002", "s003")
        for number in range(MOST_NEEDS + 9)
    )
    keys = {"postgres": {" a:5432", " b:5432"}, "blackbox": {"\x1b[2J"}}
    assert propose(known(*fleet, edges=calls, keys=keys)).remarks == (
        "2 keys of preset postgres left out: not to be written down",
        "1 key of preset blackbox left out: not to be written down",
        "of the services that 's000', 's001', 's002' and 1 more call, 100 each are listed",
    )
