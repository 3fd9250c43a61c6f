import { cardEntryByKey } from '../../harness/catalogue/own/own-cards.ts'
import { formatNumber } from '../render/format-cell.ts'
import { sharedMemoryNotes } from '../tables/card-memory.ts'
import { buildTable, type Cell, type Column, missing, type Table, text } from '../tables/table.ts'
import type { PartialPrediction, ScenarioFigures, ScenarioPrediction } from './scenario.ts'

type Row = ScenarioPrediction | PartialPrediction

/** Predictions as a table: memory, physical limit, expected throughput with its band, latencies. */
export function predictionTable(predictions: readonly Row[]): Table {
  const figure = (id: string, head: string, of: (at: Row) => Cell | null): Column<Row> => ({
    id,
    head,
    align: 'right',
    cell: (at) => of(at) ?? notPredicted(at),
  })
  return buildTable({
    id: 'prediction',
    title: 'Prediction without a run',
    columns: [
      { id: 'scenario', head: 'Scenario', align: 'left', cell: (at) => text(`${at.scenario} on ${at.card}`) },
      { id: 'fit', head: 'Memory', align: 'left', cell: fitCell },
      figure('limit', 'Limit (t/s)', (at) => {
        if (at.limit === null) return missing(reasonsOf(at).limitReason ?? 'no limit')
        return fits(at) ? number(at.limit.value) : null
      }),
      figure('expected', 'Expected (t/s)', (at) => {
        if (at.prediction === null) return null
        const { slow, fast } = at.prediction.band
        const digits = fast.outputTokensPerS < 100 ? 1 : 0
        const band = `${formatNumber(slow.outputTokensPerS, digits)} to ${formatNumber(fast.outputTokensPerS, digits)}`
        const value = formatNumber(at.prediction.expected.outputTokensPerS, digits)
        return { kind: 'text', text: value, detail: band }
      }),
      figure('tpot', 'TPOT (ms)', (at) => (at.prediction ? number(at.prediction.expected.tpotMs, 1) : null)),
      figure('ttft', 'TTFT (ms)', (at) => (at.prediction ? number(at.prediction.expected.ttftMs, 0) : null)),
      figure('power', 'Power (W)', (at) => (at.prediction ? number(at.prediction.expected.powerW, 0) : null)),
    ],
    rows: predictions,
    rowId: (at) => `${at.scenario}-${at.card}`,
    notes: [
      'Limit: max(bytes / bandwidth, FLOPs / peak) per step; no correct measurement exceeds it. Expected: a step model at the power limit of the card, fitted to public measurements, with the range of a healthy server below it. Power: mean of each GPU by the same model; five public readings of Ada and RTX Blackwell agree within 15 %, other families are estimates. None is a measurement.',
      ...sharedMemoryNotes(predictions.flatMap((at) => cardEntryByKey(at.card) ?? [])),
      ...predictions.flatMap((at) => [
        ...(fits(at) && at.limit !== null ? [`${at.scenario} on ${at.card}: limit ${at.limit.formula}`] : []),
        ...(at.prediction ? [`${at.scenario} on ${at.card}: ${rangeText(at, at.prediction)}`] : []),
        ...(at.prediction && at.reason ? [`${at.scenario} on ${at.card}: ${at.reason}`] : []),
      ]),
    ],
  })
}

const number = (value: number, digits = value < 100 ? 1 : 0): Cell => ({ kind: 'number', value, unit: '', digits })

const notPredicted = (at: Row): Cell => missing(at.reason ?? 'not predicted')

/** Why there is no memory or no limit, for a card of which not everything is known. */
const reasonsOf = (at: Row): Partial<Pick<PartialPrediction, 'fitReason' | 'limitReason'>> =>
  'fitReason' in at ? at : {}

const fits = ({ fit }: Row): boolean => fit === null || fit.headroomRatio >= 1

function fitCell(at: Row): Cell {
  const { fit } = at
  if (fit === null) return missing(reasonsOf(at).fitReason ?? 'memory unknown')
  const gib = (bytes: number) => `${formatNumber(bytes / 2 ** 30, 1)} GiB`
  if (fits(at)) {
    return {
      kind: 'text',
      text: fit.verdict,
      detail: `headroom ${formatNumber(fit.headroomRatio, 1)}x, KV ${gib(fit.freeBytes)}`,
    }
  }
  return { kind: 'oom', evidence: `${gib(fit.weightsBytes)} of weights, ${gib(fit.budgetBytes)} available` }
}

/** What the range cannot show, and what the power limit costs. */
function rangeText({ powerLimitW }: ScenarioPrediction, { unseenLoss, keptAtPowerLimit }: ScenarioFigures): string {
  const percent = (share: number) => `${formatNumber(share * 100, 0)} %`
  const costs =
    keptAtPowerLimit < BINDS ? `, which leaves about ${percent(keptAtPowerLimit)} of the unlimited throughput` : ''
  return `expected at ${formatNumber(powerLimitW, 0)} W per GPU${costs}; a loss of up to ${percent(unseenLoss)} stays inside the range`
}

/** A limit that leaves less than this binds. */
const BINDS = 0.995
