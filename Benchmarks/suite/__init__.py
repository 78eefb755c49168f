"""The benchmark suite: servers, load, report. Start it with Benchmarks/run."""
