import type { Spread, SweepPoint } from './sweep-point.ts'

/** The highest load that meets the SLO. */
export interface SloLoad {
  /** The highest load below the first that breaks it; null where already the lowest breaks it. */
  readonly met: { readonly concurrency: number; readonly share: Spread } | null
  /** The lowest load that breaks it; null where none did. A load that failed breaks it without a share. */
  readonly broken: { readonly concurrency: number; readonly share: Spread | null } | null
  /** Whether the intervals of both shares lie on their side of the limit. */
  readonly certain: boolean
}

/**
 * The highest load at which the asked share of the requests meets every limit of the SLO, and the load above it that does
 * not. A load that failed meets nothing. Null where no load has a share: the scenario states no SLO.
 */
export function sloLoadOf(points: readonly SweepPoint[], goodShare: number): SloLoad | null {
  const judged = points
    .filter(({ sloShare, obstacle }) => sloShare !== null || obstacle?.kind === 'failed')
    .toSorted((a, b) => a.concurrency - b.concurrency)
  if (judged.every(({ sloShare }) => sloShare === null)) return null
  const first = judged.findIndex((point) => !meets(point, goodShare))
  const last = judged.at(first < 0 ? -1 : first - 1)
  const met = first === 0 || last === undefined ? null : { concurrency: last.concurrency, share: last.sloShare! }
  const breaking = judged[first]
  const broken = breaking === undefined ? null : { concurrency: breaking.concurrency, share: usable(breaking) }
  const isMet = met === null || (met.share.ci95 !== null && met.share.ci95[0] >= goodShare)
  const isBroken = !broken?.share || (broken.share.ci95 !== null && broken.share.ci95[1] < goodShare)
  return { met, broken, certain: isMet && isBroken }
}

const usable = ({ sloShare, obstacle }: SweepPoint): Spread | null => (obstacle?.kind === 'failed' ? null : sloShare)

/** Whether a load meets the SLO, by the mean over its trials. */
export const meets = (point: SweepPoint, goodShare: number): boolean => {
  const share = usable(point)
  return share !== null && share.mean >= goodShare
}
