import type { PartKind } from '../../../harness/record/schema/box.ts'
import type { RunRecord } from '../../../harness/record/schema/run.ts'
import { type AcceptanceLine, acceptance, copyOf } from '../acceptance.ts'
import type { DoctorFinding } from '../causes.ts'
import { type Quantity, quantities } from '../quantities.ts'
import type { EarlierRun } from '../references.ts'
import type { FigureResult } from './box-result.ts'
import { partOf } from './evidence.ts'

/** The figures of some cards against the ranges of healthy servers, one part after the other. */
export function figuresOf(
  runs: readonly RunRecord[],
  earlier: readonly EarlierRun[],
  findings: readonly DoctorFinding[],
): FigureResult[] {
  // the cards are measured without a server only once
  const copyGBs = copyOf(runs)
  return [...Map.groupBy(runs, partOf)].flatMap(([part, own]) =>
    acceptance(own, earlier, findings, copyGBs).map((line) => figureOf(part, line)),
  )
}

function figureOf(part: PartKind, line: AcceptanceLine): FigureResult {
  const { label, unit, digits }: Quantity = quantities[line.metric]
  const { scenario, starts, metric, measured, low, high, basis, verdict, simulated, why, remarks } = line
  return {
    ...{ part, scenario, starts, metric, label, unit, digits, measured, low, high, basis, verdict },
    expected: line.expected,
    wouldBe: simulated ?? null,
    // the stamp is that of the whole box
    why: simulated ? why.slice(1) : [...why],
    remarks: [...remarks],
  }
}

/** A figure in one line: scenario, value and range. */
export function figureLine(figure: FigureResult): string {
  const { scenario, part, starts, label, unit, digits, measured, basis } = figure
  const got = measured === null ? 'not measured' : `${measured.toFixed(digits)} ${unit}`
  const mean = starts < 2 ? '' : ` (${starts} starts)`
  const where = part === 'alone' ? '' : `, ${part}`
  const range = rangeText(figure)
  return `${scenario}${where}${mean}, ${label}: ${got}, ${range}${range === 'no range' ? '' : ` (${basis})`}`
}

/** The range of a figure in words. */
export function rangeText({ low, high, digits }: FigureResult): string {
  if (low !== null && high !== null) return `${low.toFixed(digits)} to ${high.toFixed(digits)}`
  if (low !== null) return `at least ${low.toFixed(digits)}`
  return high === null ? 'no range' : `at most ${high.toFixed(digits)}`
}

/** Whether a figure is on either side of its range. */
export const isOutside = ({ measured, low, high }: FigureResult): boolean =>
  measured !== null && ((low !== null && measured < low) || (high !== null && measured > high))
