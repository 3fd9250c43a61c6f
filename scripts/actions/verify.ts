import { statSync } from 'node:fs'
import { exitCodes, JoulemarkError } from '../../harness/errors.ts'
import type { Problem } from '../../harness/evidence/check-files.ts'
import { chainLines, chainName, type KeyChain, keyChains } from '../../harness/evidence/key-chains.ts'
import { withBundle } from '../../harness/evidence/open-bundle.ts'
import { refusals } from '../../harness/evidence/refusals.ts'
import { type Verification, verifyRun } from '../../harness/evidence/verify-run.ts'
import { gateTally } from '../../harness/gates/evaluate.ts'
import { plainText } from '../../harness/plain-text.ts'
import { claimProblems } from '../../harness/prove/check-proof.ts'
import { findRuns } from '../../harness/record/disk/run-folders.ts'
import { PROOF_FILE, readProof } from '../../harness/record/proof/proof-file.ts'
import { readSoakCertificate, SOAK_FILE } from '../../harness/record/soak/soak-file.ts'
import { counted } from '../../harness/units.ts'
import type { CommandIo } from '../support/io.ts'
import { publicKeyOf } from '../support/public-key.ts'
import { unendedRun } from '../support/unended-run.ts'
import { forgedFiles } from './verify-bundle.ts'

/** Flags of `verify`. */
export interface VerifyFlags {
  /** Public key that must have signed: hexadecimal, or a PEM file. */
  readonly key?: string
  readonly json?: boolean
}

/**
 * Verifies runs and bundles. Exit code 1 if anything changed since the end of a run, 3 if a run could not be recomputed for
 * a reason that is not in the record.
 */
export async function verify(paths: readonly string[], flags: VerifyFlags, io: CommandIo): Promise<number> {
  const key = flags.key === undefined ? null : publicKeyOf(flags.key)
  const checked: Checked[] = []
  for (const path of paths) {
    if (isFile(path) && path.endsWith(SOAK_FILE)) checked.push(checkedSoak(path, key))
    else if (isFile(path) && path.endsWith(PROOF_FILE)) checked.push(checkedProof(path, key))
    else if (isFile(path) && !path.endsWith('run.json')) {
      requireArchive(path)
      checked.push(
        ...(await withBundle(path, async (bundle) => {
          const runs = await verifyAll(bundle.runs, key)
          const verifications = runs.flatMap(({ run }) => run ?? [])
          return [
            { name: path, problems: [...bundle.problems, ...(await forgedFiles(bundle, verifications))], run: null },
            ...runs,
          ]
        })),
      )
    } else checked.push(...(await verifyAll(await findRuns([path]), key)))
  }
  const chains = keyChains(checked.flatMap(({ run }) => run ?? []))
  const rewritten = chains.filter(({ problems }) => problems.length > 0).map(asChecked)
  if (flags.json) io.stdout(`${JSON.stringify({ verified: checked.map(document), chains }, null, 2)}\n`)
  else {
    const lines = [...checked, ...rewritten].flatMap((each) => linesOf(each, key))
    io.stdout([...lines, ...chainLines(chains)].map(printed).join(''))
  }
  if ([...checked, ...rewritten].some(({ problems }) => problems.length > 0)) return exitCodes.negativeResult
  return checked.some(({ run }) => run !== null && run.fault !== null) ? exitCodes.environmentFailed : exitCodes.done
}

/** What a customer has in hand is often the quote or a report: it names its runs, and they are in the bundle. */
function requireArchive(path: string): void {
  if (!/\.(?:html?|pdf|json|md|txt|csv)$/i.test(path)) return
  throw new JoulemarkError(
    'bad-input',
    `${path}: not a bundle: a quote or a report names its runs; ask its sender for the bundle (joulemark bundle makes it), and verify that`,
  )
}

/** A soak certificate: its signature. The records of its rounds are verified as all others are. */
function checkedSoak(path: string, key: string | null): Checked {
  const { certificate, problems } = readSoakCertificate(path)
  const signer = certificate.signature?.publicKey ?? null
  const all = [...problems, ...otherKey(signer, key)]
  return { name: path, problems: all.map((what) => ({ file: SOAK_FILE, what })), run: null, signer, kind: 'soak' }
}

