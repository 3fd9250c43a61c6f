import type { PointRow } from '../../harness/operating/points.ts'
import type { MetricResult } from '../../harness/record/schema/result.ts'
import { counted } from '../../harness/units.ts'
import { formatShare } from '../render/format-cell.ts'
import { type Cell, type CellMarks, missing, type Tone, text } from '../tables/table.ts'
import { pointName, type Tuning } from './tuning.ts'

/** The setting of a point, and beneath it how what was found differs from what was set. */
export function nameCell(tuning: Tuning, row: PointRow): Cell {
  const { setting, enforcedW, readClockMHz, blocks } = row
  const { blocks: most } = tuning.table
  const details = [
    ...(setting.powerLimitW === null && tuning.foundW !== null ? [`${tuning.foundW} W`] : []),
    ...(setting.powerLimitW === tuning.foundW ? ['as found'] : []),
    ...(setting.powerLimitW !== null && enforcedW !== null && enforcedW !== setting.powerLimitW
      ? [`enforced ${enforcedW} W`]
      : []),
    ...(readClockMHz !== null && readClockMHz !== setting.smClockMHz ? [`ran at ${readClockMHz} MHz`] : []),
    ...(blocks.length < most && blocks.length > 0 ? [`${blocks.length} of ${counted(most, 'block')}`] : []),
  ]
  return { ...text(pointName(tuning, row)), ...(details.length === 0 ? {} : { detail: details.join(', ') }) }
}

/** A metric of a point with its interval, or why there is none. */
export function figureCell(
  result: MetricResult | undefined,
  { reason }: PointRow,
  tuning: Tuning,
  { digits, unit = '' }: { readonly digits: number; readonly unit?: string },
): Cell {
  if (reason !== null) return missing(reason)
  if (result === undefined || result.mean === null) return missing(result?.reason ?? 'not in the records')
  const { mean, ci95 } = result
  return { kind: 'number', value: mean, unit, digits, ...(ci95 === null ? {} : { ci95 }), ...stamp(tuning) }
}

/** Cost per unit of work of a point in £, with its interval, or why there is none. */
export function moneyCell({ gbp, reason }: PointRow, tuning: Tuning): Cell {
  if (reason !== null) return missing(reason)
  if (gbp.mean === null) return missing(gbp.reason)
  return {
    kind: 'money',
    valueGbp: gbp.mean,
    digits: 4,
    ...(gbp.ci95 === null ? {} : { ci95: gbp.ci95 }),
    ...stamp(tuning),
  }
}

/** The headline metric against that at the highest limit with the same load, as a percentage. */
export function changeCell({ vsReference, reason, blocks }: PointRow, tuning: Tuning): Cell {
  if (reason !== null) return missing(reason)
  if (vsReference === null)
    return tuning.table.blocks > 1 && blocks.length > 0 ? text('–') : missing('one block has no spread between blocks')
  const [low, high] = vsReference.ci95
  return {
    kind: 'number',
    value: vsReference.value * 100,
    unit: '%',
    digits: 1,
    ci95: [low * 100, high * 100],
    ...stamp(tuning),
  }
}

const sloTones: Readonly<Record<PointRow['slo']['state'], Tone>> = {
  met: 'good',
  missed: 'bad',
  unclear: 'warn',
  unknown: 'plain',
}

/** Whether a point meets the SLO, and the share of requests that did. */
export function sloCell({ slo, reason }: PointRow, tuning: Tuning): Cell {
  if (reason !== null) return missing(reason)
  if (slo.state === 'unknown') return missing(slo.reason ?? 'not measured')
  const word = slo.state === 'unclear' ? 'in some blocks' : slo.state
  const share = slo.share === null ? {} : { detail: `${formatShare(slo.share)} of requests` }
  return { ...text(word, sloTones[slo.state]), ...share, ...stamp(tuning) }
}

/** The marks of every cell with a figure of a tuning: whether it was simulated, and what limits what it says. */
export const stamp = ({ simulated, caveat }: Tuning): CellMarks => ({
  ...(simulated ? { simulated: true } : {}),
  ...(caveat === null ? {} : { caveat }),
})
