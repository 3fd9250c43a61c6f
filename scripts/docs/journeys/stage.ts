import { chmodSync, mkdirSync, writeFileSync } from 'node:fs'
import { dirname, join } from 'node:path'
import { loadKey } from '../../../harness/record/signing/key-file.ts'
import { writeLiveRun } from '../../../harness/testing/live-record.ts'
import { cliWords } from '../../../harness/testing/run-cli.ts'
import { saidIo } from '../../../harness/testing/said-io.ts'
import { newKey } from '../../actions/key.ts'
import { addArchive } from '../commands/archive.ts'
import { addSlurm } from '../commands/fake-slurm.ts'
import { copyExamples, ofOneServer, simulatedFleet, writeFleet, writeRuns } from '../commands/records.ts'

/** The folder in which the commands of a guide run, with the records that they find there. */
export interface Stage {
  readonly folder: string
  /** The environment of the commands. */
  readonly env: NodeJS.ProcessEnv
  readonly home: string
}

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
    // an empty archive: the guide goes on with the joulemark of the stage
    mkdirSync(join(folder, 'packed'))
    addArchive(folder, join(folder, 'packed'))
    writeRuns(join(folder, 'results'), ofOneServer('baseline'))
  },
  'journey-fleet': ({ folder, env }) => {
    addSlurm({ folder, env })
    const { baseline, candidate } = simulatedFleet()
    writeFleet(join(folder, 'before', 'boxes'), baseline)
    writeFleet(join(folder, 'after', 'boxes'), candidate)
  },
  'journey-quote': async ({ folder, env }) => {
    copyExamples('rtx-4090', join(folder, 'results'))
    writeRuns(join(folder, 'archive'), [...ofOneServer('baseline'), ...ofOneServer('candidate')])
    await writeLiveRun(join(folder, 'test-record'), { key: loadKey(env) })
  },
}
