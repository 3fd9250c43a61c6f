import type { Card } from '../harness/catalogue/types.ts'

/**
 * The share of memory (`--gpu-memory-utilization`) that vLLM is usually given where nobody says: small cards are filled
 * fuller than large ones. An assumption, printed beside what rests on it.
 */
export const usualUtilization = (card: Card): number => (card.vramGb.value <= 32 ? 0.94 : 0.92)
