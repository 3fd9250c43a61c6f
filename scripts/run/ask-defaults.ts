/**
 * What `run` asks where no scenario file and no flag says otherwise: the load of the bundled batch scenarios, so that the
 * answer can be compared with theirs. Everything else has the default of a scenario file.
 */
export const askDefaults = { concurrency: 32, inputTokens: 512, outputTokens: 256 } as const

/** Requests in flight where `vllm bench serve` would send all of its prompts at once: as many as vLLM runs at once by default. */
export const ALL_AT_ONCE = 256

/** Prompts of `vllm bench serve` where `--num-prompts` is not given. */
export const VLLM_PROMPTS = 1000
