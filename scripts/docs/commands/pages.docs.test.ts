import { execFileSync } from 'node:child_process'
import { existsSync, mkdtempSync, readFileSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { projectRoot } from '../../support/tool-info.ts'
import { sitePages } from '../site/site-pages.ts'
import { commandsOf } from './in-page.ts'
import { notRun } from './not-run.ts'
import { makePlace, type Place } from './place.ts'
import { isGuide, pagePlans } from './plans.ts'
import { type CommandRule, ruleOf, typedHere } from './rules.ts'
import { runCommand } from './run-command.ts'

/**
 * Every command of every page, in the order of its page, in a folder that has what the page tells its reader to have: against
 * the simulator and prepared records, with shorter trials. What is not run is in not-run.ts, with its reason. Pages run beside
 * each other; the commands of a page one after the other. JOULEMARK_PROGRAM names a package that is made already.
 */
const root = mkdtempSync(join(tmpdir(), 'docs-commands-'))
let program = process.env['JOULEMARK_PROGRAM'] ?? ''

beforeAll(() => {
  if (program !== '') return
  const words = ['--import', import.meta.resolve('tsx'), 'scripts/package/build.ts', '--only', 'folder', '--out', root]
  program = execFileSync(process.execPath, words, { cwd: projectRoot, encoding: 'utf8' }).trim()
})
afterAll(() => rmSync(root, { recursive: true, force: true, maxRetries: 5 }))

const pages = sitePages(projectRoot).flatMap((page) => {
  if (isGuide(page)) return []
  const commands = commandsOf(readFileSync(join(projectRoot, page), 'utf8'))
  return commands.some((command) => notRun(command, page) === null) ? [{ page, commands }] : []
})

describe.concurrent('the commands of', () => {
  test.each(pages)('$page', async ({ page, commands }) => {
    const plan = pagePlans[page] ?? {}
    const place = await makePlace(root, page, program, plan.server)
    const failures: string[] = []
    const said: string[] = []
    try {
      await plan.prepare?.(place)
      for (const command of commands) {
        const exception = notRun(command, page)
        if (exception !== null) {
          said.push(`  not run   ${command}: ${exception.why}`)
          continue
        }
        const startMs = performance.now()
        const problem = await problemOf(command, ruleOf(command, plan.rules ?? []), place)
        said.push(`  ${((performance.now() - startMs) / 1000).toFixed(1).padStart(5)} s   ${command}`)
        if (problem !== null) failures.push(`${command}: ${problem}`)
      }
    } finally {
      await place.stop()
    }
    process.stdout.write(`${page}\n${said.join('\n')}\n`)
    expect(failures.join('\n\n')).toBe('')
  })
})

/** Runs a command. What it did that its page does not say; null for nothing. */
async function problemOf(command: string, rule: CommandRule | null, place: Place): Promise<string | null> {
  await rule?.before?.(place)
  const typed = typedHere(command, rule, place.names)
  const { text, code } = await runCommand(typed, { ...place, until: rule?.until })
  const end = text.split('\n').slice(-25).join('\n')
  const missing = (rule?.leaves ?? []).filter((file) => !existsSync(join(place.folder, file)))
  if (!(rule?.codes ?? [0]).includes(code)) return `exit code ${code}\n${end}`
  if (rule?.says && !rule.says.test(text)) return `does not say ${rule.says}\n${end}`
  return missing.length === 0 ? null : `left no ${missing.join(', ')}\n${end}`
}
