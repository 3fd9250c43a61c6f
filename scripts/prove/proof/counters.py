"""What the server counts, and its Prometheus page. Names after the prefix are those of vLLM for the same facts."""

PREFIX = "joulemark_proof:"
ITL_BUCKETS = (0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1.0, 2.5)
TTFT_BUCKETS = (0.01, 0.05, 0.1, 0.25, 0.5, 1.0, 2.5, 5.0, 10.0, 30.0, 60.0)
REASONS = ("stop", "length", "abort", "error")


class Histogram:
    def __init__(self, bounds):
        self.bounds = bounds
        self.counts = [0] * (len(bounds) + 1)
        self.sum = 0.0

    def observe(self, value):
        self.counts[next((i for i, bound in enumerate(self.bounds) if value <= bound), len(self.bounds))] += 1
        self.sum += value

    def lines(self, name, labels):
        total = 0
        for bound, count in zip((*self.bounds, "+Inf"), self.counts):
            total += count
            yield f'{name}_bucket{{{labels},le="{bound}"}} {total}'
        yield f"{name}_count{{{labels}}} {total}"
        yield f"{name}_sum{{{labels}}} {self.sum!r}"


class Counters:
    """Written by the engine's thread alone; a page that is read in between may be one token behind."""

    def __init__(self, model, started_unix):
        self.model, self.started_unix = model, started_unix
        self.running = self.waiting = 0
        self.kv_share = 0.0
        self.prompt_tokens = self.generation_tokens = self.steps = 0
        self.success = dict.fromkeys(REASONS, 0)
        self.ttft, self.itl = Histogram(TTFT_BUCKETS), Histogram(ITL_BUCKETS)

    def page(self):
        labels = f'model_name="{self.model}"'
        gauges = {
            "num_requests_running": self.running,
            "num_requests_waiting": self.waiting,
            "kv_cache_usage_perc": self.kv_share,
        }
        counters = {
            "prompt_tokens_total": self.prompt_tokens,
            "generation_tokens_total": self.generation_tokens,
            "decode_steps_total": self.steps,
        }
        lines = ["# TYPE process_start_time_seconds gauge", f"process_start_time_seconds {self.started_unix!r}"]
        for kind, values in (("gauge", gauges), ("counter", counters)):
            for name, value in values.items():
                lines += [f"# TYPE {PREFIX}{name} {kind}", f"{PREFIX}{name}{{{labels}}} {value!r}"]
        name = f"{PREFIX}request_success_total"
        lines.append(f"# TYPE {name} counter")
        lines += [f'{name}{{finished_reason="{reason}",{labels}}} {count}' for reason, count in self.success.items()]
        for name, histogram in (("time_to_first_token_seconds", self.ttft), ("inter_token_latency_seconds", self.itl)):
            lines += [f"# TYPE {PREFIX}{name} histogram", *histogram.lines(PREFIX + name, labels)]
        return "\n".join(lines) + "\n"
