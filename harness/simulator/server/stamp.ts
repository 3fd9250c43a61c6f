/** The `system_fingerprint` of the simulator, which marks every answer as simulated. */
export const SIMULATED_FINGERPRINT = 'simulated'

/** Header of every response. */
export const stampHeader = { 'x-joulemark-simulated': '1' } as const
