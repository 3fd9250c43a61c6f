import { basename, dirname } from 'node:path'
import { messageOf } from '../../harness/errors.ts'
import { checkSeal } from '../../harness/evidence/check-seal.ts'
import { sealReasons } from '../../harness/evidence/refusals.ts'
import { reasonsNotQuotable } from '../../harness/gates/quotable.ts'
import { readRun } from '../../harness/record/read.ts'
import { settingText } from '../../harness/record/setting/operating-point.ts'
import { unendedRun } from '../support/unended-run.ts'
import type { ListRow } from './lines.ts'

/** What `list` shows of a run folder. Hashes and signature are checked; values are recomputed only by `verify` and `quote`. */
export async function rowOf(path: string): Promise<ListRow> {
  try {
    const directory = basename(path) === 'run.json' ? dirname(path) : path
    const seal = await checkSeal(directory)
    // a record that cannot be read is described by its reader
    const record = seal.record ?? (await readRun(path)).record
    const { id, status, source, gates } = record
    const setting = settingText(record)
    const open = unendedRun({ directory, record })
    if (open !== null) {
      return { id, directory, status: open.status, source, setting, quotable: false, reasons: [open.line], gates: [] }
    }
    const reasons = [...reasonsNotQuotable(record), ...sealReasons(seal)]
    return { id, directory, status, source, setting, quotable: record.quotable && reasons.length === 0, reasons, gates }
  } catch (error) {
    const reasons = [messageOf(error)]
    return { id: path, directory: path, status: null, source: null, setting: null, quotable: false, reasons, gates: [] }
  }
}
