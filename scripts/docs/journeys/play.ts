import { writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { calledAs } from '../../../harness/version.ts'
import { notRun } from '../commands/not-run.ts'
import { type Ended, runCommand } from '../commands/run-command.ts'
import type { Stage } from './stage.ts'
import { filesOf, stepsOf } from './steps.ts'

/** A command of a guide and how it ended; null for one that cannot run here. */
export interface Played {
  readonly command: string
  /** The block that shows it; null where none does. */
  readonly block: string | null
  readonly ended: Ended | null
}

/** Runs the commands of a guide (`file`, its text `page`) in their order, in the folder of the stage, with the files that it shows. */
export async function play(file: string, page: string, stage: Stage): Promise<Played[]> {
  for (const [name, text] of filesOf(page)) writeFileSync(join(stage.folder, name), text)
  const played: Played[] = []
  for (const { commands, block } of stepsOf(page)) {
    for (const [index, command] of commands.entries()) {
      const ended = notRun(command, file) === null ? await run(command, stage) : null
      played.push({ command, block: index === commands.length - 1 ? block : null, ended })
    }
  }
  return played
}

async function run(command: string, stage: Stage): Promise<Ended> {
  const { text, code } = await runCommand(command, stage)
  // an installation, as in the guides, calls itself joulemark; these are the sources
  const shown = text.replaceAll(`${stage.folder}/`, '').replaceAll(stage.home, '~').replaceAll(calledAs, 'joulemark')
  return { text: shown, code }
}
