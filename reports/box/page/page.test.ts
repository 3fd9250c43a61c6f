import { expect, test } from 'vitest'
import { makeSample } from '../../testing/rows-builder.ts'
import { type SimulatedCard, simulatedBox } from '../../testing/simulated-box.ts'
import type { BoxInput } from '../result/box-input.ts'
import type { BoxResult } from '../result/box-result.ts'
import { boxResult } from '../result/judge-box.ts'
import { cardSeries } from './night-series.ts'
import { serverPage } from './page.ts'

const steady = { spread: 0, normal: () => 0 }
const judged = (cards: readonly SimulatedCard[], over: Partial<BoxInput> = {}): BoxResult =>
  boxResult(simulatedBox(cards, steady, over))

test('the page says what the server is, the verdict of each card, why, and how to verify it', () => {
  const checks = [{ id: 'persistence', status: 'warn', read: 'off', why: 'unloads', fix: 'sudo nvidia-smi -pm 1' }]
  const page = serverPage(judged([{}, { memory: 0.9 }, {}], { checks, plannedMinutes: 34 }), [])
  for (const text of [
    '<h2 id="h-verdict" class="bad">REJECTED</h2>',
    'GPU 1 <span class="word bad">REJECTED</span>',
    'GPU 0 <span class="word good">ACCEPTED</span>',
    '10.0 % worse than its siblings',
    '<b>Likely cause:</b> its memory',
    'planned at most 34 min without downloads',
    '<b>persistence</b>: off<small>unloads; sudo nvidia-smi -pm 1</small>',
    'joulemark verify ',
  ]) {
    expect(page).toContain(text)
  }
  expect(page).not.toMatch(/<script|NaN|undefined|Infinity/)
})

test('each figure of each card stands beside its range, what is out of it is marked', () => {
  const page = serverPage(judged([{}, { memory: 0.7 }]), [])
  expect(page).toMatch(/<td class="right bad"><span class="main">635<\/span><small>out of range<\/small>/)
  expect(page.match(/<circle class="out"/g)?.length).toBeGreaterThan(1)
})

test('a simulated server is stamped, and never called accepted', () => {
  const input = simulatedBox([{}, {}], steady)
  const result = boxResult({ ...input, records: input.records.map((run) => ({ ...run, source: 'simulated' })) })
  const page = serverPage(result, [])
  expect(page).toContain('<p class="banner"><strong>SIMULATED:')
  expect(page).toContain('(SIMULATED)</title>')
  expect(page).toContain('would be accepted')
  expect(page).not.toContain('ACCEPTED')
})

test('a night without a record has a page too', () => {
  const page = serverPage(judged([{}], { records: [], ends: 'no docker on PATH' }), [])
  expect(page).toContain('NOT MEASURED')
  expect(page).toContain('no docker on PATH')
})

test('hostile names are text', () => {
  const evil = '"><img src=x onerror=alert(1)>'
  const { records, ...input } = simulatedBox([{}, {}], steady)
  const hostile = records.map((run) => ({
    ...run,
    host: { ...run.host, hostname: evil, cpu: evil },
    gpus: run.gpus.map((gpu) => ({ ...gpu, name: evil, vbios: evil })),
  }))
  const leftOut = [{ name: evil, reason: evil }]
  const page = serverPage(boxResult({ ...input, records: hostile, leftOut }), [])
  expect(page).not.toContain('<img')
  expect(page).toContain('&lt;img src=x onerror=alert(1)&gt;')
})

test('power and temperature of a run are those of its own cards, reduced, on the clock of the wall', () => {
  const [run] = simulatedBox([{}], steady).records
  const record = { ...run!, clock: { originMs: 1_000_000 } }
  const rows = Array.from({ length: 600 }, (_, at) => [
    { ...makeSample(at * 200, 300), uuid: 'GPU-0', temperatureC: 60 },
    { ...makeSample(at * 200, 50), uuid: 'GPU-other', temperatureC: 30 },
  ]).flat()
  const [series, ...others] = cardSeries(record, rows)
  expect(others).toEqual([])
  expect(series?.powerW).toHaveLength(12)
  expect(new Set(series?.powerW.map(([, value]) => value))).toEqual(new Set([300]))
  expect(series?.temperatureC[0]).toEqual([expect.closeTo(1_005_000, -3), 60])
  const page = serverPage(judged([{}]), series === undefined ? [] : [series])
  expect(page).toContain('GPU 0 up to 300 W and 60 °C')
})
