import { readdirSync } from 'node:fs'
import fc from 'fast-check'
import { expect, test } from 'vitest'
import { cards } from '../catalogue/cards.ts'
import { catalogueNames } from '../catalogue/find.ts'
import type { CardEntry } from '../catalogue/own/card-entry.ts'
import { expandSweep } from '../scenario/expand.ts'
import { bundledScenario } from '../scenario/find-scenario.ts'
import { loadScenarios } from '../scenario/load-file.ts'
import { resolveScenario } from '../scenario/resolve.ts'
import type { ScenarioFile } from '../scenario/schema.ts'
import { plannedRun } from './limits/subject.ts'
import { runLimit } from './run-limit.ts'

const names = readdirSync(new URL('../../scenarios/', import.meta.url)).filter((name) => name.endsWith('.yaml'))
const files = await loadScenarios(
  names.map((name) => bundledScenario(name.replace('.yaml', ''))),
  catalogueNames,
)
/** A search for the highest rate is not one load. */
const isOneLoad = (file: ScenarioFile) =>
  !(file.kind === 'text' && file.load.shape === 'sweep' && file.load.highestRate !== undefined)
const scenarios = files
  .filter(isOneLoad)
  .flatMap((file) =>
    expandSweep({ ...file, cards: undefined } as typeof file).map((plain) => resolveScenario(plain, [])),
  )

/** A card under a name of its own, so that its description counts. */
const asOwn = (entry: CardEntry): CardEntry => ({ ...entry, key: 'mine', label: 'Mine' })
const fields = [
  'l2Mb',
  'boostGhz',
  'fp16Tflops',
  'int8Tops',
  'fp8Tflops',
  'fp8PeakTflops',
  'fp4Tflops',
  'memoryType',
  'memoryDataRateGbps',
  'computeCapability',
  'tdpW',
  'smCount',
] as const

test('a value that is unknown never lowers a limit, and the formula says what was assumed', () => {
  fc.assert(
    fc.property(
      fc.constantFrom(...cards),
      fc.constantFrom(...scenarios),
      fc.subarray([...fields]),
      (card, scenario, gone) => {
        const whole = runLimit(plannedRun(scenario, asOwn(card)))
        const sparse = asOwn(
          Object.fromEntries(Object.entries(card).filter(([field]) => !gone.includes(field as never))) as CardEntry,
        )
        const limit = runLimit(plannedRun(scenario, sparse))
        if ('reason' in whole) return
        if ('reason' in limit) {
          expect(limit.reason).toMatch(/of Mine (is|are) unknown: give (it|them) under cards\.mine in joulemark\.yaml$/)
          return
        }
        // images are seconds: the bound is a minimum
        if (limit.kind === 'image') expect(limit.value).toBeLessThanOrEqual(whole.value * (1 + 1e-9))
        else expect(limit.value).toBeGreaterThanOrEqual(whole.value * (1 - 1e-9))
        expect(Number.isFinite(limit.value)).toBe(true)
        if (gone.includes('l2Mb') && limit.kind === 'text')
          expect(limit.formula).toContain('L2 cache unknown, taken as 128 MiB')
      },
    ),
    { numRuns: 400 },
  )
})

const chat = scenarios.find(({ name }) => name === 'llama-3.1-8b-fp8-batch32') as (typeof scenarios)[number]
const reasonOf = (entry: Partial<CardEntry>) => {
  const limit = runLimit(plannedRun(chat, { key: 'mine', label: 'Mine', smiName: 'NVIDIA Mine', ...entry }))
  return 'reason' in limit ? limit.reason : limit.formula
}
const value = (number: number) => ({ value: number, source: 's', date: '2026-11-01', kind: 'own' as const })

test('without a bandwidth there is no limit, and what would give one is asked for by name', () => {
  expect(reasonOf({})).toBe(
    'the memory bandwidth of Mine is unknown: give memoryBandwidthGBs, or memoryBusBits and memoryType and memoryDataRateGbps, under cards.mine in joulemark.yaml',
  )
  expect(reasonOf({ memoryType: 'GDDR', memoryDataRateGbps: value(21) })).toContain(
    'memoryBandwidthGBs, or memoryBusBits, under',
  )
})

test('with a bandwidth alone the memory bounds the rate', () => {
  expect(reasonOf({ memoryBandwidthGBs: value(1008) })).toMatch(
    /^32 \/ \(\(9\.10 GB per step - 128 MiB of L2\) \/ 1008 GB\/s .* no bound by arithmetic: fp16Tflops, int8Tops, boostGhz, fp8Tflops unknown$/,
  )
})
