import { describe, expect, test } from 'vitest'
import { seededRandom } from '../../harness/plan/random.ts'
import type { RunRecord } from '../../harness/record/schema/run.ts'
import { normal } from '../../harness/testing/noise-stream.ts'
import { settingAt } from '../../harness/testing/setting-builder.ts'
import { type SimulatedServer, simulatedNight } from '../testing/simulated-servers.ts'
import { type AcceptanceLine, acceptance, boxAccepted } from './acceptance.ts'
import { ENOUGH_SIBLINGS } from './band.ts'
import { type Part, type QuantityKey, quantities } from './quantities.ts'
import type { EarlierRun } from './references.ts'

const random = seededRandom(16)
const night = (over: Partial<SimulatedServer> & { readonly uuid: string }) =>
  simulatedNight({ spread: 0.005, normal: () => normal(random), ...over })
const judged = (verdict: EarlierRun['verdict'], runs: readonly RunRecord[]): EarlierRun[] =>
  runs.map((record) => ({ record, verdict }))
/** Good servers, accepted. */
const siblings = (count: number, over: Partial<SimulatedServer> = {}): EarlierRun[] =>
  Array.from({ length: count }, (_, index) => judged('accepted', night({ uuid: `GPU-good-${index}`, ...over }))).flat()
/** The largest loss of a part that judged figures could have missed; null where none shows it. */
const unseenLoss = (part: Part, lines: readonly AcceptanceLine[]): number | null => {
  const judged = lines.filter(({ verdict, metric }) => verdict !== 'not-measured' && quantities[metric].shows === part)
  const losses = judged.flatMap((line) => line.unseenLoss ?? [])
  return losses.length === 0 ? null : Math.min(...losses)
}
const isAccepted = (runs: readonly RunRecord[], earlier: readonly EarlierRun[]) =>
  boxAccepted(acceptance(runs, earlier, []))
const lineOf = (metric: QuantityKey, runs: readonly RunRecord[], earlier: readonly EarlierRun[]) =>
  acceptance(runs, earlier, []).find((line) => line.metric === metric)!

describe('a faulty server', () => {
  const sick = (nightNumber: number) => night({ uuid: 'GPU-sick', level: 0.5, night: nightNumber })

  test('is rejected on its first night, and on every later one: its own history lowers no floor', () => {
    const [first, second] = [sick(0), sick(1)]
    expect(isAccepted(first, [])).toBe(false)
    const own = judged('rejected', first)
    expect(isAccepted(second, own)).toBe(false)
    expect(isAccepted(sick(2), [...own, ...judged('accepted', second)])).toBe(false)
    const line = lineOf('outputTokensPerS', second, own)
    expect(line.low).toBe(lineOf('outputTokensPerS', second, []).low)
    expect(line.remarks).toEqual([expect.stringMatching(/^these GPUs before, not a reference: [\d.]+ rejected$/)])
  })

  test('is accepted once it is repaired', () => {
    const repaired = night({ uuid: 'GPU-sick', night: 2 })
    expect(isAccepted(repaired, judged('rejected', [...sick(0), ...sick(1)]))).toBe(true)
    expect(isAccepted(repaired, [...judged('rejected', sick(0)), ...siblings(6)])).toBe(true)
  })

  test('that was accepted before is remarked on, and rejected by what its siblings reach', () => {
    const before = judged('accepted', night({ uuid: 'GPU-x' }))
    const now = night({ uuid: 'GPU-x', level: 0.88, night: 3 })
    expect(lineOf('outputTokensPerS', now, before).remarks).toContainEqual(
      expect.stringMatching(/^remark: 1\d\.\d % worse than when these GPUs were accepted$/),
    )
    expect(isAccepted(now, [...before, ...siblings(5)])).toBe(false)
  })
})

