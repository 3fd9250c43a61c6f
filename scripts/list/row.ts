import { basename, dirname } from 'node:path'
import { messageOf } from '../../harness/errors.ts'
import { checkSeal } from '../../harness/evidence/check-seal.ts'
import { quotability } from '../../harness/evidence/refusals.ts'
import { type MetricKey, metrics } from '../../harness/metrics/catalogue.ts'
import { energyMetric, rateMetric } from '../../harness/metrics/headline.ts'
import { readRun } from '../../harness/record/read.ts'
import type { RunRecord } from '../../harness/record/schema/run.ts'
import { settingText } from '../../harness/record/setting/operating-point.ts'
import { unendedRun } from '../support/unended-run.ts'
import type { ListFigure, ListRow } from './lines.ts'

/** What `list` shows of a run folder. Hashes and signature are checked; values are recomputed only by `verify` and `quote`. */
export async function rowOf(path: string): Promise<ListRow> {
  try {
    const directory = basename(path) === 'run.json' ? dirname(path) : path
    const seal = await checkSeal(directory)
    // a record that cannot be read is described by its reader
    const record = seal.record ?? (await readRun(path)).record
    const { id, status, source, gates } = record
    const setting = settingText(record)
    const { kind } = record.scenario
    const figures = { rate: figureOf(record, rateMetric[kind]), energy: figureOf(record, energyMetric[kind]) }
    const known = { id, directory, source, setting, ...figures }
    const open = unendedRun({ directory, record })
    if (open !== null) {
      return { ...known, status: open.status, quotable: false, reasons: [open.line], gates: [] }
    }
    return { ...known, status, ...quotability(record, seal), gates }
  } catch (error) {
    const unknown = { status: null, source: null, setting: null, rate: null, energy: null }
    return { id: path, directory: path, ...unknown, quotable: false, reasons: [messageOf(error)], gates: [] }
  }
}

function figureOf({ result }: RunRecord, metric: MetricKey): ListFigure | null {
  const value = result[metric]?.mean ?? null
  return value === null ? null : { metric, value, unit: metrics[metric].unit }
}
