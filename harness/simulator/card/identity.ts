import { mix32 } from '../random.ts'

/** Driver version of every simulated card, in a form that no release has. */
export const SIMULATED_DRIVER = '0.0-sim'
export const SIMULATED_NAME_SUFFIX = ' (SIMULATED)'

/** A UUID that depends only on the seed and the index, with a prefix that no real card has. */
export function simulatedUuid(seed: number, index: number): string {
  const word = (salt: number): string =>
    mix32(mix32(seed ^ 0x5eed) ^ Math.imul(index + 1, 0x9e3779b9) ^ salt)
      .toString(16)
      .padStart(8, '0')
  const tail = word(1) + word(2) + word(3)
  return `GPU-51a01a7e-${tail.slice(0, 4)}-${tail.slice(4, 8)}-${tail.slice(8, 12)}-${tail.slice(12, 24)}`
}

/** PCI address of the card with this index: one bus per card. */
export const simulatedBusId = (index: number): string =>
  `00000000:${(index + 1).toString(16).toUpperCase().padStart(2, '0')}:00.0`
