/**
 * vLLM's default of `--gpu-memory-utilization` since v0.21 (change 38284, 21 April 2026: the profiling run counts the
 * memory of CUDA graphs from then on). Assumed for every server and card where no other value is given.
 */
export const DEFAULT_GPU_MEMORY_UTILIZATION = 0.92

/** The default before v0.21, for results published earlier. */
export const OLDER_GPU_MEMORY_UTILIZATION = 0.9
