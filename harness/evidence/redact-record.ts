import type { CsvName } from '../record/csv.ts'
import type { RunRecord } from '../record/schema/run.ts'
import { recompute } from './recompute.ts'
import { redactedFile } from './redact-csv.ts'
import { type Names, REDACTED, redactText, redactValue } from './redact-text.ts'
import { readTrialRows } from './trial-rows.ts'

/** The identifying names in a record. */
export const identifiersIn = (record: RunRecord): Names => ({
  hostname: record.host.hostname,
  gpus: new Map(record.gpus.map((gpu, place) => [gpu.uuid, `GPU-${place + 1}`])),
})

/**
 * The copy of a record for third parties: without host names, serial numbers, addresses and user names, with all values
 * and gates. Its values are computed from the redacted inputs by the same functions, with a pseudonym per GPU, so that it
 * verifies like any other record. A pure function of the record and its files, so that the copy signed at the end of the
 * run can be made again later. Nothing in it is derived from a name, so that no hash reveals one.
 */
export async function redactedRecord(directory: string, record: RunRecord): Promise<RunRecord> {
  const names = identifiersIn(record)
  const { signature: _, manifestSha256: __, redactedCopy: ___, files, ...rest } = record
  const inputs = redactValue(rest, names) as Omit<RunRecord, 'files'>
  const redactedFiles = Object.entries(files).map(
    async ([name, file]) => [name, await redactedFile(directory, name as CsvName, file, names)] as const,
  )
  const copy: RunRecord = {
    ...inputs,
    redacted: true,
    host: { ...inputs.host, hostname: REDACTED },
    endpoint: { ...inputs.endpoint, url: REDACTED },
    // a hash over UUIDs would confirm a guessed UUID
    ...(inputs.fingerprint ? { fingerprint: { ...inputs.fingerprint, driverStateSha256: REDACTED } } : {}),
    ...(inputs.training ? { training: { ...inputs.training, command: [REDACTED] } } : {}),
    files: Object.fromEntries(await Promise.all(redactedFiles)),
  }
  const rows = await readTrialRows(directory, (uuid) => redactText(uuid, names))
  return { ...copy, ...recompute(copy, rows) }
}
