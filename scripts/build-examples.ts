import { readdir, rm } from 'node:fs/promises'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { findRuns } from '../harness/record/disk/run-folders.ts'
import { PROOF_FILE, readProof } from '../harness/record/proof/proof-file.ts'
import { readRun } from '../harness/record/read.ts'
import { publish } from '../reports/publish.ts'
import { formats } from '../reports/render/renderers.ts'
import { assemble } from './actions/report.ts'
import { writeJudged } from './prove/write-proof.ts'
import { readClaims } from './report/claims-file.ts'

/** Folder of the committed example: its runs, and the report in every format. */
export const examples = fileURLToPath(new URL('../reports/examples', import.meta.url))

/** Files there that are not part of the report: the runs, their scenario, a verdict, the README, and the proof of a simulated machine. */
export const notOfTheReport: readonly string[] = ['runs', 'scenario.yaml', 'box-result.json', 'README.md', 'prove']

/** Writes the example report in every format under a folder. Returns the paths written. */
export async function buildExamples(out: string): Promise<string[]> {
  const stored = []
  for (const directory of await findRuns([join(examples, 'runs')])) stored.push(await readRun(directory))
  const report = await assemble({ stored }, {}, await readClaims('article'), formats)
  return publish({ ...report, title: 'RTX 4090 beside RTX PRO 6000 Max-Q, an example' }, formats, out)
}

/** Writes the example of a proof anew, from what it found: page, text and claims. */
export function buildProof(out: string): void {
  const { claims: _, surprises: __, files: ___, ...found } = readProof(join(examples, 'prove', PROOF_FILE)).proof
  writeJudged(out, found, [], null)
}

if (process.argv[1] === fileURLToPath(import.meta.url)) {
  // Files that the code no longer makes are removed.
  for (const name of await readdir(examples)) {
    if (!notOfTheReport.includes(name)) await rm(join(examples, name), { recursive: true })
  }
  for (const path of await buildExamples(examples)) process.stdout.write(`wrote ${path}\n`)
  buildProof(join(examples, 'prove'))
}
