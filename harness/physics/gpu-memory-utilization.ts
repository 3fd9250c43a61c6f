/**
 * vLLM's default of `--gpu-memory-utilization` since v0.21 (change 38284, 21 April 2026: the profiling run counts the
 * memory of CUDA graphs from then on). It stands for every server that says nothing else, whatever its card.
 */
export const DEFAULT_GPU_MEMORY_UTILIZATION = 0.92

/** The same before v0.21, for figures that were published earlier. */
export const OLDER_GPU_MEMORY_UTILIZATION = 0.9
