import { createHash } from 'node:crypto'
import { readFile, stat } from 'node:fs/promises'
import { join } from 'node:path'
import type { Transaction } from 'kysely'
import { JoulemarkError } from '../errors.ts'
import { checkSeal } from '../evidence/check-seal.ts'
import { jsonOf } from '../json-text.ts'
import { ACCEPTANCE_FILE } from '../record/acceptance-file.ts'
import type { Store } from './db/open.ts'
import type { FileRow, RunRow, StoreTables } from './db/tables.ts'
import { allParts, compressedParts, type FileDigest } from './file-parts.ts'
import { type RecordRows, rowsOf, storableJson } from './rows.ts'

/** What became of a run that was to be pushed. */
export type Pushed =
  | { readonly outcome: 'pushed' | 'present'; readonly id: string; readonly digest: string }
  | { readonly outcome: 'refused'; readonly id: string; readonly reason: string }

/** Runs up to this size are compressed before the transaction, so that other writers wait for the insertion only. */
const IN_MEMORY_BYTES = 64 * 2 ** 20
/** A verdict has a line for each result that failed. */
const MOST_VERDICT_BYTES = 2 ** 20
/** Rows of one statement: each has up to eight values, and a statement takes 32,766. */
const ROWS_AT_ONCE = 1000

/** A run folder as its rows will be. */
export interface RunToPush {
  readonly directory: string
  readonly rows: RecordRows
  readonly run: RunRow
  /** SHA-256 by name, of run.json and of the files of the record. */
  readonly expected: ReadonlyMap<string, string>
}

/**
 * Puts a run into a store, whole or not at all; one that is there stays as it is. A record that was changed after its run,
 * or has not ended, is refused with its reason. Throws what the database throws.
 */
export async function pushRun(store: Store, directory: string): Promise<Pushed> {
  const read = await runToPush(directory)
  if ('reason' in read) return { outcome: 'refused', ...read }
  const { id, digest } = read.run
  const state = await stateOf(store.db, read.run)
  if (state === 'other-signature') return otherSignature(read.run)
  const outcome = state === 'present' ? state : await insertWhole(store, read)
  if (outcome === 'other-signature') return otherSignature(read.run)
  await keepVerdict(store, read)
  return { outcome, id, digest }
}

const otherSignature = ({ id }: RunRow): Pushed => ({
  outcome: 'refused',
  id,
  reason: 'the same record is in the store with the signature of another key, or with one',
})

/** The rows of a run folder, or why it is refused: it was changed after its run, has not ended, or cannot be read. */
export async function runToPush(
  directory: string,
): Promise<RunToPush | { readonly id: string; readonly reason: string }> {
  const { record, digest, problems, signedBy } = await checkSeal(directory)
  const [problem] = problems
  const id = record?.id ?? directory
  if (problem !== undefined) return { id, reason: `${problem.file}: ${problem.what}` }
  if (record === null || digest === null) return { id, reason: 'run.json: cannot be read' }
  const bytes = await readFile(join(directory, 'run.json'))
  const files = Object.entries(record.files)
  const sizes = await Promise.all(files.map(async ([name]) => (await stat(join(directory, name))).size))
  const rows = rowsOf(digest, record, { problems, signedBy })
  const recordSha256 = createHash('sha256').update(bytes).digest('hex')
  return {
    directory,
    rows,
    run: {
      ...rows.run,
      record_sha256: recordSha256,
      record: storableJson(jsonOf(bytes.toString())),
      bytes: sizes.reduce((sum, size) => sum + size, bytes.length),
      pushed_at: new Date().toISOString(),
    },
    expected: new Map([['run.json', recordSha256], ...files.map(([name, { sha256 }]) => [name, sha256] as const)]),
  }
}

/** How a store has this record: not, as it is, without its signature, or with another one. */
type State = 'absent' | 'present' | 'unsigned' | 'other-signature'

async function stateOf(db: Pick<Store['db'], 'selectFrom'>, run: RunRow): Promise<State> {
  const known = await db
    .selectFrom('runs')
    .select(['record_sha256', 'signed_by'])
    .where('digest', '=', run.digest)
    .executeTakeFirst()
  if (known === undefined) return 'absent'
  if (known.record_sha256 === run.record_sha256) return 'present'
  return known.signed_by === null && run.signed_by !== null ? 'unsigned' : 'other-signature'
}

interface ReadyFile {
  readonly file: FileRow
  readonly parts: readonly Buffer[]
}

