import { LEAST_GAIN } from '../../harness/operating/sweep/knee.ts'
import type { Known } from '../facts.ts'
import { sensibleDigits } from '../render/digits.ts'
import { moneyRowDigits } from '../tables/economics-rows.ts'
import { type Measured, stampOf } from '../tables/figure-cell.ts'
import { buildTable, type Cell, type Column, missing, type Table, text } from '../tables/table.ts'
import { ofSweep, sweepFindings } from './findings.ts'
import type { Sweep, SweepLine, SweptLoad } from './lines.ts'
import { beatenLoads } from './trade-offs.ts'

/** A row: one load of one line of one sweep. */
interface Row {
  readonly sweep: Sweep
  readonly line: SweepLine
  readonly at: SweptLoad
}

/** Every sweep in one table, a row for each load, with what they say below it. Null where there is none. */
export function sweepTable(sweeps: readonly Sweep[], leastGain: number = LEAST_GAIN): Table | null {
  const rows = sweeps.flatMap((sweep) =>
    sweep.lines.flatMap((line) => line.loads.map((at): Row => ({ sweep, line, at }))),
  )
  const [first] = rows
  if (first === undefined) return null
  const hasSlo = rows.some(({ at }) => at.point.sloShare !== null)
  const isOneLine = rows.every(({ line }) => line.label === first.line.label)
  const named = (isNamed: boolean, column: Column<Row>) => (isNamed ? [column] : [])
  const title = 'Throughput and interactivity by concurrency'
  return buildTable({
    id: 'sweep',
    title: sweeps.length === 1 ? `${title}: ${first.sweep.title}` : title,
    groupBy: ['workload', 'card'],
    columns: [
      ...named(
        sweeps.length > 1,
        left('workload', 'Workload', ({ sweep }) => text(sweep.title)),
      ),
      ...named(
        !isOneLine,
        left('card', 'Card', ({ line }) => text(line.label)),
      ),
      right('concurrency', 'Requests in flight', ({ line, at }) => loadCell(line, at)),
      right('interactivity', 't/s per user', ({ at }) => number(at, at.interactivity, 1)),
      right('throughput-per-gpu', 't/s per GPU', ({ at }) => number(at, at.perGpu, 0)),
      right('gbp-per-million', '£ per million tokens', ({ at }) => money(at)),
      right('ttft', 'TTFT p50 (ms)', ({ at }) => number(at, at.ttftMs, 0)),
      right('tokens-per-joule', 'tokens/J', ({ at }) => number(at, at.tokensPerJ, 2)),
      ...named(
        hasSlo,
        right('slo', 'Within SLO (%)', ({ at }) => sloCell(at)),
      ),
    ],
    rows,
    rowId: ({ at }) => at.run.id,
    notes: [
      ...sweeps.flatMap((sweep) => sweepFindings(sweep, leastGain).map(ofSweep(sweeps, sweep))),
      't/s per user: interactivity, the output tokens/s of one user, 1000 / median TPOT in ms. t/s per GPU: output tokens/s of all users / GPUs. TTFT p50: median. Beaten: another load of the same server gives more of both, by intervals that lie apart.',
    ],
  })
}

const left = (id: string, head: string, cell: (row: Row) => Cell): Column<Row> => ({ id, head, align: 'left', cell })
const right = (id: string, head: string, cell: (row: Row) => Cell): Column<Row> => ({ id, head, align: 'right', cell })

function number({ run }: SweptLoad, known: Known<Measured>, most: number): Cell {
  if ('reason' in known) return missing(known.reason)
  const { value, ci95 } = known.value
  const digits = sensibleDigits(value, ci95, most)
  return { kind: 'number', value, unit: '', digits, ...(ci95 ? { ci95 } : {}), ...stampOf(run) }
}

function money({ run, gbp }: SweptLoad): Cell {
  if ('reason' in gbp) return missing(gbp.reason)
  const { value, ci95 } = gbp.value
  const digits = moneyRowDigits['gbp-per-million-tokens']
  return { kind: 'money', valueGbp: value, digits, ...(ci95 ? { ci95 } : {}), ...stampOf(run) }
}

function sloCell({ run, point }: SweptLoad): Cell {
  if (point.sloShare === null) return missing('no request was due in a window')
  const { mean, ci95 } = point.sloShare
  const percent = (share: number) => share * 100
  // the same share in every trial has no width to print
  const spread = ci95 && ci95[1] - ci95[0] > 1e-9 ? { ci95: [percent(ci95[0]), percent(ci95[1])] as const } : {}
  return { kind: 'number', value: percent(mean), unit: '', digits: 1, ...spread, ...stampOf(run) }
}

/** The load, with what is to be known of it below. */
function loadCell({ loads }: SweepLine, at: SweptLoad): Cell {
  const isQueued = at.point.obstacle?.kind === 'queued'
  const said = at.isFailed
    ? ['failed']
    : [
        ...(isQueued ? ['queues'] : []),
        ...(at.breaksSlo ? ['misses SLO'] : []),
        ...(beatenLoads(loads).has(at) ? ['beaten'] : []),
      ]
  return {
    kind: 'text',
    text: String(at.concurrency),
    ...(said.length === 0 ? {} : { detail: said.join(' · ') }),
    ...(at.isFailed ? { tone: 'bad' } : isQueued || at.breaksSlo ? { tone: 'warn' } : {}),
  }
}