describe('only accepted runs without a failed gate, of other GPUs and the same settings, are a reference', () => {
  const bandOf = (earlier: readonly EarlierRun[]) => {
    const { low, high, basis } = lineOf('outputTokensPerS', night({ uuid: 'GPU-new', spread: 0 }), earlier)
    return { low, high, basis }
  }
  const predicted = bandOf([])
  const failed = { id: 'throttle', status: 'fail', required: false, evidence: 'HW thermal slowdown 40 %' } as const

  test.each<[string, EarlierRun[]]>([
    ['a rejected server', judged('rejected', night({ uuid: 'GPU-b', level: 0.5 }))],
    ['a run that box has not judged', judged(null, night({ uuid: 'GPU-b' }))],
    ['an accepted run with a failed gate', judged('accepted', night({ uuid: 'GPU-b', gates: [failed] }))],
    ['another power limit', siblings(6, { powerLimitW: 300 })],
    ['another card', siblings(6, { card: 'rtx-5090' })],
    ['the same GPU', judged('accepted', night({ uuid: 'GPU-new', night: 1 }))],
    [
      'a point of a tuning',
      siblings(6).map((run) => ({
        ...run,
        record: { ...run.record, setting: settingAt(null, { clockMHz: 1500 }) },
      })),
    ],
    [
      'another version of vLLM',
      siblings(6).map((run) => ({
        ...run,
        record: { ...run.record, endpoint: { ...run.record.endpoint, version: '0.12.0' } },
      })),
    ],
    [
      'other flags',
      siblings(6).map((run) => ({
        ...run,
        record: { ...run.record, serverStart: { number: 1, of: 1, command: ['image', '--enforce-eager'] } },
      })),
    ],
    [
      'a card that was measured while others were under load',
      siblings(6).map((run) => {
        const cards = [...run.record.gpus.map(({ uuid }) => uuid), 'GPU-beside']
        return { ...run, record: { ...run.record, box: { part: 'together', cards, underLoad: cards } } }
      }),
    ],
  ])('%s is none', (_, earlier) => {
    expect(bandOf(earlier)).toEqual(predicted)
  })

  test('the tag of the image does not count, the version that it serves does', () => {
    const tagged = (tag: string) => (run: EarlierRun) => ({
      ...run,
      record: { ...run.record, serverStart: { number: 1, of: 1, command: [`vllm:${tag}`, '--model', 'm'] } },
    })
    const [mine] = night({ uuid: 'GPU-new' }).map((record) => tagged('latest')({ record, verdict: null }).record)
    const line = lineOf('outputTokensPerS', [mine!], siblings(6).map(tagged('v0.11.0')))
    expect(line.basis).toBe('6 other accepted servers')
  })

  test('a server that is wider for its other scenarios is a reference, one with a flag of the user is not', () => {
    const served = (flags: string) => (run: EarlierRun) => ({
      ...run,
      record: { ...run.record, serverStart: { number: 1, of: 1, command: ['image', ...flags.split(' ')] } },
    })
    const narrow = '--model m --max-model-len 16384 --max-num-seqs 1 --enable-x'
    const [mine] = night({ uuid: 'GPU-new' }).map((record) => served(narrow)({ record, verdict: null }).record)
    const basisWith = (flags: string) => lineOf('outputTokensPerS', [mine!], siblings(6).map(served(flags))).basis
    const wide = '--model m --max-model-len 65536 --max-num-seqs 128 --enable-x'
    expect(basisWith(wide)).toBe('6 other accepted servers')
    expect(basisWith(`${wide} --max-num-seqs 8`)).not.toBe('6 other accepted servers')
  })

  test('several starts and nights of one server count once', () => {
    const one = [0, 1, 2].flatMap((number) => judged('accepted', night({ uuid: 'GPU-b', night: number })))
    expect(bandOf(one).basis).toMatch(/^1 other accepted server; /)
  })
})

