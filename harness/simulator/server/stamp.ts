/** What vLLM puts into `system_fingerprint`; from here it says that nothing of this was measured. */
export const SIMULATED_FINGERPRINT = 'simulated'

/** On every response, whatever its body. */
export const stampHeader = { 'x-joulemark-simulated': '1' } as const
