import { JoulemarkError } from '../../harness/errors.ts'
import { servingGpus } from '../../harness/physics/serving-gpus.ts'
import type { RunRecord } from '../../harness/record/schema/run.ts'
import { settingText } from '../../harness/record/setting/operating-point.ts'

/** A run that was verified and may be quoted. */
export interface QuotedRun {
  readonly record: RunRecord
  readonly digest: string
  /** Hexadecimal public key whose signature holds. */
  readonly signedBy: string
}

/** Throws `bad-input` unless these runs are different runs of one server at one setting, signed with one key. */
export function requireOneServer(runs: readonly QuotedRun[]): void {
  const records = runs.map((run) => run.record)
  const [first] = runs
  if (first === undefined) throw new JoulemarkError('bad-input', 'no runs were given')
  requireEachOnce(runs)
  requireOneSetting(records, first.record)
  requireSameServer(records, first.record)
  const other = runs.find((run) => run.signedBy !== first.signedBy)
  if (other)
    throw new JoulemarkError('bad-input', `${other.record.id}: is signed with another key than ${first.record.id}`)
}

/** Throws `bad-input` for a run that is given twice, in one option or in two. */
export function requireEachOnce(runs: readonly QuotedRun[]): void {
  const duplicate = runs.find((run, place) => runs.findIndex((other) => other.record.id === run.record.id) !== place)
  if (duplicate) throw new JoulemarkError('bad-input', `${duplicate.record.id}: was given twice`)
}

/** What identifies a server. */
const serverKey = (record: RunRecord): string =>
  JSON.stringify([
    record.host,
    servingGpus(record.gpus).map(({ uuid, name, powerLimitW }) => [uuid, name, powerLimitW]),
  ])

/**
 * What the runs of one option have in common: the server, its setting and the key that signed them. Runs grouped by it pass
 * `requireOneServer`, but for redacted copies, which do not identify their server.
 */
export const optionKey = (record: RunRecord): string =>
  JSON.stringify([serverKey(record), settingText(record), record.signature?.publicKey ?? null])

/** Every promise of an option holds at once: the server is delivered at one setting. */
function requireOneSetting(records: readonly RunRecord[], first: RunRecord): void {
  const at = (record: RunRecord) => settingText(record) ?? 'the card as it was found'
  const other = records.find((record) => at(record) !== at(first))
  if (other === undefined) return
  throw new JoulemarkError(
    'bad-input',
    `${other.id}: was measured at ${at(other)}, ${first.id} at ${at(first)}; a quote covers one setting of the card, or one per --option`,
  )
}

function requireSameServer(records: readonly RunRecord[], first: RunRecord): void {
  const other = records.find((record) => serverKey(record) !== serverKey(first))
  if (other) {
    throw new JoulemarkError(
      'bad-input',
      `${other.id}: was measured on another server than ${first.id}; a quote covers one server, or one per --option NAME=RUNS`,
    )
  }
  const redacted = records.length > 1 ? records.find((record) => record.redacted) : undefined
  if (redacted === undefined) return
  throw new JoulemarkError(
    'bad-input',
    `${redacted.id}: is a redacted copy that does not identify its server; a quote of several runs requires the original records`,
  )
}
