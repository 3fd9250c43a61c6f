import { basename, dirname, join } from 'node:path'
import { messageOf } from '../../harness/errors.ts'
import type { CheckedBundle } from '../../harness/evidence/check-bundle.ts'
import type { Problem } from '../../harness/evidence/check-files.ts'
import type { Verification } from '../../harness/evidence/verify-run.ts'
import { claimProblems, recordProblems } from '../../harness/prove/check-proof.ts'
import { type CheckedProof, PROOF_FILE, readProof, sha256OfBytes } from '../../harness/record/proof/proof-file.ts'
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
  const proof = proofIn(folders, files, listed)
  const made = new Map(
    (await derivedFiles(listed, proof !== null)).map(({ name, bytes }) => [name, sha256OfBytes(bytes)]),
  )
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
    .filter(
      (name) =>
        !made.has(name) && !proof?.files.includes(name) && !folder.has(/^runs\/([^/]+)\//.exec(name)?.[1] ?? ''),
    )
    .map((file) => ({ file, what: 'does not belong to a bundle of these runs' }))
  return [...differ, ...strangers, ...(proof?.problems ?? [])]
}

const PROOF_FOLDER = 'proof'

/** The proof of a machine in a bundle: the files that it is signed over, and what is wrong with it; null where there is none. */
function proofIn(
  folders: readonly string[],
  listed: CheckedBundle['files'],
  runs: readonly BundledRun[],
): { readonly files: readonly string[]; readonly problems: readonly Problem[] } | null {
  const file = `${PROOF_FOLDER}/${PROOF_FILE}`
  const [first] = folders
  if (listed[file] === undefined || first === undefined) return null
  const read = proofAt(join(dirname(dirname(first)), file))
  if ('problem' in read) return { files: [file], problems: [{ file, what: read.problem }] }
  const { proof, problems } = read
  const signers = new Set(runs.flatMap(({ publicKey }) => publicKey ?? []))
  const signer = proof.signature?.publicKey
  const isOthers = signer === undefined ? signers.size > 0 : signers.size > 0 && !signers.has(signer)
  const ids = new Set(runs.map(({ record }) => record.id))
  const { signature: _, ...body } = proof
  const contradictions = [
    ...claimProblems(body),
    ...recordProblems(
      body,
      runs.map(({ record }) => record),
    ),
  ]
  const isOfThese = proof.runs.length === ids.size && proof.runs.every(({ id }) => ids.has(id))
  return {
    files: [file, ...Object.keys(proof.files).map((name) => `${PROOF_FOLDER}/${name}`)],
    problems: [
      ...problems.map((each) => ({ ...each, file: `${PROOF_FOLDER}/${each.file}` })),
      ...contradictions.map((what) => ({ file, what })),
      ...(isOthers ? [{ file, what: 'is not signed by the key of the runs' }] : []),
      ...(isOfThese ? [] : [{ file, what: 'is about other runs than those of this bundle' }]),
    ],
  }
}

function proofAt(path: string): CheckedProof | { readonly problem: string } {
  try {
    return readProof(path)
  } catch (error) {
    return { problem: messageOf(error) }
  }
}

const bundled = ({ record, digest, manifest, signedBy }: Verification): BundledRun[] =>
  record === null || digest === null || manifest === null ? [] : [{ record, digest, manifest, publicKey: signedBy }]
