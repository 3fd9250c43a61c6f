import { describe, expect, test } from 'vitest'
import { JoulemarkError } from '../errors.ts'
import type { MoneyInputs } from '../metrics/cost.ts'
import { pointKey, type TunePoint } from '../operating/point.ts'
import type { RunRecord } from '../record/schema/run.ts'
import { settingAt } from '../testing/setting-builder.ts'
import { trueAt, trueCost, tunedRun } from '../testing/tuned-card.ts'
import { shuffledBlock } from './order.ts'
import { playTune, type TunePlan, type TuneTools } from './play.ts'

const card = { demandW: 573, idleW: 40, tokensPerS: 1400 }
const money: MoneyInputs = { priceGbp: 8000, years: 4, tariffGbpPerKwh: 0.25, utilisation: 0.6, idleW: 40, pue: 1.3 }
const at = (powerLimitW: number, concurrency = 32): TunePoint => ({
  setting: { powerLimitW, smClockMHz: null },
  concurrency,
})
const limits = [600, 500, 400, 300, 200]

const planOf = (over: Partial<TunePlan> = {}): TunePlan => ({
  tune: 'tune-1',
  points: limits.map((watts) => at(watts)),
  blocks: 6,
  seed: 7,
  found: { powerLimitW: 600 },
  money: () => money,
  ...over,
})

/** Tools on a card that is known; `noise` is the share by which each run is off. */
function fakeTools({
  noise = 0.003,
  fails = () => {},
}: {
  noise?: number
  fails?: (watts: number, run: number) => void
} = {}) {
  const stop = new AbortController()
  const seen = { applied: [] as (number | null)[], settled: 0, runs: [] as string[], said: [] as string[] }
  const tools: TuneTools = {
    async apply({ powerLimitW, smClockMHz }) {
      seen.applied.push(powerLimitW)
      fails(powerLimitW!, seen.runs.length)
      return { powerLimitW, smClockMHz }
    },
    async settle() {
      seen.settled += 1
    },
    async run(point, setting): Promise<RunRecord> {
      const index = seen.runs.length
      seen.runs.push(`${setting.block} ${pointKey(point)}`)
      const { tokensPerS, powerW } = trueAt(card, point.setting.powerLimitW!)
      return tunedRun({ point, setting, tokensPerS: tokensPerS * (1 + noise * Math.sin(index * 12.9898)), powerW })
    },
    say: (line) => void seen.said.push(line),
    signal: stop.signal,
  }
  return { tools, seen, stop }
}

describe('a grid', () => {
  test('whole blocks in the shuffled order, each setting applied, settled and recorded; it stops when all is decided', async () => {
    const { tools, seen } = fakeTools()
    const end = await playTune(planOf(), tools)
    expect(end).toMatchObject({ ended: 'decided', reason: 'all is decided after 3 blocks', failed: [] })
    const order = [0, 1, 2].flatMap((block) =>
      shuffledBlock(planOf().points as TunePoint[], block, 7).map((point) => `${block} ${pointKey(point)}`),
    )
    expect(seen.runs).toEqual(order)
    // two runs in a row at one setting are one setting
    const changes = order.map((each) => each.split(' ')[1]).filter((key, index, keys) => key !== keys[index - 1])
    expect(seen.applied).toHaveLength(changes.length)
    expect(seen.settled).toBe(changes.length)
    const settings = end.records.map(({ setting }) => setting!)
    expect(settings.map(({ place }) => place)).toEqual(settings.map((_, index) => index))
    expect(settings[0]).toMatchObject({
      tune: 'tune-1',
      powerLimitW: { asked: seen.applied[0], enforced: seen.applied[0], found: 600 },
      blocks: 6,
      seed: 7,
      by: 'tune',
    })
    expect(end.operating!.best.mostEfficient.proposal!.limitW).toBe(300)
  })

  test('what is not decided is measured again, and only that', async () => {
    const { tools, seen } = fakeTools({ noise: 0.04 })
    const end = await playTune(planOf(), tools)
    expect(end.ended).toBe('all-blocks')
    expect(end.reason).toMatch(/^not decided after 6 blocks: /)
    const of = (block: number) => seen.runs.filter((run) => run.startsWith(`${block} `))
    expect([0, 1, 2].map((block) => of(block).length)).toEqual([5, 5, 5])
    expect(of(5).length).toBeLessThan(5)
    expect(seen.said.find((line) => line.startsWith('block 4'))).toMatch(/not decided: /)
  })

  test('three blocks are never ended early', async () => {
    const { tools, seen } = fakeTools({ noise: 0 })
    await playTune(planOf({ blocks: 3 }), tools)
    expect(seen.runs).toHaveLength(15)
  })

  test('a grid with concurrency: an answer per concurrency, and one for all', async () => {
    const points = [8, 32].flatMap((concurrency) => [600, 450].map((watts) => at(watts, concurrency)))
    const { tools } = fakeTools()
    const { operating, table } = await playTune(planOf({ points }), tools)
    expect(table!.rows.map(({ label }) => label)).toEqual([
      '600 W, 8 streams',
      '450 W, 8 streams',
      '600 W, 32 streams',
      '450 W, 32 streams',
    ])
    expect(operating!.noLoss.map(({ concurrency }) => concurrency)).toEqual([8, 32])
  })
})

