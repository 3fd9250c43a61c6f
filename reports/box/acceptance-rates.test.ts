import { expect, test } from 'vitest'
import { seededRandom } from '../../harness/plan/random.ts'
import { normal } from '../../harness/testing/noise-stream.ts'
import { type SimulatedServer, simulatedNight } from '../testing/simulated-servers.ts'
import { acceptance, boxAccepted } from './acceptance.ts'
import type { EarlierRun } from './references.ts'

/** How often nights are accepted, with siblings drawn from a pool, for two kinds of spread between servers. */

const NIGHTS = 800
const POOL = 60

/** `own` is the spread of each figure, `common` that of a server as a whole. */
interface Spread {
  readonly own: number
  readonly common: number
}

function acceptedShare(spread: Spread, siblings: number, lost: Partial<SimulatedServer> = {}): number {
  const random = seededRandom(2026)
  const draw = () => normal(random)
  const server = (uuid: string, over: Partial<SimulatedServer> = {}) =>
    simulatedNight({
      uuid,
      spread: spread.own,
      normal: draw,
      ...over,
      level: (over.level ?? 1) * (1 + spread.common * draw()),
    })
  const pool = Array.from({ length: POOL }, (_, index): EarlierRun[] =>
    server(`GPU-${index}`).map((record) => ({ record, verdict: 'accepted' })),
  )
  let accepted = 0
  for (let at = 0; at < NIGHTS; at += 1) {
    const first = Math.floor(random() * POOL)
    const known = Array.from({ length: siblings }, (_, step) => pool[(first + step) % POOL]!).flat()
    if (boxAccepted(acceptance(server('GPU-new', lost), known, []))) accepted += 1
  }
  return accepted / NIGHTS
}

const one: Spread = { own: 0.01, common: 0 }
const two: Spread = { own: 0.02, common: 0 }
const together: Spread = { own: 0.003, common: 0.02 }

test.each([
  ['1 %', one, 0],
  ['1 %', one, 5],
  ['2 %', two, 0],
  ['2 %', two, 3],
  ['2 %', two, 5],
  ['2 %', two, 10],
  ['2 % of the server as a whole', together, 5],
] as const)('healthy servers that differ by %s are accepted in 99 of 100 nights (%o, %d siblings)', (_, spread, n) => {
  expect(acceptedShare(spread, n)).toBeGreaterThanOrEqual(0.99)
})

test.each([
  ['10 % everywhere', { level: 0.9 }],
  ['10 % of the memory bandwidth', { memory: 0.9 }],
  ['10 % of the clock', { clock: 0.9 }],
])('with five good siblings a server that lost %s is rejected', (_, lost) => {
  expect(acceptedShare(one, 5, lost)).toBeLessThanOrEqual(0.005)
  expect(acceptedShare(two, 5, lost)).toBeLessThanOrEqual(0.03)
})

test('servers that differ by 2 % as a whole hide a loss of 10 % in one of ten cases, and none of 15 %', () => {
  expect(acceptedShare(together, 5, { level: 0.9 })).toBeLessThanOrEqual(0.15)
  expect(acceptedShare(together, 5, { level: 0.85 })).toBeLessThanOrEqual(0.005)
})

test.each([
  ['20 % everywhere', { level: 0.8 }],
  ['20 % of the memory bandwidth', { memory: 0.8 }],
  ['20 % of the clock', { clock: 0.8 }],
])('on the very first night an RTX 4090 that lost %s is rejected', (_, lost) => {
  expect(acceptedShare(one, 0, lost)).toBe(0)
  expect(acceptedShare(two, 0, lost)).toBeLessThanOrEqual(0.01)
})

test.each(['h100-sxm', 'h200', 'a100-80gb', 'rtx-pro-6000-workstation'])(
  'on the very first night an %s that lost a fifth of its memory bandwidth is rejected by a copy on the card alone',
  (card) => {
    expect(acceptedShare(one, 0, { card, memory: 0.8 })).toBe(0)
    expect(acceptedShare(one, 0, { card })).toBeGreaterThanOrEqual(0.99)
  },
)
