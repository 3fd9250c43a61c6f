/** `a / b`, or null where the quotient is no number that may be printed: b zero, negative or not finite. */
export function ratio(a: number, b: number): number | null {
  const quotient = a / b
  return b > 0 && Number.isFinite(quotient) ? quotient : null
}
