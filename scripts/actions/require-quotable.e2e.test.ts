import { mkdtempSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { launchSimulator, type RunningSimulator } from '../../harness/simulator/launch.ts'
import { saidIo } from '../../harness/testing/said-io.ts'
import type { RunFlags } from '../run/run-flags.ts'
import { run } from './run.ts'

/** The end of a run: its answer, every gate with its evidence, the exit code of --require-quotable, and what is pushed to a store. */
const folder = mkdtempSync(join(tmpdir(), 'require-'))
const scenario = join(folder, 'short.yaml')
writeFileSync(
  scenario,
  `name: short
title: A short run
kind: text
model: llama-3.1-8b-instruct-fp8
load: { shape: closed, concurrency: 4 }
prompt: { tokens: 64, prefixCache: cold }
output: { tokens: 16 }
trial: { seconds: 2, warmupSeconds: 0, quietSeconds: 0.8, minWindowSeconds: 0.5 }
`,
)
let simulator: RunningSimulator
beforeAll(async () => {
  simulator = await launchSimulator({ card: 'rtx-4090', model: 'llama-3.1-8b-instruct-fp8' })
})
afterAll(() => simulator.stop())

async function ended(over: Partial<RunFlags>, columns: number | null = null) {
  const { io, said } = saidIo({ env: { HOME: folder }, columns })
  const { url: endpoint, nvidiaSmi } = simulator
  const plain = { gpu: true, out: join(folder, 'results'), trials: 1, workers: 1, calibrate: false, progress: false }
  const code = await run([scenario], { endpoint, nvidiaSmi, ...plain, ...over }, io)
  return { code, ...said }
}

test('a simulated run is done with 0; --verbose shows every gate with its evidence; no store can fail it', async () => {
  const { code, stdout, stderr } = await ended({ verbose: true, store: 'postgres://bench@127.0.0.1:1/joulemark' })
  expect(code).toBe(0)
  expect(stdout).toContain('Gates: not quotable')
  expect(stderr).toMatch(
    /^not pushed: the store .*ECONNREFUSED.*; 1 run to be pushed later: joulemark store push --spooled /m,
  )
  for (const said of [/live-source \*\s.*fail.*SIMULATED/, /error-rate \*.*pass.*0 of \d+ requests failed/]) {
    expect(stdout.replaceAll('\n', ' ')).toMatch(said)
  }
})

test('the answer fits a screen of 80 columns: figures, percentiles, the gates that did not pass, the next command', async () => {
  const { stdout } = await ended({}, 80)
  const lines = stdout.trimEnd().split('\n')
  expect(lines.reduce((rows, line) => rows + Math.max(1, Math.ceil(line.length / 80)), 0)).toBeLessThanOrEqual(25)
  // a busy machine may leave no steady window: a dash then, with its reason
  expect(stdout).toMatch(/^Output +([\d,.]+ tokens\/s, \d+\s% of the physical limit|— tokens\/s)$/m)
  for (const name of ['TTFT', 'TPOT', 'ITL', 'E2E']) {
    expect(stdout).toMatch(new RegExp(`^${name}( +([\\d,.]+|—)){4}$`, 'm'))
  }
  expect(stdout).toMatch(/^Quotable {2}no: \d+ of \d+ gates passed/m)
  expect(stdout.match(/SIMULATED/g)).toHaveLength(1)
  // what a command does stands below it where both do not fit into one line
  expect(lines.slice(-2).join('\n')).toMatch(/^ +(joulemark|npm run bench --) report /m)
})

test('with --require-quotable it is 1, with the failed gates on one line; its store gets both runs', async () => {
  const { code, stderr } = await ended({ requireQuotable: true, store: `sqlite:${join(folder, 'store.sqlite')}` })
  expect(code).toBe(1)
  expect(stderr).toMatch(/store\.sqlite: \d runs pushed$/m)
  expect(stderr).toMatch(/^not quotable: \d{8}-\d{6}-\S+: live-source fail: SIMULATED: [^\n]+$/m)
})

test('an address of a store that cannot be read ends the command before anything is measured', async () => {
  await expect(ended({ store: 'mysql://db/x' })).rejects.toThrow(/^--store: expected sqlite:FILE or postgres:/)
})
