"""What the service counts, in a registry of its own, for whoever scrapes /metrics."""

from __future__ import annotations

from prometheus_client import CollectorRegistry, Counter, Gauge, Histogram, generate_latest

from bot.jobs import Ended
from bot.service.figures import Figures

SECONDS = (0.01, 0.05, 0.25, 1, 5, 15, 60, 300, 600)


class Metrics:
    """Counted by the timetable as it goes; gauges are set by each scrape."""

    def __init__(self) -> None:
        self.registry = CollectorRegistry()
        self._runs = Counter(
            "crux_job_runs", "Runs of each job by how they ended", ["job", "state"], registry=self.registry
        )
        self._seconds = Histogram(
            "crux_job_seconds", "How long runs took", ["job"], buckets=SECONDS, registry=self.registry
        )
        self._missed = Counter("crux_job_missed", "Runs the timetable could not begin", ["job"], registry=self.registry)
        self._last = Gauge(
            "crux_job_last_done", "Unix time of each job's last good end", ["job"], registry=self.registry
        )
        self._sources = Gauge("crux_sources", "Sources by state", ["state"], registry=self.registry)
        self._markets = Gauge("crux_markets", "Markets by state", ["state"], registry=self.registry)
        self._proposals = Gauge("crux_proposals", "Living proposals by state", ["state"], registry=self.registry)
        self._spent = Gauge("crux_mana_spent", "Mana spent", registry=self.registry)
        self._committed = Gauge("crux_mana_committed", "Mana spent or reserved", registry=self.registry)
        self._posts = Gauge("crux_posts_waiting", "Messages that wait to be posted", registry=self.registry)
        self._faults = Gauge(
            "crux_folder_faults", "Faults for which the debate folder cannot be used now", registry=self.registry
        )
        self._outbox = Gauge("crux_outbox_open", "Writes to Manifold whose end is not known", registry=self.registry)

    def ran(self, job: str, ended: Ended, seconds: float) -> None:
        """A run has ended."""
        self._runs.labels(job, ended.state).inc()
        self._seconds.labels(job).observe(seconds)
        if ended.state == "done":
            self._last.labels(job).set_to_current_time()

    def missed(self, job: str) -> None:
        """A run could not be begun, or broke down outside its job."""
        self._missed.labels(job).inc()

    def folder(self, faults: int) -> None:
        """How many faults the newest reading of the debate folder has; 0 where it is in use."""
        self._faults.set(faults)

    def show(self, figures: Figures) -> None:
        """Set the gauges to what the store holds now."""
        for gauge, found in (
            (self._sources, figures.sources),
            (self._markets, figures.markets),
            (self._proposals, figures.proposals),
        ):
            gauge.clear()
            for state, number in found.items():
                gauge.labels(state).set(number)
        self._spent.set(figures.spent_mana)
        self._committed.set(figures.committed_mana)
        self._posts.set(figures.posts_waiting)
        self._outbox.set(figures.outbox_open)

    def text(self) -> bytes:
        """In Prometheus' text format."""
        return generate_latest(self.registry)
