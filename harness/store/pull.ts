import { randomBytes } from 'node:crypto'
import { mkdir, readFile, rename, rm } from 'node:fs/promises'
import { join } from 'node:path'
import { gunzipSync } from 'node:zlib'
import { JoulemarkError, messageOf } from '../errors.ts'
import { jsonOf } from '../json-text.ts'
import { ACCEPTANCE_FILE } from '../record/acceptance-file.ts'
import { csvColumns } from '../record/csv.ts'
import { makeFolder, syncFolder } from '../record/json-file.ts'
import { manifestSha256, type RawRecord } from '../record/signing/manifest.ts'
import type { Store } from './db/open.ts'
import { writeFromParts } from './file-parts.ts'

/** A run of a store, as far as it takes to fetch it. */
export interface StoredId {
  readonly digest: string
  readonly id: string
}

/** Names of the files that a run can have. Whatever else a store holds is not written to a disk. */
const fileNames: readonly string[] = ['run.json', ACCEPTANCE_FILE, ...Object.keys(csvColumns)]
/** A folder name of its own, on every system. */
const safeId = /^[A-Za-z0-9][A-Za-z0-9._-]{0,199}$/
/** run.json of a run of many trials has some hundred kB. */
const MOST_RECORD_BYTES = 64 * 2 ** 20
const RECORDS_AT_ONCE = 100

/**
 * Writes a run to a folder of its own inside `folder`, exactly as it was pushed. It appears whole or not at all; one that
 * is there with the same record stays. Where another record has its name (a redacted copy has that of the original), the
 * folder gets the start of the digest as well. Throws `negative-result` for a run that is not what was pushed.
 */
export async function pullRun(
  store: Store,
  run: StoredId,
  folder: string,
): Promise<{ readonly outcome: 'pulled' | 'present'; readonly directory: string }> {
  for (const directory of placesOf(run, folder)) {
    const known = await digestOf(directory)
    if (known === run.digest) return { outcome: 'present', directory }
    if (known !== null) continue
    makeFolder(folder)
    const beside = join(folder, `.pull-${randomBytes(8).toString('hex')}`)
    try {
      await mkdir(beside)
      await writeRun(store, run, beside)
      await rename(beside, directory)
      syncFolder(folder)
      return { outcome: 'pulled', directory }
    } catch (error) {
      await rm(beside, { recursive: true, force: true })
      // another pull was faster, or something else has the name: look again
      if (!['ENOTEMPTY', 'EEXIST', 'ENOTDIR'].includes((error as NodeJS.ErrnoException).code ?? '')) throw error
      if ((await digestOf(directory)) === run.digest) return { outcome: 'present', directory }
    }
  }
  throw new JoulemarkError(
    'environment',
    `${join(folder, run.id)}: is taken by something else; pull into another folder`,
  )
}

function placesOf({ id, digest }: StoredId, folder: string): string[] {
  if (!safeId.test(id) || !/^[0-9a-f]{64}$/.test(digest)) {
    throw new JoulemarkError(
      'negative-result',
      `the store holds a run whose id is no folder name: ${JSON.stringify(id.slice(0, 100))}`,
    )
  }
  return [join(folder, id), join(folder, `${id}-${digest.slice(0, 8)}`)]
}

/** The digest of the run in a folder; null where nothing is, an empty text where something else is. */
async function digestOf(directory: string): Promise<string | null> {
  try {
    return recordDigest(await readFile(join(directory, 'run.json')))
  } catch (error) {
    const { code } = error as NodeJS.ErrnoException
    return code === 'ENOENT' ? null : ''
  }
}

function recordDigest(bytes: Buffer): string {
  const raw = jsonOf(bytes.toString())
  return typeof raw === 'object' && raw !== null ? manifestSha256(raw as RawRecord) : ''
}

/** Writes the files of a run into an empty folder. Throws `negative-result` where one is not what was pushed. */
export async function writeRun(store: Store, { id, digest }: StoredId, directory: string): Promise<void> {
  const files = await store.db.selectFrom('files').select(['name', 'sha256']).where('digest', '=', digest).execute()
  const odd = files.find(({ name }) => !fileNames.includes(name))
  if (odd) throw spoilt(id, `holds ${JSON.stringify(odd.name.slice(0, 100))}, which is no file of a run`)
  for (const { name, sha256 } of files) {
    const written = await writeFromParts(join(directory, name), partsOf(store, digest, name)).catch((error) => {
      throw isDiskError(error) ? error : spoilt(id, `${name}: ${messageOf(error)}`)
    })
    if (written.sha256 !== sha256) throw spoilt(id, `${name} is not the file that was pushed`)
  }
  const record = await readFile(join(directory, 'run.json')).catch(() => Buffer.alloc(0))
  if (recordDigest(record) !== digest) throw spoilt(id, 'run.json has another digest than its row')
}

const spoilt = (id: string, what: string): JoulemarkError =>
  new JoulemarkError('negative-result', `${id} in the store was changed or is not whole: ${what}`)

/** Errors of the disk and of the database have codes; those of a broken gzip stream begin with Z. */
const isDiskError = (error: unknown): boolean => /^(?!Z_)[A-Z0-9_]+$/.test((error as NodeJS.ErrnoException).code ?? '')

async function* partsOf(store: Store, digest: string, name: string): AsyncGenerator<Uint8Array> {
  for (let part = 0; ; part += 1) {
    const row = await store.db
      .selectFrom('parts')
      .select('content')
      .where('digest', '=', digest)
      .where('name', '=', name)
      .where('part', '=', part)
      .executeTakeFirst()
    if (row === undefined) return
    yield row.content
  }
}

/**
 * The texts of run.json of several runs, exactly as they were pushed, in their order; only some are in memory at once. Throws
 * `negative-result` as `pullRun` does.
 */
export async function* recordTexts(store: Store, runs: readonly StoredId[]): AsyncGenerator<string> {
  for (let from = 0; from < runs.length; from += RECORDS_AT_ONCE) {
    const some = runs.slice(from, from + RECORDS_AT_ONCE)
    const rows = await store.db
      .selectFrom('parts')
      .select(['digest', 'content'])
      .where('name', '=', 'run.json')
      .where(
        'digest',
        'in',
        some.map(({ digest }) => digest),
      )
      .orderBy('digest')
      .orderBy('part')
      .execute()
    const parts = Map.groupBy(rows, (row) => row.digest)
    for (const { id, digest } of some) {
      const text = unpacked(Buffer.concat((parts.get(digest) ?? []).map(({ content }) => content)))
      if (recordDigest(Buffer.from(text)) !== digest) throw spoilt(id, 'run.json has another digest than its row')
      yield text
    }
  }
}

function unpacked(bytes: Buffer): string {
  try {
    return gunzipSync(bytes, { maxOutputLength: MOST_RECORD_BYTES }).toString()
  } catch {
    // its digest is that of no record
    return ''
  }
}
