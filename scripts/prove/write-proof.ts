import type { KeyObject } from 'node:crypto'
import { writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { messageOf } from '../../harness/errors.ts'
import { redactValue } from '../../harness/evidence/redaction/redact-value.ts'
import { jsonOf } from '../../harness/json-text.ts'
import { claimsOf } from '../../harness/prove/judge.ts'
import { SENSOR_FILE } from '../../harness/prove/sensor-claims.ts'
import { surprisesOf } from '../../harness/prove/surprises.ts'
import { csvHeader, toCsv } from '../../harness/record/csv.ts'
import { makeFolder, replaceFile, toJson } from '../../harness/record/json-file.ts'
import { PROOF_FILE, sha256OfBytes, writeProof } from '../../harness/record/proof/proof-file.ts'
import type { Gpu } from '../../harness/record/schema/gpu.ts'
import type { Proof, ProofFindings } from '../../harness/record/schema/proof.ts'
import { loadKey } from '../../harness/record/signing/key-file.ts'
import { proofMarkdown } from '../../reports/prove/markdown.ts'
import { proofPage } from '../../reports/prove/page.ts'
import { bundle } from '../actions/bundle.ts'
import type { CommandIo } from '../support/io.ts'
import { namesHere } from './findings.ts'
import type { Measured } from './measure.ts'

const DOCTOR_FILE = 'doctor.json'
const PAGE_FILE = 'proof.html'
const TEXT_FILE = 'proof.md'
const BUNDLE_FILE = 'bundle.tar'

/** A proof on disk. */
export interface WrittenProof {
  readonly proof: Proof
  readonly page: string
  /** Null where no record could be bundled. */
  readonly bundle: string | null
}

/** A text file beside a proof. */
type TextFile = readonly [name: string, text: string]

/** Judges what was found, and writes page, text and the proof that is signed over them and over `others`. */
export function writeJudged(
  folder: string,
  found: ProofFindings,
  others: readonly TextFile[],
  key: KeyObject | null,
): Proof {
  const claims = claimsOf(found)
  const judged = { ...found, claims, surprises: surprisesOf({ ...found, claims }), files: {} }
  const beside = { isSigned: key !== null, files: others.map(([name]) => name) }
  const texts: readonly TextFile[] = [
    ...others,
    [PAGE_FILE, proofPage(judged, beside)],
    [TEXT_FILE, proofMarkdown(judged, beside)],
  ]
  makeFolder(folder)
  for (const [name, text] of texts) replaceFile(join(folder, name), text)
  const files = Object.fromEntries(texts.map(([name, text]) => [name, sha256OfBytes(text)]))
  return writeProof(folder, { ...judged, files }, key)
}

/**
 * Judges what was found and writes it into the folder: the reports of doctor and sensor, the page in HTML and Markdown, the proof
 * that is signed over all of them, and one bundle with every record.
 */
export async function writeProofFiles(
  folder: string,
  found: ProofFindings,
  { measured, card, io }: { readonly measured: Measured; readonly card: Gpu | null; readonly io: CommandIo },
): Promise<WrittenProof> {
  const others: TextFile[] = [
    ...(measured.doctor === null ? [] : [[DOCTOR_FILE, redactedDoctor(measured.doctor, card)] as const]),
    ...(measured.sensor === null ? [] : [[SENSOR_FILE, sensorCsv(measured)] as const]),
  ]
  const proof = writeJudged(folder, found, others, loadKey(io.env))
  const attached = [...Object.keys(proof.files), PROOF_FILE].map((name) => ({
    name: `proof/${name}`,
    source: { path: join(folder, name) },
  }))
  return { proof, page: join(folder, PAGE_FILE), bundle: await bundled(folder, measured, { attached, io }) }
}

/** The bundle of all records and of the proof; null, with one line on stderr, where it cannot be made. */
async function bundled(
  folder: string,
  { runs }: Measured,
  { attached, io }: { readonly attached: Parameters<typeof bundle>[3]; readonly io: CommandIo },
): Promise<string | null> {
  if (runs.length === 0) return null
  const out = join(folder, BUNDLE_FILE)
  let sum = ''
  try {
    const directories = runs.map(({ directory }) => directory)
    // what it lists for people who sell is of no use here
    const quiet: CommandIo = {
      ...io,
      stdout: (text) => (sum += text),
      stderr: { ...io.stderr, write: () => undefined },
    }
    await bundle(directories, { out }, quiet, attached)
    writeFileSync(`${out}.sha256`, sum)
    return out
  } catch (error) {
    io.stderr.write(`no bundle: ${messageOf(error)}\n`)
    return null
  }
}

const redactedDoctor = (text: string, card: Gpu | null): string =>
  toJson(redactValue(jsonOf(text), namesHere(card)) as object)

/** All samples of the probe in the form of gpu.csv, without the UUID of the card. */
const sensorCsv = ({ rows }: Measured): string =>
  csvHeader('gpu.csv') +
  toCsv(
    'gpu.csv',
    rows.map((row) => ({ ...row, uuid: 'GPU-1' })),
  )
