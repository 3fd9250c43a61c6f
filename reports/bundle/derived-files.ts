import { fingerprintOf, publicPemOf } from '../../harness/record/signing/signature.ts'
import { type BundledRun, bundleReadme } from './readme.ts'
import { bundleReports } from './reports.ts'

/** One file of a bundle beside its runs. */
export interface DerivedFile {
  readonly name: string
  readonly bytes: Buffer
}

/**
 * The files of a bundle that follow from its runs: README, public keys, manifests, signatures and reports. No signature
 * covers them, so that a bundle is verified by making them again: the same runs in the same order give the same bytes.
 * `hasProof`: whether a proof of the machine is beside them, which has a signature of its own.
 */
export async function derivedFiles(runs: readonly BundledRun[], hasProof = false): Promise<DerivedFile[]> {
  const keys = [...new Set(runs.flatMap((run) => run.publicKey ?? []))]
  const reports = await bundleReports(runs.map((run) => run.record))
  return [
    textFile('README.md', bundleReadme(runs, hasProof)),
    ...keys.map((key) => textFile(`keys/${fingerprintOf(key)}.pem`, publicPemOf(key))),
    ...runs.flatMap(manifestFiles),
    ...reports.map(({ name, text }) => textFile(name, text)),
  ]
}

/** The signed manifest and its signature, in the form that openssl reads. */
function manifestFiles({ record, manifest }: BundledRun): DerivedFile[] {
  const { id, signature } = record
  const value = signature ? [{ name: `manifests/${id}.sig`, bytes: Buffer.from(signature.value, 'hex') }] : []
  return [{ name: `manifests/${id}.json`, bytes: manifest }, ...value]
}

const textFile = (name: string, text: string): DerivedFile => ({ name, bytes: Buffer.from(text) })
