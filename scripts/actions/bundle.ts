import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { basename, dirname, join } from 'node:path'
import { exitCodes, JoulemarkError } from '../../harness/errors.ts'
import { type ArchiveFile, sha256Of, writeArchive } from '../../harness/evidence/archive.ts'
import { BUNDLE_LIST, type BundleList } from '../../harness/evidence/check-bundle.ts'
import { keyChains } from '../../harness/evidence/key-chains.ts'
import { leftIn } from '../../harness/evidence/redaction/left-in.ts'
import { writeRedactedCopy } from '../../harness/evidence/redaction/redacted-copy.ts'
import { type Verification, verifyRun } from '../../harness/evidence/verify-run.ts'
import { plainText } from '../../harness/plain-text.ts'
import { findRuns } from '../../harness/record/disk/run-folders.ts'
import { makeFolder, toJson } from '../../harness/record/json-file.ts'
import { sha256OfBytes } from '../../harness/record/proof/proof-file.ts'
import type { RunRecord } from '../../harness/record/schema/run.ts'
import { counted } from '../../harness/units.ts'
import { derivedFiles } from '../../reports/bundle/derived-files.ts'
import type { CommandIo } from '../support/io.ts'

/** Flags of `bundle`. */
export interface BundleFlags {
  readonly out: string
  /** False leaves names in; default true. */
  readonly redact?: boolean
}

/**
 * Writes one archive with runs, reports, public keys and a README for third parties, without names unless they are asked for,
 * and lists what the archive still shows. Runs that do not verify are refused. `proof`: the files of a proof of these runs, in the
 * folder `proof/`, which `proof.json` among them is signed over.
 */
export async function bundle(
  paths: readonly string[],
  flags: BundleFlags,
  io: CommandIo,
  proof: readonly ArchiveFile[] = [],
): Promise<number> {
  const isRedacted = flags.redact !== false
  const folder = await mkdtemp(join(tmpdir(), 'joulemark-redacted-'))
  try {
    const runs: Sound[] = []
    for (const directory of await findRuns(paths)) {
      const whole = await sound(directory.endsWith('run.json') ? dirname(directory) : directory)
      if (runs.some((run) => run.record.id === whole.record.id)) {
        throw new JoulemarkError('bad-input', `${directory}: ${whole.record.id} is in the bundle already`)
      }
      runs.push(isRedacted && !whole.record.redacted ? await redacted(whole, folder) : whole)
    }
    const [rewritten] = keyChains(runs).flatMap(({ problems }) => problems)
    if (rewritten) throw new JoulemarkError('negative-result', `${rewritten.file}: ${rewritten.what}`)
    const files = await bundleFiles(runs, proof)
    makeFolder(dirname(flags.out))
    await writeArchive(flags.out, files)
    io.stderr.write(
      `wrote ${flags.out}: ${counted(runs.length, 'run')}, ${counted(files.length, 'file')}${isRedacted ? ', redacted' : ', with the names of hosts and users'}\n`,
    )
    if (isRedacted) io.stderr.write(shownText(runs.map(({ record }) => record)))
    io.stdout(`${await sha256Of(flags.out)}  ${basename(flags.out)}\n`)
    return exitCodes.done
  } finally {
    await rm(folder, { recursive: true, force: true })
  }
}

/** What redacted runs still show, each line once. */
function shownText(records: readonly RunRecord[]): string {
  const lines = records.flatMap((record) =>
    leftIn(record).map(({ what, value, warning }) =>
      plainText(`  ${what}: ${value}${warning === null ? '' : ` (${warning})`}`),
    ),
  )
  const unsigned = records.filter((record) => record.signature === undefined).map(({ id }) => `  not signed: ${id}`)
  return `left in; read it before you send the bundle:\n${[...new Set([...lines, ...unsigned])].join('\n')}\n`
}

/** A run that verifies. */
type Sound = Verification & { readonly record: RunRecord; readonly digest: string; readonly manifest: Buffer }

async function sound(directory: string): Promise<Sound> {
  const run = await verifyRun(directory)
  const [problem] = run.problems
  if (run.fault !== null) throw new JoulemarkError('environment', `${directory}: ${run.fault}`)
  if (problem || run.record === null || run.digest === null || run.manifest === null) {
    throw new JoulemarkError('negative-result', `${directory}: does not verify: ${problem?.file} ${problem?.what}`)
  }
  return { ...run, record: run.record, digest: run.digest, manifest: run.manifest }
}

async function redacted(whole: Sound, folder: string): Promise<Sound> {
  return sound(await writeRedactedCopy(whole.directory, whole.record, folder))
}

async function bundleFiles(runs: readonly Sound[], proof: readonly ArchiveFile[]): Promise<ArchiveFile[]> {
  const listed = runs.map((run) => ({ ...run, publicKey: run.signedBy }))
  const derived = await derivedFiles(listed, proof.length > 0)
  const files: ArchiveFile[] = [
    ...derived.map(({ name, bytes }) => ({ name, source: { bytes } })),
    ...runs.flatMap(({ directory, record }) =>
      ['run.json', ...Object.keys(record.files)].map((name) => ({
        name: `runs/${record.id}/${name}`,
        source: { path: join(directory, name) },
      })),
    ),
    ...proof,
  ]
  const hashes = await Promise.all(files.map(async (file) => [file.name, await hashOf(file)] as const))
  const list: BundleList = {
    joulemarkBundle: 1,
    runs: runs.map(({ record }) => `runs/${record.id}`),
    files: Object.fromEntries(hashes),
  }
  return [text(BUNDLE_LIST, toJson(list)), ...files]
}

const text = (name: string, content: string): ArchiveFile => ({ name, source: { bytes: Buffer.from(content) } })

const hashOf = async ({ source }: ArchiveFile): Promise<string> =>
  'bytes' in source ? sha256OfBytes(source.bytes) : sha256Of(source.path)
