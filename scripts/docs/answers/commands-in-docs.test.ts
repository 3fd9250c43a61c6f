import { globSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import type { CommandUnknownOpts } from '@commander-js/extra-typings'
import { describe, expect, test } from 'vitest'
import { saidIo } from '../../../harness/testing/said-io.ts'
import { buildProgram } from '../../program.ts'
import { projectRoot } from '../../support/tool-info.ts'
import { commandsIn } from '../journeys/steps.ts'

/**
 * Every command of joulemark in a block of the documents is understood: command, flags and the values of flags. What it then
 * does is run by the tests of the README, of docs/run.md, of the guides and of each command.
 */
const pages = globSync(['README.md', 'CONTRIBUTING.md', 'docs/*.md', 'scenarios/*.md', 'reports/examples/*.md'], {
  cwd: projectRoot,
})

/** A block that is no output: without a language, or of a shell. */
const BLOCK = /^```(?:sh|bash|console)?\n([\s\S]*?)^```$/gm
const CALL = /^(?:\$ )?(?:\w+=\S+ )*(?:npm run (?:--silent )?bench -- |(?:\.\/\S*\/bin\/)?joulemark )(.*)$/

/** The commands of a page, each as its words. */
function commandsOf(page: string): string[] {
  const text = readFileSync(join(projectRoot, page), 'utf8').replaceAll(/<!-- generated: [\s\S]*?<!-- end -->/g, '')
  return [...text.matchAll(BLOCK)].flatMap(([, block = '']) =>
    commandsIn(block).flatMap((line) => {
      const [, words] = CALL.exec(line) ?? []
      // what follows in a pipe, a list or a redirection is the shell's; a synopsis in brackets is no command
      const own = words?.split(/\s(?:\||&&|;|>|2>)\s?/)[0]?.trim()
      return own === undefined || /[[\]…|<]/.test(own) ? [] : [own]
    }),
  )
}

const wordsOf = (command: string): string[] =>
  [...command.matchAll(/(?:[^\s"']|"[^"]*"|'[^']*')+/g)].map(([word]) => word.replaceAll(/["']/g, ''))

const found = pages.flatMap((page) => commandsOf(page).map((command) => ({ page, command })))

test('the documents have commands, and of most commands at least one', () => {
  expect(found.length).toBeGreaterThan(80)
})

describe.each(found)('$page: joulemark $command', ({ command }) => {
  test('is understood', async () => {
    const { io, said } = saidIo()
    let reached = 0
    const program = buildProgram('1', io, () => {})
    program.hook('preAction', () => {
      reached += 1
    })
    quiet(program, () => {})
    await program.parseAsync(wordsOf(command), { from: 'user' }).catch((error: { code?: string }) => {
      if (!/help|version/i.test(error.code ?? '')) throw new Error(`${said.stderr || String(error)}`)
      reached += 1
    })
    expect(reached).toBeGreaterThan(0)
  })
})

/** Every command does this instead of its work. */
function quiet(command: CommandUnknownOpts, action: () => void): void {
  if (command.commands.length === 0) command.action(action)
  for (const each of command.commands) quiet(each, action)
}
