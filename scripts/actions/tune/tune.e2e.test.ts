import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { readHistory } from '../../../harness/record/read.ts'
import { launchSimulator, type RunningSimulator } from '../../../harness/simulator/launch.ts'
import { runNvidiaSmi } from '../../../harness/telemetry/smi/exec.ts'
import { cliWords } from '../../../harness/testing/run-cli.ts'
import { saidIo } from '../../../harness/testing/said-io.ts'
import { tuneJsonSchema } from '../../../reports/tune/document-schema.ts'
import type { TuneFlags } from '../../tune/tune-flags.ts'
import { report } from '../report.ts'
import { tune } from './tune.ts'

/** `tune` from its flags to its table, on a simulated card that keeps the truth about its limit. */
const folder = mkdtempSync(join(tmpdir(), 'tune-'))
const out = join(folder, 'results')
const scenario = join(folder, 'short.yaml')
writeFileSync(
  scenario,
  `name: short
title: Short
kind: text
model: llama-3.1-8b-instruct-fp8
load: { shape: closed, concurrency: 8 }
prompt: { tokens: 32 }
output: { tokens: 16 }
trial: { seconds: 2, warmupSeconds: 0, quietSeconds: 0.8 }
certainty: { target: 50%, minTrials: 1, maxTrials: 1 }
`,
)
let simulator: RunningSimulator
beforeAll(async () => {
  simulator = await launchSimulator({ card: 'rtx-4090', model: 'llama-3.1-8b-instruct-fp8' })
})
afterAll(async () => {
  await simulator.stop()
  rmSync(folder, { recursive: true, force: true })
})

const limitNow = async (): Promise<number> => {
  const answer = await runNvidiaSmi(simulator.nvidiaSmi, ['--query-gpu=power.limit', '--format=csv,noheader,nounits'])
  return Number(answer.kind === 'ok' ? answer.stdout : Number.NaN)
}

test('every run has its limit and passes its gate, the table is printed, and the card is as it was found', async () => {
  const { io, said } = saidIo({ env: { HOME: folder }, columns: 80 })
  const plain = { out, workers: 1, calibrate: false, progress: false }
  const { url: endpoint, nvidiaSmi } = simulator
  const flags: TuneFlags = {
    ...plain,
    endpoint,
    nvidiaSmi,
    powerLimits: '250,450',
    blocks: 2,
    price: { 'rtx-4090': 1300 },
    store: `sqlite:${join(folder, 'all.sqlite')}`,
  }
  const code = await tune([scenario], flags, io)
  const { runs } = await readHistory(out)
  const points = runs.map(({ record }) => [record.setting?.block, record.setting?.powerLimitW])
  const at = (block: number, watts: number) => [block, { asked: watts, enforced: watts, found: 450 }]
  // on a busy machine the client is too slow, so that no run counts and the first block is the last
  expect(said.stderr).toContain(`${runs.length} runs pushed`)
  const blocks = code === 0 ? [0, 1] : [0]
  expect([code, points.length]).toEqual([code === 0 ? 0 : 3, 2 * blocks.length])
  expect(points).toEqual(expect.arrayContaining(blocks.flatMap((block) => [at(block, 250), at(block, 450)])))
  for (const { record } of runs) {
    const gate = record.gates.find(({ id }) => id === 'power-limit')
    expect(gate).toMatchObject({ status: 'pass', evidence: expect.stringContaining('set on purpose by tune') })
    expect(record.gpus[0]?.powerLimitW).toBe(record.setting?.powerLimitW.asked)
  }
  expect(await limitNow()).toBe(450)
  const { stdout, stderr } = said
  expect(stderr).toContain(`${nvidiaSmi} -i ${runs[0]!.record.gpus[0]!.uuid} -pl 250\n`)
  expect(stderr).toContain('the cards are as they were found')
  // nothing is typed, not even to see whether limits may be set, before a person could read what will be done
  expect(stderr).toMatch(/^tuning Short on .*\n {2}after a power cut: .*\nfirst, to see whether limits may be set/ms)
  expect(stdout).toMatch(/\nSet to +│/)
  expect(stdout).toMatch(/\n450 W +│/)
  // the answer comes before the points, each with the setting or why there is none
  expect(stdout).toMatch(/^Short on RTX 4090\nSIMULATED: no GPU was measured[\s\S]*?\n\nCheapest per /)
  expect(stdout).toMatch(/^No measurable loss {2,}\S/m)
  expect(stdout.indexOf('No measurable loss')).toBeLessThan(stdout.indexOf('Set to'))
  const [name] = readdirSync(out)
  const document = tuneJsonSchema.parse(JSON.parse(readFileSync(join(out, name!, 'tune.json'), 'utf8')))
  expect(document.tunings[0]!.points.map(({ powerLimitW }) => powerLimitW)).toEqual([450, 250])
  // a scenario that was changed since is not mixed with what was measured
  const changed = join(folder, 'changed.yaml')
  writeFileSync(changed, readFileSync(scenario, 'utf8').replace('tokens: 16', 'tokens: 24'))
  const resumed = tune([changed], { ...flags, resume: join(out, name!) }, io)
  await expect(resumed).rejects.toThrow('cannot be continued: the scenario short was changed since')
  // the folder of the tuning lies among other runs, and its points are no repeats of one run
  const reported = saidIo({ env: { HOME: folder }, columns: 80 })
  await report([out], { format: 'terminal', out: folder }, reported.io)
  expect(reported.said.stdout).toMatch(/^RTX 4090: operating points SIMULATED\n/)
  expect(reported.said.stdout).toMatch(/\nOperating points: Short on RTX 4090/)
})

test('SIGTERM ends the run that is going on, and the card is given back', async () => {
  const mine = join(folder, 'interrupted')
  const args = [
    'tune',
    scenario,
    '--endpoint',
    simulator.url,
    '--power-limits',
    '200,250',
    '--out',
    mine,
    '--skip-calibration',
  ]
  const env = {
    ...process.env,
    JOULEMARK_NVIDIA_SMI: simulator.nvidiaSmi,
    HOME: folder,
    NO_COLOR: '1',
    OPENAI_API_KEY: '',
  }
  const child = spawn(process.execPath, cliWords(...args), { env })
  let stderr = ''
  let duringW: number | null = null
  child.stderr.setEncoding('utf8').on('data', (text: string) => {
    stderr += text
  })
  for await (const _ of child.stderr) {
    if (duringW !== null || !stderr.includes('trial 1')) continue
    duringW = await limitNow()
    child.kill('SIGTERM')
  }
  const [code] = child.exitCode === null ? await once(child, 'close') : [child.exitCode]
  expect(stderr).toContain('interrupted: the run that is going on ends')
  expect(duringW).toBeLessThan(450)
  expect(await limitNow()).toBe(450)
  expect(code).toBe(130)
  expect((await readHistory(mine)).runs).toHaveLength(1)
})
