import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import pLimit from 'p-limit'
import { afterAll, expect, test } from 'vitest'
import { modelByKey } from '../catalogue/own-models.ts'
import type { Model } from '../catalogue/types.ts'
import { parseAddress } from '../endpoint/address.ts'
import { discover } from '../endpoint/discover.ts'
import { faultNames, lieNames, sensorFaultNames } from '../simulator/faults/names.ts'
import { launchSimulator } from '../simulator/launch.ts'
import { watchedCardCases } from '../testing/card-fault-cases.ts'
import { cleanCases, type FaultCase, faultCases, streamCases } from '../testing/fault-cases.ts'
import { endOf, runFault, signsOf } from '../testing/fault-runs.ts'
import { pageCases } from '../testing/page-cases.ts'
import { startCases } from '../testing/start-cases.ts'
import { untilMeasured } from '../testing/until-measured.ts'

/** What can go wrong at a server or a card, made to happen, and the gate or the outcome that must show it. */
const outDir = mkdtempSync(join(tmpdir(), 'faults-'))
afterAll(() => rmSync(outDir, { recursive: true, force: true }))

/** Runs sleep most of the time; more at once would disturb one another. */
const limit = pLimit(3)
/** Streams that break leave no steady window, and the signs of that need none. */
const needsWindow = ({ mustShow }: FaultCase) => !mustShow.some((sign) => sign.startsWith('outcome '))
/** A sensor stands still some time after the load began, and two sources of energy agree over a window that is long enough. */
const needsSigns = ({ launch, watched }: FaultCase) =>
  launch.sensorFaults?.includes('frozen-value') ?? (watched === true && launch.faults === undefined)

test.concurrent.each([...cleanCases, ...faultCases, ...streamCases, ...pageCases, ...watchedCardCases])(
  '$title',
  async (fault) => {
    const play = (seconds: number) => limit(async () => signsOf(await runFault({ ...fault, seconds }, outDir)))
    const isMeasured = (seen: readonly string[]) =>
      (!needsWindow(fault) || seen.includes('a steady window')) &&
      (!needsSigns(fault) || fault.mustShow.every((sign) => seen.includes(sign)))
    const signs = await untilMeasured(play, isMeasured, { fromSeconds: fault.seconds ?? 3, toSeconds: 24 })
    expect(signs).toEqual(expect.arrayContaining([...fault.mustShow]))
  },
)

const stand = { card: 'rtx-4090', model: 'llama-3.1-8b-instruct-fp8' } as const

test('start-refused: the endpoint cannot be reached, in one line with the system error; later it can', async () => {
  const simulator = await launchSimulator({ ...stand, faults: ['start-refused'] })
  try {
    const ask = () => discover(parseAddress(simulator.url), null, modelByKey(stand.model) as Model)
    await expect(ask()).rejects.toMatchObject({
      code: 'environment',
      message: expect.stringMatching(/cannot be reached \(ECONNREFUSED\)/),
    })
    await expect
      .poll(() =>
        ask().then(
          () => 'up',
          () => 'down',
        ),
      )
      .toBe('up')
  } finally {
    await simulator.stop()
  }
})

test.each(startCases)('$title prevents a run, with the reason', async (each) => {
  expect(await endOf(each, outDir)).toContain(each.mustSay)
})

test('every fault, lie and sensor fault is tested', () => {
  const tried = [...faultCases, ...streamCases, ...pageCases, ...watchedCardCases, ...startCases].flatMap(
    ({ launch: { faults = [], lies = [], sensorFaults = [] } }) => [...faults, ...lies, ...sensorFaults],
  )
  const all = [...faultNames, ...lieNames, ...sensorFaultNames]
  expect(all.filter((name) => !tried.includes(name))).toEqual([])
})
