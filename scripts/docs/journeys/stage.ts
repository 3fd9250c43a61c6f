import { chmodSync, cpSync, globSync, mkdirSync, writeFileSync } from 'node:fs'
import { dirname, join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { sealed } from '../../../harness/evidence/seal.ts'
import { toJson } from '../../../harness/record/json-file.ts'
import type { RunRecord } from '../../../harness/record/schema/run.ts'
import { loadKey } from '../../../harness/record/signing/key-file.ts'
import { writeLiveRun } from '../../../harness/testing/live-record.ts'
import { cliWords } from '../../../harness/testing/run-cli.ts'
import { saidIo } from '../../../harness/testing/said-io.ts'
import { makeFleet } from '../../../reports/testing/fleet-builder.ts'
import { newKey } from '../../actions/key.ts'

/** The folder in which the commands of a guide run, with the records that they find there. */
export interface Stage {
  readonly folder: string
  /** The environment of the commands. */
  readonly env: NodeJS.ProcessEnv
  readonly home: string
}

const examples = fileURLToPath(new URL('../../../reports/examples/runs', import.meta.url))
/** Servers of the fleet, and the one that lost speed with the driver. */
const SERVERS = 40
const SLOW = 16
const LOSS = 0.06

/** `joulemark` as a program, a home folder with a signing key, and what the commands of all guides may see. */
export async function makeStage(root: string): Promise<Stage> {
  const home = join(root, 'home')
  const bin = join(root, 'bin')
  for (const path of [home, bin]) mkdirSync(path, { recursive: true })
  const program = join(bin, 'joulemark')
  const words = [process.execPath, ...cliWords()].map((word) => `'${word}'`).join(' ')
  writeFileSync(program, `#!/bin/sh\nexec ${words} "$@"\n`)
  chmodSync(program, 0o755)
  const env = { HOME: home, PATH: `${bin}:${dirname(process.execPath)}:/usr/bin:/bin`, NO_COLOR: '1' }
  await newKey({}, saidIo({ env }).io)
  return { folder: root, env, home }
}

/** The records of each guide, by the name of its page: simulated ones, and a test record that says so in its name. */
export const recordsOf: Readonly<Record<string, (stage: Stage) => Promise<void> | void>> = {
  'journey-new-server': ({ folder }) => {
    for (const run of ofOneServer('baseline')) writeRun(join(folder, 'results'), run)
  },
  'journey-fleet': ({ folder }) => {
    const { baseline, candidate } = simulatedFleet()
    for (const [side, runs] of [
      ['before', baseline],
      ['after', candidate],
    ] as const)
      for (const run of runs) writeRun(join(folder, side, 'boxes', hostOf(run)), run)
  },
  'journey-quote': async ({ folder, env }) => {
    for (const run of globSync('*-rtx-4090-*', { cwd: examples }))
      cpSync(join(examples, run), join(folder, 'results', run), { recursive: true })
    for (const run of [...ofOneServer('baseline'), ...ofOneServer('candidate')]) writeRun(join(folder, 'archive'), run)
    await writeLiveRun(join(folder, 'test-record'), { key: loadKey(env) })
  },
}

const simulatedFleet = () =>
  makeFleet({
    boxes: SERVERS,
    source: 'simulated',
    losses: { [SLOW]: LOSS },
    scenarios: ['llama-3.1-8b-fp8-single', 'llama-3.1-8b-fp8-batch32'],
  })

const ofOneServer = (side: 'baseline' | 'candidate'): RunRecord[] => {
  const runs = simulatedFleet()[side]
  return runs.filter(({ host }) => host.hostname === runs[0]?.host.hostname)
}

const hostOf = ({ host }: RunRecord): string => host.hostname.replace('box-', 'gpu')

function writeRun(folder: string, { manifestSha256: _, signature: __, ...run }: RunRecord): void {
  const path = join(folder, run.id)
  mkdirSync(path, { recursive: true })
  const host = { ...run.host, hostname: hostOf(run) }
  writeFileSync(join(path, 'run.json'), toJson(sealed({ ...run, host, files: {} })))
}