describe('a locked clock', () => {
  test('is recorded as the driver locked it, and another one than asked for is said', async () => {
    const { tools, seen } = fakeTools()
    const point: TunePoint = { setting: { powerLimitW: 400, smClockMHz: 1501 }, concurrency: 32 }
    const settings: unknown[] = []
    const run: TuneTools['run'] = async (at, setting) => {
      settings.push(setting.smClockMHz)
      const read = { ...setting, smClockMHz: { asked: 1501, locked: 1485, read: 1470 } }
      return tunedRun({ point: at, setting: read, tokensPerS: 900, powerW: 390 })
    }
    const apply: TuneTools['apply'] = async ({ powerLimitW }) => ({ powerLimitW, smClockMHz: 1485 })
    await playTune(planOf({ points: [point], blocks: 1 }), { ...tools, run, apply })
    expect(settings).toMatchObject([{ asked: 1501, locked: 1485, read: null }])
    expect(seen.said).toContain(
      '  400 W, 1501 MHz, 32 streams: the driver locked 1485 MHz, under load the SM clock was 1470 MHz',
    )
  })
})

describe('what goes wrong', () => {
  test('a point that fails is a row with its reason, is given up after two tries, and the others go on', async () => {
    const { tools, seen } = fakeTools({
      fails: (watts) => {
        if (watts === 300) throw new JoulemarkError('environment', 'the driver refused 300 W')
      },
    })
    const { table, failed, ended } = await playTune(planOf(), tools)
    expect(ended).toBe('decided')
    expect(failed).toHaveLength(2)
    expect(seen.applied.filter((watts) => watts === 300)).toHaveLength(2)
    const row = table!.rows.find(({ limitW }) => limitW === 300)!
    expect(row).toMatchObject({ blocks: [], reason: 'the driver refused 300 W' })
    expect(table!.rows.filter(({ blocks }) => blocks.length === 3)).toHaveLength(4)
  })

  test('after a failure the cards are set again, whatever they were set to', async () => {
    let once = true
    const { tools, seen } = fakeTools()
    const run: TuneTools['run'] = async (point, setting) => {
      if (once) {
        once = false
        throw new Error('the server is gone')
      }
      return tools.run(point, setting)
    }
    const plan = planOf({ points: [at(400)], blocks: 2 })
    await playTune({ ...plan, points: [at(400), at(401)] }, { ...tools, run })
    expect(seen.applied.length).toBeGreaterThanOrEqual(4)
  })

  test('a run whose gates failed does not count and is said', async () => {
    const { tools, seen } = fakeTools()
    const gates = [{ id: 'throttle', required: false, status: 'fail' as const, evidence: 'hot' }]
    const run: TuneTools['run'] = async (point, setting) => {
      const record = await tools.run(point, setting)
      return point.setting.powerLimitW === 600 ? { ...record, gates } : record
    }
    const { table, operating } = await playTune(planOf(), { ...tools, run })
    expect(table!.rows[0]).toMatchObject({ limitW: 600, blocks: [], reason: 'gate throttle failed: hot' })
    expect(operating!.noLoss[0]!.reference!.limitW).toBe(500)
    expect(seen.said).toContain('  600 W, 32 streams: does not count: gate throttle failed: hot')
  })

  test('a block in which nothing counts ends it', async () => {
    const { tools, seen } = fakeTools({
      fails: () => {
        throw new JoulemarkError('environment', 'no card answers')
      },
    })
    const end = await playTune(planOf(), tools)
    expect(end).toMatchObject({ ended: 'failed', reason: 'no run of a whole block counts', table: null })
    expect(end.failed).toHaveLength(5)
    expect(seen.runs).toEqual([])
  })

  test('bad input ends it at once', async () => {
    const { tools } = fakeTools({
      fails: () => {
        throw new JoulemarkError('bad-input', 'no such model')
      },
    })
    await expect(playTune(planOf(), tools)).rejects.toThrow('no such model')
  })

  test('an interrupt keeps what is there, and the rest can be measured later', async () => {
    const { tools, seen, stop } = fakeTools()
    const run: TuneTools['run'] = async (point, setting) => {
      if (seen.runs.length === 8) stop.abort()
      if (stop.signal.aborted) throw new Error('aborted')
      return tools.run(point, setting)
    }
    const first = await playTune(planOf(), { ...tools, run })
    expect(first).toMatchObject({ ended: 'interrupted', failed: [] })
    expect(first.records).toHaveLength(8)
    expect(first.table!.rows).toHaveLength(5)

    const later = fakeTools()
    const resumed = await playTune(planOf({ done: first.records }), later.tools)
    expect(later.seen.runs).toHaveLength(7)
    const whole = await playTune(planOf(), fakeTools().tools)
    const places = ({ records }: typeof whole) => records.map(({ setting }) => [setting!.block, setting!.place])
    expect(places(resumed)).toEqual(places(whole))
  })
})

