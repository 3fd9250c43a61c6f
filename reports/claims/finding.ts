/**
 * What can be said of one claim, worst first:
 * - `impossible`: above a physical limit, or does not fit
 * - `contradicts-datasheet`: the catalogue's sourced figure is another
 * - `inconsistent`: its own numbers disagree
 * - `off`: measured here, and the figure is another
 * - `underspecified`: true or false depending on something that it does not say
 * - `confirmed`: measured here, within the smallest difference that matters
 * - `consistent`: agrees with datasheet or arithmetic
 * - `plausible`: within the physical limit, not measured
 * - `unverified`: nothing here can decide it
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

/** What is made of all findings on one cell: the worst status, with every reason kept, worst first. */
export interface Verdict {
  readonly cell: string
  readonly status: Status
  readonly why: readonly string[]
}

const severity = (status: Status): number => statuses.indexOf(status)

/** One verdict a cell, in the order in which cells were first spoken of. */
export function verdictsOf(findings: readonly Finding[]): Verdict[] {
  return [...Map.groupBy(findings, (finding) => finding.cell)].map(([cell, group]) => {
    const sorted = group.toSorted((a, b) => severity(a.status) - severity(b.status))
    // "Not decided" is no reason beside one that decides.
    const said = sorted.filter((finding) => finding.status === sorted[0]!.status || finding.status !== 'unverified')
    return { cell, status: sorted[0]!.status, why: [...new Set(said.map((finding) => finding.why))] }
  })
}