describe('the floor', () => {
  const figure = (earlier: readonly EarlierRun[]) =>
    lineOf('outputTokensPerS', night({ uuid: 'GPU-new', spread: 0 }), earlier)
  const predicted = figure([])

  test('with few siblings is the stricter of both bands: slow ones do not lower it, fast ones raise it', () => {
    const slow = figure(siblings(ENOUGH_SIBLINGS - 1, { level: 0.72 }))
    expect(slow.low).toBe(predicted.low)
    expect(slow.basis).toBe('predicted for rtx-4090 with its copy rate; 4 other accepted servers allows more')
    expect(figure(siblings(1)).low!).toBeGreaterThan(predicted.low! * 1.05)
  })

  test('from five siblings on is theirs', () => {
    const { low, basis } = figure(siblings(ENOUGH_SIBLINGS, { level: 0.72 }))
    expect(basis).toBe('5 other accepted servers')
    expect(low! / predicted.measured!).toBeCloseTo(0.72 * 0.94, 1)
  })

  test('does not move for one bad server among ten, even if that one was accepted', () => {
    const ten = siblings(10)
    const bad = judged('accepted', night({ uuid: 'GPU-bad', level: 0.5 }))
    const [clean, withBad] = [figure(ten), figure([...ten, ...bad])]
    expect(withBad.low! / clean.low!).toBeGreaterThan(0.99)
    expect(isAccepted(night({ uuid: 'GPU-next', level: 0.5 }), [...ten, ...bad])).toBe(false)
  })

  test('does not fall without end when siblings differ widely', () => {
    const apart = [0.8, 0.9, 1, 1.1, 1.2, 1.3].flatMap((level, index) =>
      judged('accepted', night({ uuid: `GPU-${index}`, level })),
    )
    expect(figure(apart).unseenLoss!).toBeLessThan(0.11)
  })
})

describe('the first night, on the prediction alone', () => {
  const lost = (card: string, part: Partial<SimulatedServer>) => night({ uuid: 'GPU-new', card, ...part })

  test.each(['rtx-4090', 'rtx-5090', 'rtx-pro-6000-workstation', 'rtx-pro-6000-max-q', 'l40s', 'l4'])(
    'a %s that lost a fifth of its memory bandwidth is rejected by the probe, a healthy one accepted',
    (card) => {
      expect(isAccepted(lost(card, {}), [])).toBe(true)
      const lines = acceptance(lost(card, { memory: 0.8 }), [], [])
      expect(lines.filter(({ verdict }) => verdict === 'fail').map(({ metric }) => metric)).toContain(
        'memoryBandwidthGBs',
      )
    },
  )

  test.each(['rtx-4090', 'rtx-5090', 'rtx-pro-6000-workstation', 'l40s', 'h200'])(
    'a %s whose clock is a fifth too low is rejected by the clock that it shows',
    (card) => {
      const failed = acceptance(lost(card, { clock: 0.8 }), [], []).filter(({ verdict }) => verdict === 'fail')
      expect(failed.map(({ metric }) => metric)).toContain('smClockMHz')
    },
  )

  test('what cannot be seen is printed: the clock of a card at its power limit', () => {
    const capped = acceptance(lost('rtx-pro-6000-max-q', { clock: 0.8 }), [], [])
    expect(boxAccepted(capped)).toBe(true)
    expect(capped.find(({ metric }) => metric === 'smClockMHz')).toMatchObject({
      verdict: 'not-measured',
      why: [expect.stringMatching(/the power limit sets the clock in 100 % of the samples/)],
    })
    expect(unseenLoss('SM clock', capped)).toBe(null)
  })

  test('the memory of an H200, which a stream of 8B does not show, is shown by a copy on the card alone', () => {
    const hbm = lost('h200', { memory: 0.8 })
    const seen = acceptance(hbm, [], [])
    const failed = seen.filter(({ verdict }) => verdict === 'fail').map(({ metric }) => metric)
    expect(failed).toContain('copyBandwidthGBs')
    expect(unseenLoss('memory bandwidth', seen)).toBeCloseTo(0.148, 3)
    const unprobed = acceptance(
      hbm.map((record) => ({ ...record, cardProbe: { reason: 'no torch in the image' } })),
      [],
      [],
    )
    expect(boxAccepted(unprobed)).toBe(true)
    expect(unseenLoss('memory bandwidth', unprobed)).toBeGreaterThan(0.3)
  })

  test('a narrow link and a pair over another socket are remarked on, and do not decide', () => {
    const [run] = lost('h200', {})
    const { cardProbe } = run!
    if (cardProbe === undefined || 'reason' in cardProbe) throw new Error('not probed')
    const cards = cardProbe.cards.map((card) => ({ ...card, hostToDeviceGBs: 12.5, deviceToHostGBs: 55 }))
    const pairs = [
      { from: 0, to: 1, GBs: 300 },
      { from: 1, to: 0, GBs: 20.04 },
    ]
    const lines = acceptance([{ ...run!, cardProbe: { ...cardProbe, cards, pairs } }], [], [])
    const { verdict, remarks } = lines.find(({ metric }) => metric === 'copyBandwidthGBs')!
    expect([verdict, remarks]).toEqual([
      'pass',
      [
        'remark: from the host to GPU 0 of the container: 12.5 GB/s, where PCIe 5 x16 gives about 53: a narrow or slow link',
        'remark: from GPU 1 to GPU 0 of the container: 20.0 GB/s, where the fastest pair gives 300.0: over another CPU socket, or a narrow link',
      ],
    ])
  })

  test('less room for the KV cache than the formula gives, by more than its doubt, is rejected', () => {
    const runs = night({ uuid: 'GPU-new' })
    const { low, measured, unseenLoss } = lineOf('kvCapacityTokens', runs, [])
    expect(unseenLoss! * measured!).toBeCloseTo((1.5 * 2 ** 30) / 65_536, -3)
    const short = runs.map((run) => ({
      ...run,
      endpoint: { ...run.endpoint, serving: { ...run.endpoint.serving!, kvCapacityTokens: low! - 1 } },
    }))
    expect(lineOf('kvCapacityTokens', short, []).verdict).toBe('fail')
  })
})