test('runs that left the limit as found are not continued at another one, and nothing is set', async () => {
  const point: TunePoint = { setting: { powerLimitW: null, smClockMHz: 1500 }, concurrency: 32 }
  const setting = settingAt(null, { clockMHz: 1500 })
  const done = [tunedRun({ point, setting, tokensPerS: 900, powerW: 300 })]
  const { tools, seen } = fakeTools()
  await expect(playTune(planOf({ points: [point], done }), tools)).rejects.toThrow(/left at 450 W.*found at 600 W/)
  expect([seen.applied, seen.runs]).toEqual([[], []])
})

describe('a search', () => {
  const range = { minW: 150, maxW: 600, resolutionW: 25, concurrencies: [32] }

  test('brackets the optimum and refines it to the resolution, with fewer runs than the grid', async () => {
    const { tools, seen } = fakeTools({ noise: 0.001 })
    const { table, operating, ended } = await playTune(planOf({ points: range, blocks: 8 }), tools)
    expect(ended).toBe('decided')
    const grid = Array.from({ length: 19 }, (_, step) => 150 + 25 * step)
    const cheapest = grid.toSorted((a, b) => trueCost(card, a, money) - trueCost(card, b, money))[0]!
    const efficient = grid.toSorted(
      (a, b) =>
        trueAt(card, a).powerW / trueAt(card, a).tokensPerS - trueAt(card, b).powerW / trueAt(card, b).tokensPerS,
    )[0]!
    const named = ({ members }: { members: readonly { limitW: number | null }[] }) =>
      members.map(({ limitW }) => limitW)
    expect(named(operating!.best.cheapest)).toContain(cheapest)
    expect(named(operating!.best.mostEfficient)).toContain(efficient)
    expect(table!.rows.length).toBeLessThan(grid.length)
    expect(seen.runs.length).toBeLessThan(grid.length * 3)
    for (const row of table!.rows) expect(grid).toContain(row.limitW)
    // both neighbours of the cheapest were looked at
    const measured = table!.rows.map(({ limitW }) => limitW)
    expect(measured).toEqual(expect.arrayContaining([cheapest - 25, cheapest + 25]))
  })

  test('with several numbers of streams each has its own edge of the loss, to the resolution', async () => {
    const { tools } = fakeTools({ noise: 0.001 })
    const points = { ...range, concurrencies: [8, 32] }
    const { operating, table } = await playTune(planOf({ points, blocks: 8 }), tools)
    expect(operating!.noLoss.map(({ concurrency }) => concurrency)).toEqual([8, 32])
    for (const { concurrency, downTo, stoppedAt } of operating!.noLoss) {
      expect(downTo!.limitW! - stoppedAt!.limitW!).toBe(25)
      expect(table!.rows.filter((row) => row.concurrency === concurrency).length).toBeLessThan(19)
    }
  })

  test('a range that is no wider than its resolution is its two ends', async () => {
    const { tools } = fakeTools()
    const { table } = await playTune(planOf({ points: { ...range, minW: 580 }, blocks: 8 }), tools)
    expect(table!.rows.map(({ limitW }) => limitW)).toEqual([600, 580])
  })
})
