import fc from 'fast-check'
import stringWidth from 'string-width'
import { expect, test } from 'vitest'
import { makeRun } from '../../harness/testing/record-builder.ts'
import { makeTick } from '../../harness/testing/tick-builder.ts'
import { frame, type Shown, type Size } from './frame.ts'
import { type Lane, newLane, runFacts, withTick } from './lane.ts'
import { rowText } from './row.ts'

const record = makeRun({ card: 'rtx-4090', scenarioFields: { title: 'Llama 3.1 8B FP8 batch 32 agg' } })
const facts = { ...runFacts(record, 'results/run'), fewest: 3, most: 10, isSimulated: true }

/** A lane 44 s into its second trial, with lumps of 16,000 tokens every 4 s. */
function running(name: string, over: Partial<Lane> = {}): Lane {
  const started: Lane = { ...newLane(name, 0), run: facts }
  let lane = started
  for (let second = 0; second <= 44; second += 1) {
    const tick = makeTick({ label: 'trial 2', elapsedMs: second * 1000, events: second % 4 === 0 ? 16_000 : 0 })
    lane = withTick(lane, tick, second * 1000)
  }
  return { ...lane, trialsDone: 1, halfWidth: 0.031, ...over }
}

const shown = (given: Partial<Shown>): Shown => ({ lanes: [], steps: [], left: [], ...given })
const lines = (given: Partial<Shown>, size: Size): string[] => frame(shown(given), size).map((parts) => rowText(parts))
const suite = { of: 'suite', ms: 7_800_000, kind: 'most' } as const

test('one run: what, how far, how fast, the card, and what is left', () => {
  expect(lines({ lanes: [running('')], left: [suite] }, { columns: 80, rows: 24 })).toEqual([
    `Llama 3.1 8B FP8 batch 32 agg on ${facts.cards}`,
    'trial 2 of 3 to 10  ███████████████░░░░░  44/60 s  ±3.1 % → ±2.0 %  SIMULATED',
    '~4,000 tokens/s  ██████████████  8 in flight',
    '300 W  64 °C  KV cache 41 %  21.3 GiB',
    'time left  trial 16 s  scenario at most 10 min  suite at most 2 h 10 min',
  ])
})

test('a point of a tuning says what the card is set to', () => {
  const lane = running('', { run: { ...facts, setting: '250 W' } })
  const [title] = lines({ lanes: [lane], left: [] }, { columns: 120, rows: 24 })
  expect(title).toBe(`Llama 3.1 8B FP8 batch 32 agg at 250 W on ${facts.cards}`)
})

test('several cards have a row each; where the terminal is wide they say more', () => {
  const lanes = [running('GPU 0'), running('GPU 11', { tick: null, doing: 'calibrating the client' })]
  const narrow = lines({ lanes, left: [suite] }, { columns: 61, rows: 24 })
  expect(narrow).toEqual([
    'GPU 0   trial 2 of 3 to 10  44/60 s   ~4,000 tokens/s  300 W',
    'GPU 11  calibrating the client',
    'SIMULATED  time left  suite at most 2 h 10 min',
  ])
  const [wide] = lines({ lanes }, { columns: 160, rows: 24 })
  expect(wide).toContain('300 W  64 °C  KV cache 41 %  21.3 GiB  ±3.1 % → ±2.0 %  8 in flight  at most 10 min left')
})

test('a terminal of few rows shows what matters: the phase, then what is left, the rate, the title', () => {
  const first = (rows: number) => lines({ lanes: [running('')] }, { columns: 80, rows }).map((line) => line.slice(0, 5))
  expect(first(2)).toEqual(['trial'])
  expect(first(3)).toEqual(['trial', 'time '])
  expect(first(4)).toEqual(['trial', '~4,00', 'time '])
  expect(first(5)).toEqual(['Llama', 'trial', '~4,00', 'time '])
  const four = ['a', 'b', 'c', 'd'].map((name) => running(name))
  expect(lines({ lanes: four }, { columns: 20, rows: 4 })).toEqual(['a  trial 2 of 3 to…', 'and 3 more', 'SIMULATED'])
})

const text = fc.oneof(fc.string({ unit: 'grapheme', maxLength: 60 }), fc.string({ unit: 'binary', maxLength: 60 }))
const amount = fc.option(fc.double({ min: 0, max: 1e7, noNaN: true }))
const anyTick = fc.record({
  label: fc.constantFrom('trial 1', 'trial 12', 'warm-up', 'cool-down'),
  elapsedMs: fc.double({ min: 0, max: 1e9, noNaN: true }),
  totalMs: fc.double({ min: 0, max: 1e9, noNaN: true }),
  inFlight: fc.nat(),
  events: fc.nat(),
  powerW: amount,
  memoryMiB: amount,
  temperatureC: amount,
  kvUsageShare: fc.option(fc.double({ min: 0, max: 1, noNaN: true })),
})
const anyLane = fc
  .record({ name: text, title: text, cards: text, tick: fc.option(anyTick), halfWidth: amount })
  .map(({ name, title, cards, tick, halfWidth }): Lane => {
    const titled = { ...record, scenario: { ...record.scenario, title }, gpus: [{ ...record.gpus[0]!, name: cards }] }
    const lane = { ...newLane(name, 0), run: runFacts(titled, title), halfWidth }
    return tick === null ? lane : withTick(withTick(lane, { ...tick, events: 5 }, 0), tick, 2000)
  })

test('no row is wider than the terminal, and there are never more rows than it has', () => {
  const size = fc.record({ columns: fc.integer({ min: 1, max: 200 }), rows: fc.integer({ min: 1, max: 50 }) })
  const many = fc.record({
    lanes: fc.array(anyLane, { maxLength: 9 }),
    steps: fc.array(fc.constant('download 1 of 3, image x: 2.1 GB of 9.0 GB')),
  })
  fc.assert(
    fc.property(many, size, ({ lanes, steps }, { columns, rows }) => {
      const drawn = lines({ lanes, steps, left: [suite] }, { columns, rows })
      expect(drawn.length).toBeLessThan(rows)
      for (const line of drawn) {
        expect(stringWidth(line)).toBeLessThan(columns)
        expect(line).not.toContain('\n')
      }
    }),
  )
})
