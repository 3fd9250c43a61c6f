import { createHash } from 'node:crypto'
import { readFileSync, statSync } from 'node:fs'
import { exitCodes } from '../../harness/errors.ts'
import type { CheckedBundle } from '../../harness/evidence/check-bundle.ts'
import type { Problem } from '../../harness/evidence/check-files.ts'
import { withBundle } from '../../harness/evidence/open-bundle.ts'
import { type Verification, verifyRun } from '../../harness/evidence/verify-run.ts'
import { reasonsNotQuotable } from '../../harness/gates/quotable.ts'
import { plainText } from '../../harness/plain-text.ts'
import { findRuns } from '../../harness/record/read.ts'
import { publicHexFrom } from '../../harness/record/signing/signature.ts'
import { bundleReports } from '../../reports/bundle/reports.ts'
import type { CommandIo } from '../support/io.ts'
import { toolInfo } from '../support/tool-info.ts'
import { unendedRun } from '../support/unended-run.ts'

/** Flags of `verify`. */
export interface VerifyFlags {
  /** Public key that must have signed: hexadecimal, or a PEM file. */
  readonly key?: string
  readonly json?: boolean
}

/** Verifies runs and bundles; exit code 1 if anything changed since the end of a run. */
export async function verify(paths: readonly string[], flags: VerifyFlags, io: CommandIo): Promise<number> {
  const key = flags.key === undefined ? null : pinnedKey(flags.key)
  const checked: Checked[] = []
  for (const path of paths) {
    if (isFile(path) && !path.endsWith('run.json')) {
      checked.push(
        ...(await withBundle(path, async (bundle) => {
          const runs = await verifyAll(bundle.runs, key)
          return [
            { name: path, problems: [...bundle.problems, ...(await forgedReports(bundle, runs))], run: null },
            ...runs,
          ]
        })),
      )
    } else checked.push(...(await verifyAll(await findRuns([path]), key)))
  }
  if (flags.json) io.stdout(`${JSON.stringify({ verified: checked.map(document) }, null, 2)}\n`)
  else for (const each of checked) io.stdout(textOf(each))
  return checked.some((each) => each.problems.length > 0) ? exitCodes.negativeResult : exitCodes.done
}

interface Checked {
  readonly name: string
  readonly problems: readonly Problem[]
  /** Null for a bundle, whose runs are checked one by one. */
  readonly run: Verification | null
}

/**
 * Finds reports of a bundle that do not match its runs. Signatures cover only the runs: an edited report can come with an
 * edited list of hashes, so that reports are verified by making them again.
 */
async function forgedReports({ problems, files }: CheckedBundle, runs: readonly Checked[]): Promise<Problem[]> {
  const records = runs.flatMap(({ run }) => run?.record ?? [])
  if (problems.length > 0 || records.length < runs.length) return []
  const made = await bundleReports(records)
  const differ = made.filter(({ name, text }) => files[name] !== createHash('sha256').update(text).digest('hex'))
  const others = Object.keys(files).filter(
    (name) => name.startsWith('reports/') && !made.some((report) => report.name === name),
  )
  const { version } = toolInfo()
  const what = `differs from the report that joulemark ${version} makes of these runs; signatures cover the runs, not this file`
  return [...differ.map(({ name }) => name), ...others].map((file) => ({ file, what }))
}

async function verifyAll(directories: readonly string[], key: string | null): Promise<Checked[]> {
  const all: Checked[] = []
  for (const directory of directories) {
    const run = await verifyRun(directory.replace(/\/run\.json$/, ''), key)
    const open = run.record === null ? null : unendedRun({ directory: run.directory, record: run.record })
    const problems = run.problems.map((each) => (open ? { ...each, what: `${each.what}; ${open.line}` } : each))
    all.push({ name: run.record?.id ?? directory, problems, run })
  }
  return all
}

function textOf({ name, problems, run }: Checked): string {
  const lines = problems.map(({ file, what }) => `  ${file}: ${what}`)
  const verdict = problems.length > 0 ? `NOT VERIFIED (${problems.length})` : 'verified'
  const details = run?.record && problems.length === 0 ? detailsOf(run) : []
  return [`${verdict}: ${name}`, ...lines, ...details].map((line) => `${plainText(line)}\n`).join('')
}

function detailsOf(run: Verification): string[] {
  const { record, recomputed, digest, signedBy } = run
  if (record === null || recomputed === null) return []
  const metrics = Object.values(recomputed.result).filter(({ mean }) => mean !== null).length
  const [first] = reasonsNotQuotable({ ...record, gates: recomputed.gates })
  return [
    `  ${record.trials.length} trials, ${metrics} metrics and ${recomputed.gates.length} gates recomputed from ${Object.keys(record.files).length} files${record.redacted ? '; redacted copy' : ''}`,
    `  digest     ${digest}`,
    `  signed by  ${signedBy ?? 'no key: nothing proves that the record was not fabricated'}`,
    `  quotable   ${first ? `no: ${first}` : signedBy ? 'yes' : 'no: not signed'}`,
  ]
}

function document({ name, problems, run }: Checked): object {
  if (run === null) return { bundle: name, problems }
  const { digest, signedBy, recomputed, record } = run
  const gates = recomputed?.gates ?? []
  return { id: name, problems, digest, signedBy, redacted: record?.redacted ?? false, gates }
}

function pinnedKey(text: string): string {
  return isFile(text) ? publicHexFrom(readFileSync(text, 'utf8'), text) : publicHexFrom(text, `--key ${text}`)
}

const isFile = (path: string): boolean => statSync(path, { throwIfNoEntry: false })?.isFile() === true