describe('gates of the judged run', () => {
  const gated = (id: string, required: boolean) =>
    acceptance(night({ uuid: 'GPU-x', gates: [{ id, status: 'fail', required, evidence: 'the numbers' }] }), [], [])
  test('a fault of the card rejects it at any speed', () => {
    expect(gated('card-health', true).filter(({ verdict }) => verdict === 'fail')).toMatchObject([
      { metric: 'outputTokensPerS', why: ['card-health: the numbers'] },
      { metric: 'outputTokensPerS' },
    ])
  })

  test('a measurement that failed is not judged; one of power concerns power only', () => {
    const audit = gated('token-audit', true)
    expect(audit.every(({ verdict }) => verdict === 'not-measured')).toBe(true)
    expect(boxAccepted(audit)).toBe(false)
    const verdicts = new Map(gated('energy-coverage', true).map(({ metric, verdict }) => [metric, verdict]))
    expect(verdicts.get('outputTokensPerS')).toBe('pass')
    expect(verdicts.get('tokensPerJ')).toBe('not-measured')
  })

  test('what a slow client measured rejects no server, and a start that fails so is not counted', () => {
    const slowClient = { id: 'client-headroom', status: 'fail', required: true, evidence: 'late' } as const
    const low = { uuid: 'GPU-x', level: 0.5, gates: [slowClient] }
    expect(acceptance(night(low), [], []).every(({ verdict }) => verdict === 'not-measured')).toBe(true)
    const sick = { id: 'card-health', status: 'fail', required: true, evidence: 'Xid 79' } as const
    expect(isAccepted(night({ ...low, gates: [slowClient, sick] }), [])).toBe(false)
    expect(lineOf('outputTokensPerS', night({ ...low, gates: [slowClient, sick] }), [])).toMatchObject({
      verdict: 'fail',
      why: ['card-health: Xid 79'],
    })
    const good = [0, 1].flatMap((number) => night({ uuid: 'GPU-x', night: number, spread: 0 }).slice(1))
    const line = lineOf('outputTokensPerS', [...good, ...night({ ...low, night: 2 }).slice(1)], [])
    expect(line).toMatchObject({
      verdict: 'pass',
      starts: 2,
      remarks: ['remark: 1 of 3 starts: not judged, client-headroom failed: late'],
    })
  })

  test('starts that differ are remarked on', () => {
    const starts = [1, 1, 0.9].flatMap((level, number) =>
      night({ uuid: 'GPU-x', level, night: number, spread: 0 }).slice(1),
    )
    expect(lineOf('outputTokensPerS', starts, [])).toMatchObject({
      starts: 3,
      remarks: [expect.stringMatching(/^remark: its starts differ by 10\.3 %: [\d.]+, [\d.]+, [\d.]+$/)],
    })
  })
})
