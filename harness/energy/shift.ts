/** Half of the averaging window of each power field on Ada and later, in ms (Yang et al., SC24). */
export const SHIFT_MS = { powerW: 500, powerInstantW: 50 } as const
