"""What is asked, and how answers become columns."""

import math
from dataclasses import replace

import pytest
from hypothesis import given
from hypothesis import strategies as st

from cockpit.core.answers import RuleBook, ratio, reduce, samples
from cockpit.core.levels import Kind, Level
from cockpit.core.model import Capability, MetricServer, Model, OnNoData, Query, Service, Signal
from cockpit.core.poll import ABSENT, FAILED, PLENTY, PRESENT, UNKNOWN_AGE, UNRULED, Samples
from cockpit.core.queries import Asking, Plan, Vector, history_plans, live_plan
from cockpit.core.slots import lay_out

NAN = float("nan")
TOTAL = "sum by (service) (rate(requests_total{$match}[1m]))"
ERRORS = f'sum by (service) (rate(requests_total{{code="500",$match}}[1m])) / {TOTAL}'
FRESH = "max by (service) (timestamp(requests_total{$match}))"


def signal(name: str, service: str, expr: str, **query: str) -> Signal:
    asked = Query(expr, ("service",), (service,), **query)
    return Signal(name, Kind.ERRORS, asked, "above", {Level.FAILING: 0.5})


def shop(*names: str) -> Model:
    """Each service has an error share with traffic and age, and its traffic as a signal of its own."""
    return Model(
        services=tuple(
            Service(
                name,
                signals=(
                    signal("errors", name, ERRORS, volume=TOTAL, freshness=FRESH),
                    signal("traffic", name, TOTAL, freshness=FRESH),
                ),
            )
            for name in names
        ),
        prometheus=(MetricServer("eu", "http://eu"),),
    )


def of(model: Model) -> Plan:
    return live_plan(model, lay_out(model), model.prometheus[0].name)


def one(query: Query, *, reduced: str = "max", on_no_data: OnNoData = OnNoData.UNKNOWN) -> Asking:
    """The asking of a single signal."""
    asked = Signal(
        "x", Kind.ERRORS, query, "above", {Level.FAILING: 1}, reduce=reduced, on_no_data=on_no_data
    )  # type: ignore[arg-type]
    (asking,) = of(
        Model(services=(Service("a", signals=(asked,)),), prometheus=(MetricServer("eu", ""),))
    ).askings
    return asking


def vector(*values: float, key: tuple[str, ...] = ("a",), at: float = 100.0) -> Vector:
    return Vector({key: values}, at)


def same(one: float, other: float) -> bool:
    return one == other or (math.isnan(one) and math.isnan(other))


def only(columns: Samples) -> tuple[int, float, float, float]:
    assert len(columns) == 1
    return columns.answer[0], columns.value[0], columns.volume[0], columns.age[0]


def test_a_text_that_several_templates_use_is_asked_once() -> None:
    assert [question.text for question in of(shop("a", "b")).questions] == [
        'sum by (service) (rate(requests_total{code="500",service=~"a|b"}[1m]))'
        ' / sum by (service) (rate(requests_total{service=~"a|b"}[1m]))',
        'sum by (service) (rate(requests_total{service=~"a|b"}[1m]))',
        'max by (service) (timestamp(requests_total{service=~"a|b"}))',
    ]


def test_five_thousand_services_cost_as_many_questions_as_one() -> None:
    whole = of(shop(*(f"s{number}" for number in range(5000))))
    assert len(whole.questions) == len(of(shop("a")).questions)
    assert not any("s17" in question.text for question in whole.questions)


def test_a_shared_text_narrows_to_the_names_of_all_who_use_it() -> None:
    model = shop("a", "b")
    only_traffic = replace(model.services[1], signals=model.services[1].signals[1:])
    texts = [
        question.text for question in of(replace(model, services=(model.services[0], only_traffic))).questions
    ]
    assert 'service="a"' in texts[0]
    assert texts[1] == 'sum by (service) (rate(requests_total{service=~"a|b"}[1m]))'


def test_names_are_escaped_for_the_regex_and_for_the_string() -> None:
    texts = [question.text for question in of(shop('a"b', "c.d")).questions]
    assert r'service=~"a\"b|c\\.d"' in texts[1]


def test_each_server_is_asked_its_own_questions() -> None:
    model = shop("a")
    elsewhere = replace(model.services[0].signals[1], sources=("us",))
    services = (replace(model.services[0], signals=(model.services[0].signals[0], elsewhere)),)
    both = replace(model, services=services, prometheus=(MetricServer("eu", ""), MetricServer("us", "")))
    slots = lay_out(both)
    assert len(live_plan(both, slots, "eu").askings) == 1
    assert len(live_plan(both, slots, "us").askings) == 2


