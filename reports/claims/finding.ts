/**
 * The verdicts on a claim, worst first:
 * - `impossible`: above a physical limit, or does not fit
 * - `contradicts-datasheet`: the catalogue has another sourced value
 * - `inconsistent`: its own numbers disagree
 * - `off`: differs from our measurement
 * - `underspecified`: true or false depending on something that it does not state
 * - `confirmed`: our measurement is within the practical threshold
 * - `consistent`: agrees with datasheet or arithmetic
 * - `plausible`: within the physical limit, not measured
 * - `unverified`: cannot be decided
 */
export const statuses = [
  'impossible',
  'contradicts-datasheet',
  'inconsistent',
  'off',
  'underspecified',
  'confirmed',
  'consistent',
  'plausible',
  'unverified',
] as const
export type Status = (typeof statuses)[number]

/** One reason for one verdict on one cell; a cell may have several. */
export interface Finding {
  /** `table.row.column`, `text.id`, `serving.id` or `winners.id`. */
  readonly cell: string
  readonly status: Status
  readonly why: string
}

/** The result of all findings on one cell: the worst status, with every reason, worst first. */
export interface Verdict {
  readonly cell: string
  readonly status: Status
  readonly why: readonly string[]
}

const severity = (status: Status): number => statuses.indexOf(status)

/** One verdict per cell, in the order of the first finding on each. */
export function verdictsOf(findings: readonly Finding[]): Verdict[] {
  return [...Map.groupBy(findings, (finding) => finding.cell)].map(([cell, group]) => {
    const sorted = group.toSorted((a, b) => severity(a.status) - severity(b.status))
    // an undecided finding adds nothing beside a decided one
    const said = sorted.filter((finding) => finding.status === sorted[0]!.status || finding.status !== 'unverified')
    return { cell, status: sorted[0]!.status, why: [...new Set(said.map((finding) => finding.why))] }
  })
}
