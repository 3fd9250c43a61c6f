import { describeWork } from '../../harness/metrics/describe-work.ts'
import type { ResultKey } from '../../harness/record/result-units.ts'
import type { Figure, Gate, RunRecord } from '../../harness/record/schema/run.ts'
import { soakText } from '../run-remarks.ts'
import { buildTable, type Cell, missing, type Table, type Tone, text } from './table.ts'

/** The figures of one run as it ends, most asked-for first. */
const shown: readonly {
  readonly key: ResultKey
  readonly label: string
  readonly digits: number
  readonly scale?: number
  readonly unit?: string
}[] = [
  { key: 'outputTokensPerS', label: 'Output throughput', digits: 1 },
  { key: 'decodeTokensPerS', label: 'Decode rate a stream', digits: 1 },
  { key: 'ttftMsP50', label: 'TTFT p50', digits: 1 },
  { key: 'ttftMsP99', label: 'TTFT p99', digits: 1 },
  { key: 'tpotMsP50', label: 'TPOT p50', digits: 2 },
  { key: 'e2eMsP50', label: 'E2E p50', digits: 0 },
  { key: 'tokensPerJ', label: 'Tokens a joule', digits: 2 },
  { key: 'meanPowerW', label: 'Mean power', digits: 1 },
  { key: 'peakPowerW', label: 'Peak power', digits: 1 },
  { key: 'peakMemoryMiB', label: 'Peak memory', digits: 0 },
  { key: 'goodputRequestsPerS', label: 'Goodput under the SLO', digits: 2 },
  { key: 'secondsPerImage', label: 'Seconds an image', digits: 2 },
  { key: 'imagesPerS', label: 'Images a second', digits: 3 },
  { key: 'joulesPerImage', label: 'Joules an image', digits: 0 },
  { key: 'stepsPerS', label: 'Steps a second', digits: 2 },
  { key: 'trainedTokensPerS', label: 'Trained tokens a second', digits: 0 },
  { key: 'joulesPerStep', label: 'Joules a step', digits: 1 },
  { key: 'finalLoss', label: 'Loss at the end', digits: 3 },
  { key: 'errorRate', label: 'Error rate', digits: 2, scale: 100, unit: '%' },
]

/** What one run measured: figure, 95 % interval, number of trials. */
export function runSummaryTable(record: RunRecord): Table {
  const simulated = record.source === 'simulated'
  const rows = shown
    .map((row) => ({ ...row, figure: record.result[row.key] }))
    .filter((row) => row.figure !== undefined || (record.scenario.kind === 'text' && !jobKeys.has(row.key)))
  const work = describeWork(record.scenario)
  const soak = soakText(record)
  return buildTable({
    id: 'run-summary',
    title: `${record.scenario.title} on ${record.card.name ?? 'a machine without a GPU'}`,
    rows,
    rowId: (row) => row.key,
    columns: [
      { id: 'figure', head: 'Figure', align: 'left', cell: (row) => text(row.label) },
      { id: 'mean', head: 'Mean over trials', align: 'right', cell: (row) => figureCell(row.figure, row, simulated) },
      { id: 'trials', head: 'Trials', align: 'right', cell: (row) => text(String(row.figure?.n ?? 0)) },
    ],
    notes: [
      `run ${record.id}: ${record.status}, ${record.trials.length} trial${record.trials.length === 1 ? '' : 's'}${convergence(record)}`,
      ...(work === null ? [] : [work]),
      ...(soak === null ? [] : [soak]),
      ...(record.coolDowns ?? []).flatMap(({ finding }) => finding ?? []),
      ...(record.oom ? [`OOM: ${record.oom.evidence}`] : []),
    ],
  })
}

/** Metrics that a text run does not have. */
const jobKeys: ReadonlySet<ResultKey> = new Set([
  'secondsPerImage',
  'imagesPerS',
  'joulesPerImage',
  'stepsPerS',
  'trainedTokensPerS',
  'joulesPerStep',
  'finalLoss',
])

function figureCell(figure: Figure | undefined, row: (typeof shown)[number], simulated: boolean): Cell {
  if (!figure || figure.mean === null) return missing(figure?.reason ?? 'no trial was run')
  const scale = row.scale ?? 1
  const ci95 = figure.ci95 && figure.mean !== 0 ? ([figure.ci95[0] * scale, figure.ci95[1] * scale] as const) : null
  return {
    kind: 'number',
    value: figure.mean * scale,
    unit: row.unit ?? figure.unit,
    digits: row.digits,
    ...(ci95 ? { ci95 } : {}),
    ...(simulated ? { simulated } : {}),
  }
}

function convergence(record: RunRecord): string {
  if (record.converged === null) return '; an interval needs two trials'
  return record.converged ? '; converged' : '; NOT converged: the interval is wider than the target'
}

const tones: Readonly<Record<Gate['status'], Tone>> = {
  pass: 'good',
  warn: 'warn',
  fail: 'bad',
  'not-measured': 'warn',
}

/** Every gate with what it looked at: why this run may be quoted, or may not. */
export function gatesTable(record: RunRecord): Table {
  return buildTable({
    id: 'gates',
    title: record.quotable ? 'Gates: quotable' : 'Gates: not quotable',
    rows: record.gates,
    rowId: (gate) => gate.id,
    columns: [
      { id: 'gate', head: 'Gate', align: 'left', cell: (gate) => text(`${gate.id}${gate.required ? ' *' : ''}`) },
      { id: 'status', head: 'Status', align: 'left', cell: (gate) => text(gate.status, tones[gate.status]) },
      { id: 'evidence', head: 'Evidence', align: 'left', cell: (gate) => text(gate.evidence) },
    ],
    notes: ['* must be measured for a result to be quotable'],
  })
}
