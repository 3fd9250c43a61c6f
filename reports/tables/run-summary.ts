import { quotability } from '../../harness/evidence/refusals.ts'
import { labelOf, summaryMetrics } from '../../harness/metrics/catalogue.ts'
import { describeWorkload } from '../../harness/metrics/describe-workload.ts'
import type { Gate, RunRecord } from '../../harness/record/schema/run.ts'
import { counted } from '../../harness/units.ts'
import { driftLimitText, soakText } from '../run-remarks.ts'
import { metricCell } from './figure-cell.ts'
import { lengthsText } from './lengths-text.ts'
import { reasoningText } from './reasoning-text.ts'
import { buildTable, type Table, type Tone, text } from './table.ts'

/** The results of one run: mean, 95 % interval, number of trials. */
export function runSummaryTable(record: RunRecord): Table {
  const rows = summaryMetrics(record.scenario, [record.result])
  const workload = describeWorkload(record.scenario)
  const remarks = [lengthsText(record), reasoningText(record), soakText(record), driftLimitText(record)]
  return buildTable({
    id: 'run-summary',
    title: `${record.scenario.title} on ${record.card.name ?? 'a machine without a GPU'}`,
    rows,
    rowId: (key) => key,
    columns: [
      { id: 'figure', head: 'Metric', align: 'left', cell: (key) => text(labelOf(key)) },
      { id: 'mean', head: 'Mean over trials', align: 'right', cell: (key) => metricCell(record, key) },
      { id: 'trials', head: 'Trials', align: 'right', cell: (key) => text(String(record.result[key]?.n ?? 0)) },
    ],
    notes: [
      `run ${record.id}: ${record.status}, ${counted(record.trials.length, 'trial')}${convergence(record)}`,
      ...(workload === null ? [] : [workload]),
      ...remarks.filter((note) => note !== null),
      ...(record.coolDowns ?? []).flatMap(({ finding }) => finding ?? []),
      ...(record.oom ? [`OOM: ${record.oom.evidence}`] : []),
    ],
  })
}

function convergence(record: RunRecord): string {
  if (record.converged === null) return '; a confidence interval requires two trials'
  const target = `±${Number((record.scenario.certainty.target * 100).toFixed(2))} %`
  return record.converged ? `; 95 % CI within ${target}` : `; 95 % CI NOT within ${target}`
}

const tones: Readonly<Record<Gate['status'], Tone>> = {
  pass: 'good',
  warn: 'warn',
  fail: 'bad',
  'not-measured': 'warn',
}

/** Every gate with its evidence: why this run may be quoted, or may not. */
export function gatesTable(record: RunRecord): Table {
  return buildTable({
    id: 'gates',
    title: quotability(record).quotable ? 'Gates: quotable' : 'Gates: not quotable',
    rows: record.gates,
    rowId: (gate) => gate.id,
    columns: [
      { id: 'gate', head: 'Gate', align: 'left', cell: (gate) => text(`${gate.id}${gate.required ? ' *' : ''}`) },
      { id: 'status', head: 'Status', align: 'left', cell: (gate) => text(gate.status, tones[gate.status]) },
      { id: 'evidence', head: 'Evidence', align: 'left', cell: (gate) => text(gate.evidence) },
    ],
    notes: ['* required for a quotable result'],
  })
}
