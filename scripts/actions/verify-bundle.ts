import { createHash } from 'node:crypto'
import { basename } from 'node:path'
import type { CheckedBundle } from '../../harness/evidence/check-bundle.ts'
import type { Problem } from '../../harness/evidence/check-files.ts'
import type { Verification } from '../../harness/evidence/verify-run.ts'
import { derivedFiles } from '../../reports/bundle/derived-files.ts'
import type { BundledRun } from '../../reports/bundle/readme.ts'
import { toolInfo } from '../support/tool-info.ts'

/**
 * Finds files of a bundle that its runs did not make: README, keys, manifests, signatures and reports that differ, are
 * missing, or are strangers. Signatures cover only the runs, and an edited file can come with an edited list of hashes, so
 * that every such file is made again. None while the bundle or a run has other problems.
 */
export async function forgedFiles(
  { problems, runs: folders, files }: CheckedBundle,
  runs: readonly Verification[],
): Promise<Problem[]> {
  const listed = runs.flatMap(bundled)
  if (problems.length > 0 || listed.length < folders.length) return []
  const made = new Map((await derivedFiles(listed)).map(({ name, bytes }) => [name, sha256(bytes)]))
  const { version } = toolInfo()
  const differ = [...made].flatMap(([file, hash]): Problem[] => {
    if (files[file] === hash) return []
    if (files[file] === undefined) return [{ file, what: 'is missing from the bundle' }]
    const whole = file.startsWith('reports/') ? 'the report' : 'the file'
    const what = `differs from ${whole} that joulemark ${version} makes of these runs; signatures cover the runs, not this file`
    return [{ file, what }]
  })
  const folder = new Set(folders.map((path) => basename(path)))
  const strangers = Object.keys(files)
    .filter((name) => !made.has(name) && !folder.has(/^runs\/([^/]+)\//.exec(name)?.[1] ?? ''))
    .map((file) => ({ file, what: 'does not belong to a bundle of these runs' }))
  return [...differ, ...strangers]
}

const bundled = ({ record, digest, manifest, signedBy }: Verification): BundledRun[] =>
  record === null || digest === null || manifest === null ? [] : [{ record, digest, manifest, publicKey: signedBy }]

const sha256 = (bytes: Buffer): string => createHash('sha256').update(bytes).digest('hex')
