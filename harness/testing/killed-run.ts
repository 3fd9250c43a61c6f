import { cpSync, mkdtempSync, readdirSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { toCsv } from '../record/csv.ts'
import { besideName, toJson } from '../record/json-file.ts'
import { readRun, type StoredRun } from '../record/read.ts'
import type { RunRecord } from '../record/schema/run.ts'
import { asWritten } from '../record/signing/manifest.ts'
import { runPrepared } from '../run/run.ts'
import { fakeRun } from './fake-run.ts'
import { requestRow } from './rows.ts'

/** Requests of the unfinished trial that are on disk. */
export const UNFINISHED_REQUESTS = 2

/**
 * The folder of a run as `kill -9` leaves it in its third trial: two trials in the record, rows of the third, and a file of
 * a write of run.json that did not end. `change` edits the record, such as the process that wrote it.
 */
export async function killedRun(change: (record: RunRecord) => RunRecord = (record) => record): Promise<StoredRun> {
  const out = mkdtempSync(join(tmpdir(), 'killed-'))
  const { prepared, options } = fakeRun({
    onPhase: ({ trial }) => {
      if (trial === 2) cpSync(options.outDir, out, { recursive: true })
      return undefined
    },
  })
  await runPrepared(prepared, options, null)
  const directory = join(out, readdirSync(out)[0] ?? 'none')
  const rows = Array.from({ length: UNFINISHED_REQUESTS }, (_, id) => requestRow({ trial: 2, id }))
  writeFileSync(join(directory, 'requests.csv'), toCsv('requests.csv', rows), { flag: 'a' })
  const path = join(directory, 'run.json')
  const { record } = await readRun(directory)
  writeFileSync(path, toJson(asWritten(change(record))))
  writeFileSync(besideName(path), '{ "schemaVersion": 2,')
  return readRun(directory)
}