def test_rows_find_their_series_by_label() -> None:
    plan = of(shop("a", "b"))
    found = {0: Vector({("b",): (0.2,), ("c",): (9.0,)}, 100.0), 1: Vector({("b",): (7.0,)}, 100.0)}
    columns = samples(plan.askings[0], {**found, 2: Vector({("b",): (97.0,)}, 100.0)})
    assert list(columns.answer) == [ABSENT, PRESENT]
    assert columns.value[1] == 0.2
    assert [same(*pair) for pair in zip(columns.volume, [NAN, 7.0], strict=True)] == [True, True]
    assert list(columns.age) == [UNKNOWN_AGE, 3.0]


def test_every_series_of_an_ungrouped_answer_is_ours() -> None:
    columns = samples(one(Query("up")), {0: vector(1.0, 3.0, NAN, key=())})
    assert only(columns)[:3] == (PRESENT, 3.0, PLENTY)
    assert math.isnan(columns.age[0])


@pytest.mark.parametrize(("how", "wanted"), [("max", 3.0), ("min", 1.0), ("sum", 6.0), ("avg", 2.0)])
def test_several_series_are_reduced_as_the_signal_says(how: str, wanted: float) -> None:
    columns = samples(one(Query("x", ("service",), ("a",)), reduced=how), {0: vector(1.0, 2.0, 3.0)})
    assert columns.value[0] == wanted


def test_infinite_values_are_kept() -> None:
    asking = one(Query("x", ("service",), ("a",)))
    assert samples(asking, {0: vector(float("inf"))}).value[0] == float("inf")
    assert samples(asking, {0: vector(float("-inf"))}).value[0] == float("-inf")


def test_only_nan_is_present_and_not_a_number() -> None:
    answer, value, _, _ = only(samples(one(Query("x", ("service",), ("a",))), {0: vector(NAN, NAN)}))
    assert answer == PRESENT
    assert math.isnan(value)


def test_a_failed_value_fails_the_rows() -> None:
    assert only(samples(one(Query("x")), {0: None}))[0] == FAILED


@pytest.mark.parametrize("reply", [None, Vector({}, None), vector(NAN)], ids=["failed", "absent", "NaN"])
def test_traffic_that_was_asked_and_is_not_known_is_nan(reply: Vector | None) -> None:
    asking = one(Query("x", ("service",), ("a",), volume="v"))
    assert math.isnan(samples(asking, {0: vector(1.0), 1: reply}).volume[0])


@pytest.mark.parametrize("reply", [None, Vector({}, None), vector(NAN)], ids=["failed", "absent", "NaN"])
def test_an_age_that_was_asked_and_is_not_known_is_infinite(reply: Vector | None) -> None:
    asking = one(Query("x", ("service",), ("a",), freshness="f"))
    assert samples(asking, {0: vector(1.0), 1: reply}).age[0] == UNKNOWN_AGE


def test_age_is_counted_by_the_servers_clock() -> None:
    asking = one(Query("x", ("service",), ("a",), freshness="f"))
    assert samples(asking, {0: vector(1.0, at=5.0), 1: vector(1000.0, at=1007.5)}).age[0] == 7.5


def test_a_sample_from_the_future_is_new() -> None:
    asking = one(Query("x", ("service",), ("a",), freshness="f"))
    assert samples(asking, {0: vector(1.0), 1: vector(1000.0, at=990.0)}).age[0] == 0.0


@pytest.mark.parametrize(
    ("required", "wanted"),
    [(vector(1.0), ABSENT), (vector(1.0, key=("b",)), FAILED), (Vector({}), FAILED), (None, FAILED)],
    ids=["there", "for another", "nowhere", "failed"],
)
def test_absence_is_good_news_only_where_the_required_series_is(required: Vector | None, wanted: int) -> None:
    asking = one(Query("x", ("service",), ("a",), requires="r"), on_no_data=OnNoData.OK)
    assert samples(asking, {0: Vector({}), 1: required}).answer[0] == wanted


@pytest.mark.parametrize(
    ("rules", "wanted"),
    [
        (RuleBook(frozenset({("service", "a")})), ABSENT),
        (RuleBook(frozenset({("job", "a")}), also=("job",)), ABSENT),
        (RuleBook(frozenset({("job", "a")})), UNRULED),
        (RuleBook(frozenset()), UNRULED),
        (None, FAILED),
    ],
)
def test_no_alert_is_good_news_only_where_a_rule_watches(rules: RuleBook | None, wanted: int) -> None:
    asking = one(Query("x", ("service",), ("a",), requires="rule"), on_no_data=OnNoData.OK)
    assert asking.by_rule
    assert samples(asking, {0: Vector({})}, rules).answer[0] == wanted
    assert samples(asking, {0: vector(1.0)}, rules).answer[0] == PRESENT


