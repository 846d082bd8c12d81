from __future__ import annotations

from datetime import timedelta

from app.metrics import Metrics
from hub.kernel.meter import Meter, NoMeter


def lines(metrics: Metrics) -> set[str]:
    return set(metrics.exposition().decode().splitlines())


def test_lateness_is_a_histogram_in_seconds_by_channel() -> None:
    metrics = Metrics()
    metrics.observe_lateness("weibo", timedelta(milliseconds=40))
    metrics.observe_lateness("weibo", timedelta(seconds=-1))
    shown = lines(metrics)
    assert 'gongkai_delivery_lateness_seconds_bucket{channel="weibo",le="0.05"} 2.0' in shown
    assert 'gongkai_delivery_lateness_seconds_sum{channel="weibo"} 0.04' in shown


def test_an_attempt_that_did_not_end_in_acceptance_counts_as_a_retry_with_its_cause() -> None:
    metrics = Metrics()
    metrics.count_attempt("wechat", "accepted")
    metrics.count_attempt("wechat", "throttled", "45009")
    shown = lines(metrics)
    assert 'gongkai_attempts_total{channel="wechat",outcome="accepted"} 1.0' in shown
    assert 'gongkai_retries_total{cause="45009",channel="wechat"} 1.0' in shown
    assert not any('cause="accepted"' in line for line in shown)


def test_a_backlog_that_is_gone_is_no_longer_shown() -> None:
    metrics = Metrics()
    metrics.show_backlog({("weibo", "ready"): 3, ("website", "blocked"): 1})
    metrics.show_backlog({("weibo", "ready"): 2})
    shown = [line for line in lines(metrics) if line.startswith("gongkai_backlog{")]
    assert shown == ['gongkai_backlog{channel="weibo",state="ready"} 2.0']


def test_unknown_quota_and_commits_are_shown() -> None:
    metrics = Metrics()
    metrics.show_oldest_unknown({"telegram": timedelta(minutes=2)})
    metrics.show_quota({("wechat", "none"): 4})
    metrics.observe_commit(16, 0.004)
    shown = lines(metrics)
    assert 'gongkai_oldest_unknown_seconds{channel="telegram"} 120.0' in shown
    assert 'gongkai_quota_accounts{channel="wechat",left="none"} 4.0' in shown
    assert 'gongkai_commit_works_bucket{le="16.0"} 1.0' in shown


def test_a_breaker_that_closed_is_no_longer_shown() -> None:
    metrics = Metrics()
    metrics.show_breakers({("weibo", "platform"): 1, ("weibo", "account"): 3})
    metrics.show_breakers({("weibo", "account"): 1})
    shown = [line for line in lines(metrics) if line.startswith("gongkai_breakers_open{")]
    assert shown == ['gongkai_breakers_open{channel="weibo",scope="account"} 1.0']


def test_incidents_and_unsent_alerts_are_shown_as_they_are_now() -> None:
    metrics = Metrics()
    metrics.show_incidents({"weibo": 2, "wechat": 1}, 3)
    metrics.show_incidents({"weibo": 1}, 0)
    shown = lines(metrics)
    open_now = [line for line in shown if line.startswith("gongkai_incidents_open{")]
    assert open_now == ['gongkai_incidents_open{channel="weibo"} 1.0']
    assert "gongkai_alerts_unsent 0.0" in shown


def test_both_meters_take_the_same_calls() -> None:
    meters: list[Meter] = [Metrics(), NoMeter()]
    for meter in meters:
        meter.observe_lateness("weibo", timedelta(0))
        meter.count_attempt("weibo", "accepted")
        meter.observe_commit(1, 0.1)
        meter.show_backlog({})
        meter.show_oldest_unknown({})
        meter.show_quota({})
        meter.show_breakers({})
        meter.show_incidents({}, 0)
    public = {name for name in dir(Meter) if not name.startswith("_")}
    assert public <= set(dir(NoMeter)) & set(dir(Metrics))
