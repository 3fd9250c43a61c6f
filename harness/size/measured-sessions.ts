import { meets } from '../operating/sweep/slo-load.ts'
import type { SweepPoint } from '../operating/sweep/sweep-point.ts'
import type { ServerLoad } from './servers.ts'

/** The highest measured load within the SLO, as it was measured: sessions or users in flight, or requests/s of an open loop. */
export interface MeasuredHighest extends ServerLoad {
  /** Whether a load that breaks the SLO was measured above it. */
  readonly isBounded: boolean
}

/** A measured load with the share of requests that met the SLO. */
export type JudgedLoad = Pick<SweepPoint, 'sloShare' | 'obstacle' | 'tokensPerS'> & { readonly load: number }

/**
 * The highest of several measured loads that meets the SLO by its mean. Its interval goes from the highest load of which the whole
 * interval lies within the SLO to the first of which the whole interval lies outside; what is promised is the low end, which is 0 where
 * not even the lowest load is sure. Null where no load has a share.
 */
export function measuredHighest(loads: readonly JudgedLoad[], goodShare: number): MeasuredHighest | null {
  const judged = loads
    .filter(({ sloShare, obstacle }) => sloShare !== null || obstacle?.kind === 'failed')
    .toSorted((a, b) => a.load - b.load)
  if (judged.every(({ sloShare }) => sloShare === null)) return null
  const broken = judged.findIndex((point) => !meets(asPoint(point), goodShare))
  const within = broken < 0 ? judged : judged.slice(0, broken)
  const isSure = ({ sloShare }: JudgedLoad) => sloShare?.ci95 != null && sloShare.ci95[0] >= goodShare
  const unsure = within.findIndex((point) => !isSure(point))
  const sure = unsure < 0 ? within.at(-1) : within[unsure - 1]
  const first = judged.find(
    ({ sloShare, obstacle }) => obstacle?.kind === 'failed' || (sloShare?.ci95 != null && sloShare.ci95[1] < goodShare),
  )
  const value = within.at(-1)?.load ?? 0
  const conservative = sure?.load ?? 0
  const high = first?.load ?? null
  return {
    value,
    conservative,
    ci95: high === null ? null : [conservative, Math.max(high, value)],
    isBounded: broken >= 0,
  }
}

const asPoint = ({ load, ...point }: JudgedLoad): SweepPoint => ({ concurrency: load, ...point })