async function insertWhole(store: Store, read: RunToPush): Promise<'pushed' | 'present' | 'other-signature'> {
  const { run, expected } = read
  const ready =
    run.bytes > IN_MEMORY_BYTES ? null : await Promise.all([...expected.keys()].map((name) => readyFile(read, name)))
  return store.db.transaction().execute(async (trx) => {
    if (!(await insertRun(trx, run))) {
      const state = await stateOf(trx, run)
      if (state === 'present' || state === 'other-signature') return state
      // the record that is there gets its signature; of two that bring one at once, the second finds it
      await trx.deleteFrom('runs').where('digest', '=', run.digest).where('signed_by', 'is', null).execute()
      if (!(await insertRun(trx, run))) throw removedMeanwhile(run)
    }
    await insertRecordRows(trx, read.rows)
    if (ready !== null) for (const each of ready) await insertReady(trx, each)
    else for (const name of expected.keys()) await insertFile(trx, read, name)
    return 'pushed'
  })
}

const removedMeanwhile = ({ id }: RunRow): JoulemarkError =>
  new JoulemarkError('environment', `${id}: another process changed it in the store at this moment; push it again`)

/** Whether the run was inserted: not if it is there, or comes while another transaction that brings it is under way. */
export async function insertRun(trx: Transaction<StoreTables>, run: RunRow): Promise<boolean> {
  const inserted = await trx
    .insertInto('runs')
    .values(run)
    .onConflict((conflict) => conflict.column('digest').doNothing())
    .returning('digest')
    .executeTakeFirst()
  return inserted !== undefined
}

/** The rows of a record besides its run: GPUs, metrics and gates. */
export async function insertRecordRows(
  trx: Transaction<StoreTables>,
  { gpus, metrics, gates }: RecordRows,
): Promise<void> {
  await insertRows(trx, 'gpus', gpus)
  await insertRows(trx, 'metrics', metrics)
  await insertRows(trx, 'gates', gates)
}

async function insertRows<Table extends 'gpus' | 'metrics' | 'gates'>(
  trx: Transaction<StoreTables>,
  table: Table,
  rows: readonly StoreTables[Table][],
): Promise<void> {
  for (let from = 0; from < rows.length; from += ROWS_AT_ONCE) {
    await trx
      .insertInto(table)
      .values(rows.slice(from, from + ROWS_AT_ONCE) as never)
      .execute()
  }
}

async function readyFile(read: RunToPush, name: string): Promise<ReadyFile> {
  const { parts, ...digest } = await allParts(join(read.directory, name))
  return { file: fileRow(read, name, digest), parts }
}

async function insertReady(trx: Transaction<StoreTables>, { file, parts }: ReadyFile): Promise<void> {
  await trx.insertInto('files').values(file).execute()
  for (const [part, content] of parts.entries()) {
    await trx.insertInto('parts').values({ digest: file.digest, name: file.name, part, content }).execute()
  }
}

async function insertFile(trx: Transaction<StoreTables>, read: RunToPush, name: string): Promise<void> {
  const { digest } = read.run
  const generator = compressedParts(join(read.directory, name))
  for (let part = 0; ; part += 1) {
    const { done, value } = await generator.next()
    if (done) {
      await trx
        .insertInto('files')
        .values(fileRow(read, name, value))
        .execute()
      return
    }
    await trx.insertInto('parts').values({ digest, name, part, content: value }).execute()
  }
}

/** The row of a file that was read. Throws if it is not the one that the record names: it changed meanwhile. */
function fileRow({ run, expected }: RunToPush, name: string, { sha256, bytes }: FileDigest): FileRow {
  if (expected.get(name) !== sha256)
    throw new JoulemarkError('environment', `${run.id}: ${name} was changed while it was pushed`)
  return { digest: run.digest, name, sha256, bytes }
}

/** The verdict of `box` on the server is made after the run: it goes beside the record, and a later one replaces it. */
export async function keepVerdict(
  store: Store,
  { directory, run }: Pick<RunToPush, 'directory' | 'run'>,
): Promise<void> {
  const path = join(directory, ACCEPTANCE_FILE)
  const info = await stat(path).catch(() => null)
  if (info === null || !info.isFile() || info.size > MOST_VERDICT_BYTES) return
  const { parts, sha256, bytes } = await allParts(path)
  const file: FileRow = { digest: run.digest, name: ACCEPTANCE_FILE, sha256, bytes }
  await store.db.transaction().execute(async (trx) => {
    // of two that bring one at once, the second waits here
    const locked = trx.selectFrom('runs').select('digest').where('digest', '=', run.digest)
    await (store.kind === 'postgres' ? locked.forUpdate() : locked).execute()
    const known = await trx
      .selectFrom('files')
      .select('sha256')
      .where('digest', '=', file.digest)
      .where('name', '=', file.name)
      .executeTakeFirst()
    if (known?.sha256 === sha256) return
    for (const table of ['parts', 'files'] as const) {
      await trx.deleteFrom(table).where('digest', '=', file.digest).where('name', '=', file.name).execute()
    }
    await insertReady(trx, { file, parts })
  })
}
