import { existsSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import type { CommandUnknownOpts } from '@commander-js/extra-typings'
import { describe, expect, test } from 'vitest'
import { saidIo } from '../../../harness/testing/said-io.ts'
import { buildProgram } from '../../program.ts'
import { projectRoot } from '../../support/tool-info.ts'
import { sitePages } from '../site/site-pages.ts'
import { commandsOf, joulemarkWords, unmarkedCommands } from './in-page.ts'
import { commandsNotRun, notRun } from './not-run.ts'
import { isGuide, pagePlans } from './plans.ts'
import { ruleOf } from './rules.ts'

/** Which commands of the documents are run at all: the others have a reason that holds, and are understood at least. */
const textOf = (page: string): string => readFileSync(join(projectRoot, page), 'utf8')
const pages = sitePages(projectRoot)
const all = pages.flatMap((page) => commandsOf(textOf(page)).map((command) => ({ page, command })))
const omitted = all.filter(({ page, command }) => notRun(command, page) !== null)

test('the documents have commands, and most of them are run', () => {
  expect(all.length).toBeGreaterThan(100)
  expect(omitted.length / all.length).toBeLessThan(0.35)
})

test('no command stands in a block that nothing runs', () => {
  expect(pages.flatMap((page) => unmarkedCommands(textOf(page)).map((line) => `${page}: ${line}`))).toEqual([])
})

test('no exception and no rule is left over, and the tests that run the same are there', () => {
  const unused = commandsNotRun.filter(
    (each) => !all.some(({ page, command }) => each.command.test(command) && (each.page ?? page) === page),
  )
  expect(unused.map(({ command }) => command.source)).toEqual([])
  const files = commandsNotRun.flatMap(({ tests = [] }) => tests)
  expect(files.filter((file) => !existsSync(join(projectRoot, file)))).toEqual([])
  const rules = Object.entries(pagePlans).flatMap(([page, plan]) => {
    const commands = commandsOf(textOf(page)).filter((command) => notRun(command, page) === null)
    const used = new Set(commands.map((command) => ruleOf(command, plan.rules ?? [])))
    return (plan.rules ?? []).filter((rule) => !used.has(rule)).map((rule) => `${page}: ${rule.command.source}`)
  })
  expect(rules).toEqual([])
})

test('the pages with a plan have commands, and the guides are run by their own test', () => {
  expect(Object.keys(pagePlans).filter((page) => !all.some((each) => each.page === page))).toEqual([])
  expect(pages.filter(isGuide)).toHaveLength(3)
})

const ofJoulemark = omitted.flatMap(({ page, command }) => {
  const words = joulemarkWords(command)
  return words === null ? [] : [{ page, command, words }]
})

describe.each(ofJoulemark)('$page: $command', ({ words }) => {
  test('is not run, but understood: command, flags and their values', async () => {
    const { io, said } = saidIo()
    let reached = 0
    const program = buildProgram('1', io, () => {})
    program.hook('preAction', () => {
      reached += 1
    })
    quiet(program, () => {})
    await program.parseAsync(words, { from: 'user' }).catch((error: unknown) => {
      throw new Error(`${said.stderr || String(error)}`)
    })
    expect(reached).toBe(1)
  })
})

/** Every command does this instead of its work. */
function quiet(command: CommandUnknownOpts, action: () => void): void {
  if (command.commands.length === 0) command.action(action)
  for (const each of command.commands) quiet(each, action)
}
