/** `a / b`, or null if the quotient is not a printable number: b is zero, negative or not finite. */
export function ratio(a: number, b: number): number | null {
  const quotient = a / b
  return b > 0 && Number.isFinite(quotient) ? quotient : null
}
