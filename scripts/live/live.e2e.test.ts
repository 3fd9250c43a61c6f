import { execFile } from 'node:child_process'
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { stripVTControlCharacters } from 'node:util'
import { afterAll, expect, test } from 'vitest'
import { shellWord } from '../../harness/plain-text.ts'
import { type CliEnd, cliWords, runCli } from '../../harness/testing/run-cli.ts'
import { SHORT_BATCH } from '../../harness/testing/short-batch.ts'
import { logLineSchema } from './log-schema.ts'

/** What is shown while a run lasts, by the command line itself: in a terminal, and as JSON. */
const folder = mkdtempSync(join(tmpdir(), 'live-'))
afterAll(() => rmSync(folder, { recursive: true, force: true }))
const short = (name: string): string[] => {
  const file = join(folder, `${name}.yaml`)
  const trial = 'trial: { seconds: 2, warmupSeconds: 0.5, quietSeconds: 0.8, minWindowSeconds: 0.5 }'
  writeFileSync(file, SHORT_BATCH.replace(/^trial: .*$/m, trial).replace('title: Short', 'title: 短い Short'))
  return ['run', file, '--simulate', 'rtx-4090', '--trials', '1', '--skip-calibration', '--out', join(folder, name)]
}

/** The same command in a pseudo-terminal of so many columns and rows. */
function inTerminal(words: readonly string[], columns: number, rows: number): Promise<CliEnd> {
  const command = [process.execPath, ...cliWords(...words)].map(shellWord).join(' ')
  const line = `stty cols ${columns} rows ${rows}; exec ${command}`
  return new Promise((resolve) => {
    execFile(
      'script',
      ['-qec', line, '/dev/null'],
      { env: { ...process.env, NO_COLOR: '1' } },
      (error, stdout, stderr) => resolve({ code: error ? Number(error.code) : 0, stdout, stderr }),
    )
  })
}

test.concurrent('a terminal shows a block that is never wider than it, and gets its cursor back', async () => {
  const { code, stdout } = await inTerminal(short('terminal'), 60, 10)
  expect(code, stdout).toBe(0)
  expect(stdout).toContain('\u001b[?25l')
  expect(stdout.lastIndexOf('\u001b[?25h')).toBeGreaterThan(stdout.lastIndexOf('\u001b[?25l'))
  const drawn = stdout
    .split('\u001b[?2026h')
    .slice(1)
    .map((part) => part.split('\u001b[?2026l')[0] ?? '')
  const rows = drawn.flatMap((part) => stripVTControlCharacters(part).split(/\r?\n/))
  expect(rows.some((row) => /^trial 1 of 1 .*SIMULATED$/.test(row))).toBe(true)
  expect(rows.filter((row) => row.length >= 60)).toEqual([])
  // the answer stands on its own, below the log
  expect(stdout.slice(stdout.lastIndexOf('\u001b[?2026l'))).toContain('短い Short batch')
})

test.concurrent('as JSON every line of stderr is one object, also that of an error, and stdout is as ever', async () => {
  const { code, stdout, stderr } = await runCli([...short('json'), '--log-format', 'json'])
  expect(code, stderr).toBe(0)
  expect(stdout).toContain('短い Short batch')
  const lines = stderr
    .trimEnd()
    .split('\n')
    .map((line) => logLineSchema.parse(JSON.parse(line)))
  const phases = lines.flatMap((line) => (line.event === 'progress' ? [line.phase] : []))
  expect(phases).toEqual(expect.arrayContaining(['warm-up', 'trial 1']))
  expect(lines.filter(({ event }) => event === 'trial')).toMatchObject([
    { trial: 1, unit: 'tokens/s', simulated: true },
  ])
  const wrong = await runCli(['run', 'no-such-scenario', '--log-format=json', '--bogus'])
  expect(wrong.code).toBe(2)
  const said = wrong.stderr
    .trimEnd()
    .split('\n')
    .map((line) => logLineSchema.parse(JSON.parse(line)))
  expect(said[0]).toMatchObject({ level: 'error', message: expect.stringContaining('--bogus') })
})
