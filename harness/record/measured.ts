import { z } from 'zod'

/** A missing value with its reason; unknown is never 0. */
export const missingSchema = z.strictObject({
  value: z.null().describe('null: it is missing'),
  reason: z.string().describe('why it is missing'),
})
/** A finite number, or the reason why there is none. */
export const measuredSchema = z
  .union([z.number(), missingSchema])
  .meta({ id: 'measured', description: 'a finite number, or null with the reason why there is none' })

export type Missing = z.infer<typeof missingSchema>
export type Measured = z.infer<typeof measuredSchema>

/** A missing value. */
export const missing = (reason: string): Missing => ({ value: null, reason })

/** A value that may be null or not finite (a division by 0), which makes it missing for `reason`. */
export const measured = (value: number | null, reason: string): Measured =>
  value !== null && Number.isFinite(value) ? value : missing(reason)

export const isKnown = (value: Measured): value is number => typeof value === 'number'

/** The number, or null if missing. */
export const numberOf = (value: Measured): number | null => (isKnown(value) ? value : null)

/** The reason of a missing value; null if it is known. */
export const reasonOf = (value: Measured): string | null => (isKnown(value) ? null : value.reason)

/** The numbers among several values. */
export const knownOf = (values: readonly Measured[]): number[] => values.filter(isKnown)

/** A quotient of two values: missing for the reason of either, or for `noDivisor` where the divisor is not above 0. */
export function quotient(dividend: Measured, divisor: Measured, noDivisor: string): Measured {
  if (!isKnown(dividend)) return dividend
  if (!isKnown(divisor)) return divisor
  return divisor > 0 ? measured(dividend / divisor, noDivisor) : missing(noDivisor)
}
