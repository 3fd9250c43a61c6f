"""vLLM's `bench serve` without the rest of its command line, which requires the package to be installed by name."""
import argparse

from vllm.benchmarks.serve import add_cli_args, main

parser = argparse.ArgumentParser()
add_cli_args(parser)
main(parser.parse_args())