/**
 * The proof of a machine: its signature, the files beside it, and whether its claims follow from its findings. Its records are
 * verified as all others are.
 */
function checkedProof(path: string, key: string | null): Checked {
  const { proof, problems } = readProof(path)
  const { signature, ...body } = proof
  const signer = signature?.publicKey ?? null
  const found = [...claimProblems(body), ...otherKey(signer, key)]
  return {
    name: path,
    problems: [...problems, ...found.map((what) => ({ file: PROOF_FILE, what }))],
    run: null,
    signer,
    kind: 'proof',
  }
}

/** Of a document that is signed by itself: that another key than the given one signed it. */
const otherKey = (signer: string | null, key: string | null): string[] =>
  key !== null && signer !== key ? [`signed by ${signer ?? 'no key'}, not by the given key`] : []

interface Checked {
  readonly name: string
  readonly problems: readonly Problem[]
  /** Null for a bundle, whose runs are checked one by one, for a chain, a soak certificate and a proof. */
  readonly run: Verification | null
  /** Public key that signed a soak certificate or a proof, null if none did; absent for everything else. */
  readonly signer?: string | null
  /** What is signed by itself; absent for everything else. */
  readonly kind?: 'proof' | 'soak'
}

const asChecked = (chain: KeyChain): Checked => ({ name: chainName(chain), problems: chain.problems, run: null })

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

const printed = (line: string): string => `${plainText(line)}\n`

/** One changed row makes dozens of values differ: the first lines name the file, and the rest follows from it. */
const MOST_PROBLEMS = 6

function linesOf({ name, problems, run, signer }: Checked, key: string | null): string[] {
  const said = problems.length > MOST_PROBLEMS ? problems.slice(0, MOST_PROBLEMS - 1) : problems
  const more = problems.length - said.length
  const lines = [
    ...said.map(({ file, what }) => `  ${file}: ${what}`),
    ...(more > 0 ? [`  and ${more} more; --json lists all`] : []),
  ]
  if (problems.length > 0) return [`NOT VERIFIED (${problems.length}): ${name}`, ...lines]
  if (run !== null && run.fault !== null) return [`NOT CHECKED: ${name}`, `  ${run.fault}`]
  const by = signer === undefined ? [] : [`  signed by  ${signerText(signer, key)}`]
  return [`verified: ${name}`, ...by, ...(run === null ? [] : detailsOf(run, key))]
}

function detailsOf(run: Verification, key: string | null): string[] {
  const { record, recomputed, digest, signedBy } = run
  if (record === null || recomputed === null) return []
  const metrics = Object.values(recomputed.result).filter(({ mean }) => mean !== null).length
  const [first] = refusals(run)
  return [
    `  ${counted(record.trials.length, 'trial')}, ${metrics} metrics and ${gateTally({ gates: recomputed.gates, scenario: record.scenario }).all} gates recomputed from ${Object.keys(record.files).length} files${record.redacted ? '; redacted copy' : ''}`,
    `  digest     ${digest}`,
    `  signed by  ${signerText(signedBy, key)}`,
    ...(signedBy === null ? [] : [`  chain      ${placeText(record.chain?.place)}`]),
    `  quotable   ${first ? `no: ${first}` : 'yes'}`,
  ]
}

function signerText(signedBy: string | null, key: string | null): string {
  if (signedBy === null) return 'no key: nothing proves that the record was not fabricated'
  if (key !== null) return `${signedBy}, the given key`
  return `${signedBy} (key not pinned: anyone can make one; compare with --key FILE)`
}

const placeText = (place: number | undefined): string =>
  place === undefined
    ? 'no place: signed runs before it can be omitted unseen'
    : `place ${place} of the runs that this key signed`

function document({ name, problems, run, kind, signer = null }: Checked): object {
  if (run === null) return kind ? { [kind]: name, problems, signedBy: signer } : { bundle: name, problems }
  const { digest, signedBy, recomputed, record, fault } = run
  const gates = recomputed?.gates ?? []
  const chain = record?.chain ?? null
  return { id: name, problems, fault, digest, signedBy, chain, redacted: record?.redacted ?? false, gates }
}

const isFile = (path: string): boolean => statSync(path, { throwIfNoEntry: false })?.isFile() === true
