import { execFile } from 'node:child_process'
import { mkdtempSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { expect, test } from 'vitest'
import { cardEntryByKey } from '../../catalogue/own/own-cards.ts'
import { systemClock } from '../../clock.ts'
import { startServer } from '../../endpoint/serve/server.ts'
import { runOnce } from '../../run/run.ts'
import type { PlainScenarioFile } from '../../scenario/expand.ts'
import type { BoxOptions } from '../../simulator/box/box-options.ts'
import { launchBox } from '../../simulator/box/launch-box.ts'
import { readInventory } from '../../telemetry/inventory/inventory.ts'
import { freePorts } from '../../testing/free-ports.ts'
import { oneTrialOptions } from '../../testing/run-options.ts'
import { runSoak } from './run-soak.ts'
import { soakPlan } from './soak-plan.ts'
import { watchCards } from './watch.ts'

/**
 * A soak of seconds on a simulated server: real processes, its own docker, nvidia-smi and kernel log. Its cards share one
 * process with its engine, so the streams are few.
 */
async function soak(box: Partial<BoxOptions> & { readonly gpus: number }, rounds: number) {
  const running = await launchBox({ card: 'rtx-4090', ...box })
  try {
    const { gpus } = await readInventory(running.nvidiaSmi)
    const entry = cardEntryByKey('rtx-4090')!
    const cards = gpus.map(({ uuid, index }) => ({ uuid, index: index!, entry }))
    const roundSeconds = 3
    const options = { port: await freePorts(cards.length), tag: 'v1', cacheDir: '/c' }
    const plan = soakPlan(cards, (rounds * roundSeconds) / 3600, options, { streams: 4, roundSeconds })
    const outDir = mkdtempSync(join(tmpdir(), 'soak-'))
    const never = new AbortController().signal
    const env = { PATH: running.path }
    const body = await runSoak(plan, {
      outDir,
      resume: false,
      clock: systemClock,
      signal: never,
      say: () => undefined,
      tool: { name: 'joulemark', version: '0.0.0', commit: null },
      hostname: 'box',
      serve: async ({ launch }) => {
        if (launch.kind !== 'server') throw new TypeError(launch.kind)
        const server = await startServer(launch, {
          clock: systemClock,
          env,
          timeoutMs: 60_000,
          signal: never,
          onLine: () => undefined,
        })
        return { ...server, ended: server.ended.then(() => 'ended') }
      },
      run: ({ card, run }, { url, stop }) =>
        runOnce(run.file as PlainScenarioFile, {
          ...oneTrialOptions({ endpoint: url, outDir, drain: stop }),
          nvidiaSmi: { path: running.nvidiaSmi, required: true },
          gpus: [card.uuid],
        }),
      watch: (events) =>
        watchCards({
          ...events,
          nvidiaSmi: running.nvidiaSmi,
          clock: systemClock,
          everyMs: 1000,
          sampleEveryMs: 200,
          runProgram: (program, args) =>
            new Promise((resolve) => {
              execFile(join(running.folder, program), [...args], (error, stdout) => resolve(error ? null : stdout))
            }),
        }),
    })
    return { body }
  } finally {
    await running.stop()
  }
}

const would = ({ body }: Awaited<ReturnType<typeof soak>>) => body.cards.map(({ wouldBe }) => wouldBe)

test('errors, replays, a narrow link and heat are found on their cards, and nothing on the good one; it proves nothing', async () => {
  const soaked = await soak({ gpus: 4, faults: '0=ecc-errors,1=pcie-replays,1=narrow-link,2=hot' }, 1)
  const { body } = soaked
  const [errors, link, hot, good] = body.cards
  expect(body).toMatchObject({ source: 'simulated', verdict: 'not-measured', wouldBe: 'rejected', stoppedEarly: null })
  expect(would(soaked)).toEqual(['rejected', 'rejected', 'rejected', 'accepted'])
  expect(errors!.reasons).toEqual([expect.stringMatching(/^\d+ corrected memory errors under load$/)])
  expect(link!.reasons).toEqual([expect.stringMatching(/^\d+ PCIe replays a minute/)])
  expect(link!.remarks).toContain('PCIe link x8 of x16: slot, riser or bifurcation')
  expect(hot!.reasons).toEqual([expect.stringMatching(/^thermal slowdown for \d.* at up to (89|9\d) °C/)])
  expect(good!.reasons).toEqual([])
  expect(body.records).toHaveLength(4)
  for (const card of body.cards) {
    expect(card.tokens).toBeGreaterThan(0)
    expect(card.energyJ).toBeGreaterThan(0)
    expect(card.xids).toEqual([])
    expect(card.powerW?.max).toBeGreaterThan(100)
    expect(card.name).toContain('(SIMULATED)')
  }
  expect(good).toMatchObject({
    pcieReplays: 0,
    correctedErrors: 0,
    link: { width: { min: 16, max: 16 }, widthMax: 16 },
  })
})

test('a power supply that is too small for all cards brakes all of them', async () => {
  const { body } = await soak({ gpus: 2, powerBudgetW: 260 }, 1)
  for (const { reasons } of body.cards) {
    expect(reasons).toEqual([expect.stringMatching(/^power brake for \d+ % of the load: the power supply/)])
  }
})

test('a card that falls off the bus ends the soak early, with the Xid of the kernel log', async () => {
  const { body } = await soak({ gpus: 2, faults: '1=dead', deadAfterMs: 2000 }, 20)
  expect(body.stoppedEarly).toMatch(/^GPU 1: (nvidia-smi|Xid 79)/)
  expect(body.cards[1]).toMatchObject({ wouldBe: 'rejected', xids: [79] })
  expect(body.cards[0]).toMatchObject({ wouldBe: 'not-measured', reasons: [expect.stringContaining('stopped early')] })
  expect(body.records.length).toBeLessThan(10)
})