def test_a_warning_on_any_answer_makes_the_columns_partial() -> None:
    asking = one(Query("x", ("service",), ("a",), volume="v"))
    warned = replace(vector(1.0), partial=True)
    assert samples(asking, {0: vector(1.0), 1: warned}).partial
    assert not samples(asking, {0: vector(1.0), 1: vector(1.0)}).partial


class TestMeasure:
    """Rows of capabilities: the share of what was expected."""

    def rows(self, actual: Vector | None, expected: Vector | None) -> tuple[int, float, float, float]:
        query = Query("actual", volume="expected")
        measure = Signal("measure", Kind.TRAFFIC, query, "below", {Level.FAILING: 0.5}, reduce="min")
        model = Model(
            capabilities=(Capability("buy", measure=measure),), prometheus=(MetricServer("eu", ""),)
        )
        (asking,) = of(model).askings
        return only(samples(asking, {0: actual, 1: expected}))

    def test_is_actual_over_expected(self) -> None:
        assert self.rows(vector(30.0, key=()), vector(40.0, key=()))[:3] == (PRESENT, 0.75, 40.0)

    def test_either_side_missing_is_absent(self) -> None:
        assert self.rows(Vector({}), vector(40.0, key=()))[0] == ABSENT
        assert self.rows(vector(30.0, key=()), Vector({}))[0] == ABSENT

    def test_either_side_failed_is_failed(self) -> None:
        assert self.rows(None, vector(40.0, key=()))[0] == FAILED
        assert self.rows(vector(30.0, key=()), None)[0] == FAILED

    def test_nothing_of_nothing_is_not_a_number(self) -> None:
        answer, value, volume, _ = self.rows(vector(0.0, key=()), vector(0.0, key=()))
        assert (answer, volume) == (PRESENT, 0.0)
        assert math.isnan(value)

    def test_an_expectation_that_is_not_a_number_is_unknown_traffic(self) -> None:
        _, value, volume, _ = self.rows(vector(3.0, key=()), vector(NAN, key=()))
        assert math.isnan(value)
        assert math.isnan(volume)


numbers = st.floats(allow_nan=True, allow_infinity=True, width=32)


@given(st.lists(numbers, min_size=1), st.sampled_from(["max", "min", "sum", "avg"]))
def test_members_that_are_no_numbers_never_matter(members: list[float], how: str) -> None:
    known = [member for member in members if not math.isnan(member)]
    assert same(reduce(how, members), reduce(how, known))
    if not known:
        assert math.isnan(reduce(how, members))


@given(numbers, numbers)
def test_dividing_never_raises(actual: float, expected: float) -> None:
    assert isinstance(ratio(actual, expected), float)


@given(st.dictionaries(st.sampled_from("abcdef"), st.lists(numbers, min_size=1, max_size=3)))
def test_a_row_is_present_exactly_when_its_series_is(found: dict[str, list[float]]) -> None:
    plan = of(shop("a", "b", "c"))
    reply = Vector({(name,): tuple(values) for name, values in found.items()}, 1.0)
    columns = samples(plan.askings[0], {0: reply, 1: reply, 2: reply})
    assert list(columns.answer) == [PRESENT if name in found else ABSENT for name in "abc"]
    assert len(columns.value) == len(columns.volume) == len(columns.age) == 3


def test_history_is_read_in_pieces_highest_tiers_first() -> None:
    model = shop(*(f"s{number}" for number in range(1200)))
    services = tuple(replace(service, tier=1 + at % 4) for at, service in enumerate(model.services))
    model = replace(model, services=services)
    plans = history_plans(model, lay_out(model), "eu")
    assert [len(plan.questions) for plan in plans] == [3, 3, 3], "pieces share traffic and age, too"
    tiers = [[services[place].tier for place in plan.askings[0].places] for plan in plans]
    assert [tier for piece in tiers for tier in piece] == sorted(service.tier for service in services)


def test_history_of_a_text_without_room_for_names_is_one_piece() -> None:
    services = tuple(
        Service(name, signals=(signal("up", name, "max by (service) (up)"),))
        for name in (f"s{number}" for number in range(1200))
    )
    model = Model(services=services, prometheus=(MetricServer("eu", ""),))
    (whole,) = history_plans(model, lay_out(model), "eu")
    assert [len(asking.rows) for asking in whole.askings] == [1200]
