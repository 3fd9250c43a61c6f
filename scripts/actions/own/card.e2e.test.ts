import { mkdtempSync, readFileSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { useOwnCards } from '../../../harness/catalogue/own/own-cards.ts'
import { readRun } from '../../../harness/record/read.ts'
import { loadConfig } from '../../../harness/scenario/config/load-config.ts'
import { launchSimulator, type RunningSimulator } from '../../../harness/simulator/launch.ts'
import { makeFakeNvidiaSmi } from '../../../harness/testing/fake-nvidia-smi.ts'
import { fakeBox } from '../../../harness/testing/fake-nvidia-smi-cards.ts'
import { saidIo } from '../../../harness/testing/said-io.ts'
import { buildProgram } from '../../program.ts'

/** A card that the catalogue does not know, through the command line: described, measured, named, priced. */
const NAME = 'NVIDIA GeForce RTX 4070 Ti SUPER'
const folder = mkdtempSync(join(tmpdir(), 'card-'))
const config = join(folder, 'own.yaml')
const results = join(folder, 'results')
let simulator: RunningSimulator
beforeAll(async () => {
  simulator = await launchSimulator({ card: 'rtx-4090', model: 'llama-3.1-8b-instruct-fp8', smiName: NAME })
})
afterAll(async () => {
  useOwnCards([])
  await simulator.stop()
})

async function typed(...words: readonly string[]) {
  const { io, said } = saidIo({ env: { HOME: folder } })
  let code = -1
  await buildProgram('1', io, (done) => {
    code = done
  }).parseAsync([...words], { from: 'user' })
  return { code, ...said }
}

const scenario = join(folder, 'short.yaml')
writeFileSync(
  scenario,
  `name: short
title: Short
kind: text
model: llama-3.1-8b-instruct-fp8
load: { shape: closed, concurrency: 8 }
prompt: { tokens: 64 }
output: { tokens: 48 }
trial: { seconds: 3.5, warmupSeconds: 0.5, quietSeconds: 1, minWindowSeconds: 1 }
certainty: { minTrials: 1, maxTrials: 1 }
`,
)
async function measured(more: readonly string[]) {
  const flags = ['--endpoint', simulator.url, '--nvidia-smi', simulator.nvidiaSmi, '--out', results]
  const { stdout } = await typed('run', scenario, ...flags, '--skip-calibration', '--no-progress', '--json', ...more)
  const [run] = (JSON.parse(stdout) as { runs: { directory: string }[] }).runs
  const { record } = await readRun((run as { directory: string }).directory)
  const gate = (id: string) => record.gates.find((each) => each.id === id)
  return { record, gate }
}

describe('a card that no one knows', () => {
  test('is described by what it reports, and the rest is asked for by name', async () => {
    const { code, stdout } = await typed('card', 'describe', '--nvidia-smi', simulator.nvidiaSmi)
    expect(code).toBe(0)
    expect(stdout).toContain('RTX 4070 Ti SUPER (as it reports itself), key rtx-4070-ti-super')
    expect(stdout).toContain('Unknown: smCount, boostGhz, memoryBusBits, memoryBandwidthGBs')
    expect(stdout).toContain(`    smiName: "${NAME}"\n`)
    const json = JSON.parse((await typed('card', 'describe', '--nvidia-smi', simulator.nvidiaSmi, '--json')).stdout)
    expect(json.cards[0].values.smiMemoryMiB).toMatchObject({ value: 24_564, source: 'nvidia-smi' })
    expect(json.cards[0].values.l2Mb).toEqual({ value: null, reason: 'not reported by nvidia-smi or NVML' })
  })

  test('is measured, and the gates print what is missing and the line to add', async () => {
    const { record, gate } = await measured([])
    expect(record).toMatchObject({ status: 'complete', quotable: false, card: { key: null } })
    expect(record.card.description).toMatchObject({ smiName: NAME, tdpW: { value: 450 } })
    expect(record.trials).toHaveLength(1)
    expect(gate('card-match')).toMatchObject({
      status: 'not-measured',
      evidence: expect.stringContaining(
        `add to joulemark.yaml: cards: { rtx-4070-ti-super: { smiName: "${NAME}", smiMemoryMiB: 24564, memoryBandwidthGBs: ..., source: nvidia-smi`,
      ),
    })
    expect(gate('physical-limit')).toMatchObject({
      status: 'not-measured',
      evidence: expect.stringMatching(
        /no limit: the memory bandwidth of .* is unknown: give memoryBandwidthGBs, or memoryBusBits/,
      ),
    })
    expect(gate('power-plausible')?.status).not.toBe('fail')
  })

  test('is named by a file that init writes, which is valid as it is', async () => {
    const file = join(folder, 'joulemark.yaml')
    const { stdout } = await typed('init', file, '--nvidia-smi', simulator.nvidiaSmi)
    expect(stdout).toBe(`wrote ${file}: GeForce RTX 4070 Ti SUPER (not in the catalogue)\n`)
    const { cards } = await loadConfig({ folder, env: {} })
    expect(cards).toMatchObject([{ key: 'rtx-4070-ti-super', smiName: NAME, memoryDataRateGbps: { value: 21.002 } }])
    await expect(typed('init', file, '--nvidia-smi', simulator.nvidiaSmi)).rejects.toThrow(
      'exists already, and is not replaced',
    )
  })

  test('with a name, a bandwidth and a price of its own is matched, bounded and priced', async () => {
    writeFileSync(
      config,
      `cards:
  mine:
    smiName: ${NAME}
    label: RTX 4070 Ti SUPER
    smiMemoryMiB: 24564
    memoryBandwidthGBs: { value: 1008, source: the datasheet }
    source: nvidia-smi
    date: 2026-11-26
prices:
  mine: { purchaseGbp: 750, source: a shop, date: 2026-11-26 }
`,
    )
    const { record, gate } = await measured(['--config', config])
    expect(record.card).toMatchObject({ key: 'mine', description: { tdpW: { value: 450 } } })
    expect(record.card.description).not.toHaveProperty('l2Mb')
    expect(gate('card-match')).toMatchObject({ status: 'pass', evidence: expect.stringContaining('24564 MiB: mine') })
    expect(gate('physical-limit')).toMatchObject({
      status: 'pass',
      evidence: expect.stringMatching(
        /1008 GB\/s .*; L2 cache unknown, taken as 128 MiB; no bound by arithmetic: fp16Tflops/,
      ),
    })
    const report = (await typed('report', results, '--config', config)).stdout.replace(/\s+/g, ' ')
    expect(report).toContain('Price of RTX 4070 Ti SUPER: £750, a shop (2026-11-26, own).')
    expect(report).toMatch(/TDP │ 450 W │/)
    // the record is enough for its check, without the file
    useOwnCards([])
    expect(await typed('verify', results)).toMatchObject({ code: 0 })
  })

  test('is known to fit, predict and serve as far as its values go', async () => {
    const fits = JSON.parse((await typed('fit', '--card', 'mine', '--json', '--config', config)).stdout)
    expect(fits.models.find((fit: { model: string }) => fit.model === 'llama-3.1-8b-instruct-fp8')).toMatchObject({
      card: 'mine',
      verdict: 'Comfortable',
    })
    const words = ['predict', 'llama-3.1-8b-fp8-batch32', '--card', 'mine', '--json', '--config', config] as const
    const [prediction] = JSON.parse((await typed(...words)).stdout).predictions
    expect(prediction).toMatchObject({
      prediction: null,
      limit: { kind: 'text' },
      fit: { verdict: expect.any(String) },
    })
    expect(prediction.reason).toMatch(
      /^computeCapability, .* of RTX 4070 Ti SUPER are unknown: give them under cards\.mine/,
    )
    const { stdout } = await typed('serve', 'llama-3.1-8b-fp8-batch32', '--card', 'mine', '--print', '--config', config)
    expect(stdout).toContain('--max-model-len 16384')
    const listed = (await typed('card', 'list', '--config', config)).stdout
    expect(listed).toMatch(/mine \(own\) +│ RTX 4070 Ti SUPER +│ +24 │ 1,008 │ +— \[\d\] │ +£750/)
    await expect(typed('fit', '--card', 'mine')).rejects.toThrow('--card mine: no such card in the catalogue')
  })
})

test('a box of bundled cards is found by init, with the prices that are missing', async () => {
  const smi = makeFakeNvidiaSmi(join(folder, 'h200'), await fakeBox('h200-580'))
  const file = join(folder, 'h200.yaml')
  const { stdout } = await typed('init', file, '--nvidia-smi', smi)
  expect(stdout).toBe(`wrote ${file}: H200 141 GB\n`)
  expect(readFileSync(file, 'utf8')).toContain('#   h200:            # H200 141 GB: no price is bundled\n')
  expect(await loadConfig({ folder, env: {}, named: 'h200.yaml' })).toEqual({ files: [file] })
})

test('what cannot be written or found is one line', async () => {
  await expect(typed('init', join(folder, 'none', 'x.yaml'))).rejects.toThrow(/ENOENT/)
  await expect(typed('card', 'describe', 'h200-nlv')).rejects.toThrow(
    'card h200-nlv: no such card in the catalogue; did you mean "h200-nvl"?',
  )
  await expect(typed('card', 'describe', '--nvidia-smi', join(folder, 'nothing'))).rejects.toThrow(/nothing/)
})
