import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { calledAs } from '../../../harness/version.ts'
import { notRun } from './not-run.ts'
import type { Ended } from './shown.ts'
import type { Stage } from './stage.ts'
import { filesOf, stepsOf } from './steps.ts'

/** A command of a guide and how it ended; null for one that cannot run here. */
export interface Played {
  readonly command: string
  /** The block that shows it; null where none does. */
  readonly block: string | null
  readonly ended: Ended | null
}

/** Runs the commands of a guide in their order, in the folder of the stage, with the files that the guide shows. */
export async function play(page: string, stage: Stage): Promise<Played[]> {
  for (const [name, text] of filesOf(page)) writeFileSync(join(stage.folder, name), text)
  const played: Played[] = []
  for (const { commands, block } of stepsOf(page)) {
    for (const [index, command] of commands.entries()) {
      const ended = notRun(command) === null ? await run(command, stage) : null
      played.push({ command, block: index === commands.length - 1 ? block : null, ended })
    }
  }
  return played
}

async function run(command: string, { folder, env, home }: Stage): Promise<Ended> {
  const child = spawn('sh', ['-c', `${command} 2>&1`], { cwd: folder, env, stdio: ['ignore', 'pipe', 'ignore'] })
  let text = ''
  child.stdout.setEncoding('utf8').on('data', (part: string) => {
    text += part
  })
  const [code] = await once(child, 'close')
  // an installation, as in the guides, calls itself joulemark; these are the sources
  const shown = text.replaceAll(`${folder}/`, '').replaceAll(home, '~').replaceAll(calledAs, 'joulemark')
  return { text: shown, code: code ?? 1 }
}
