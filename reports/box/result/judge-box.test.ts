import { describe, expect, test } from 'vitest'
import { exitCodes } from '../../../harness/errors.ts'
import { seededRandom } from '../../../harness/plan/random.ts'
import { normal } from '../../../harness/testing/noise-stream.ts'
import { type SimulatedCard, simulatedBox } from '../../testing/simulated-box.ts'
import type { BoxInput } from './box-input.ts'
import { boxResult } from './judge-box.ts'
import { boxResultJson, exitCodeOf, keptVerdict } from './use-result.ts'

const random = seededRandom(19)
const box = (cards: readonly SimulatedCard[], over: Partial<BoxInput> = {}) =>
  boxResult(simulatedBox(cards, { spread: 0.003, normal: () => normal(random) }, over))
const words = (result: ReturnType<typeof boxResult>) => result.cards.map(({ verdict }) => verdict)

describe('a box of four cards', () => {
  test('is accepted when each card is, and says what it is', () => {
    const result = box([{}, {}, {}, {}])
    expect(words(result)).toEqual(['accepted', 'accepted', 'accepted', 'accepted'])
    expect(result).toMatchObject({ verdict: 'accepted', wouldBe: null, model: '4 x rtx-4090', reasons: [] })
    expect(exitCodeOf(result)).toBe(exitCodes.done)
  })

  test('is rejected when one card is, with its reasons; the others stay accepted', () => {
    const result = box([{}, { memory: 0.75 }, {}, {}])
    expect(words(result)).toEqual(['accepted', 'rejected', 'accepted', 'accepted'])
    expect(result.verdict).toBe('rejected')
    expect(result.cards[1]?.reasons[0]?.what).toMatch(/GB\/s/)
    expect(exitCodeOf(result)).toBe(exitCodes.negativeResult)
  })

  test('is not accepted when a cause ended its night before the plan was done', () => {
    const ends = 'docker does not answer any more; sudo systemctl start docker'
    const result = box([{}, {}, {}, {}], { ends })
    expect(result.verdict).toBe('not-measured')
    expect(result.reasons[0]?.what).toBe(ends)
    expect(exitCodeOf(result)).toBe(exitCodes.environmentFailed)
  })

  test('a fault that a card reports rejects it at any speed', () => {
    const input = simulatedBox([{}, {}], { spread: 0, normal: () => 0 })
    const fault = { id: 'ecc-errors', status: 'fail', read: '2 uncorrected', why: 'memory errors', fix: 'replace it' }
    const findingsOf: BoxInput['findingsOf'] = ({ gpus }) => (gpus[0]?.uuid === 'GPU-1' ? [fault] : [])
    const result = boxResult({ ...input, findingsOf })
    expect(words(result)).toEqual(['accepted', 'rejected'])
    expect(result.cards[1]?.reasons).toEqual([
      { what: 'ecc-errors: 2 uncorrected', cause: 'memory errors', fix: 'replace it' },
    ])
  })

  test('is not measured when a card could not be judged, and the cause of all cards is said once', () => {
    const whole = simulatedBox([{}, {}], { spread: 0, normal: () => 0 })
    const none = boxResult({ ...whole, records: [], ends: 'no docker on PATH' })
    expect(none).toMatchObject({ verdict: 'not-measured', host: null, reasons: [{ what: 'no docker on PATH' }] })
    expect(exitCodeOf(none)).toBe(exitCodes.environmentFailed)
    const outcomes = [
      { part: 'alone', cards: ['GPU-1'], name: 'memory-probe', outcome: 'failed', reason: 'vLLM did not start' },
    ] as const
    const half = boxResult({ ...whole, records: whole.records.filter(({ gpus }) => gpus[0]?.index === 0), outcomes })
    expect([half.verdict, ...words(half)]).toEqual(['not-measured', 'accepted', 'not-measured'])
    expect(half.cards[1]?.reasons).toMatchObject([{ what: 'vLLM did not start' }])
  })

  test('a card whose runs failed under load is not accepted by those of before, whatever its siblings are', () => {
    const whole = simulatedBox([{}, {}], { spread: 0, normal: () => 0 })
    const lost = 'CUDA error: unspecified launch failure'
    const died = { part: 'together', cards: ['GPU-1'], name: 'load-probe', outcome: 'failed', reason: lost } as const
    const result = boxResult({ ...whole, outcomes: [{ ...died, failedIn: 'load' }] })
    expect([result.verdict, ...words(result)]).toEqual(['not-measured', 'accepted', 'not-measured'])
    expect(result.cards[1]?.reasons).toMatchObject([{ what: `load-probe: ${lost}` }])
    expect(exitCodeOf(result)).toBe(exitCodes.environmentFailed)
    expect(whole.records.map((run) => keptVerdict(result, run)?.verdict).at(-1)).toBeUndefined()
  })

  test('a card that fell off the bus is rejected by the record that it cut', () => {
    const whole = simulatedBox([{}, {}], { spread: 0, normal: () => 0 })
    const last = whole.records.at(-1)!
    const gates = [{ id: 'card-health', status: 'fail' as const, required: true, evidence: 'Xid 79' }]
    const cut = { ...last, id: 'cut', status: 'interrupted' as const, gates }
    const result = boxResult({ ...whole, records: [...whole.records, cut] })
    expect(words(result)).toEqual(['accepted', 'rejected'])
    expect(result.cards[1]?.reasons[0]?.what).toBe('card-health: Xid 79')
  })

  test('a server that starts on no card rejects none, and has a row; one that starts on the others only is missed', () => {
    const whole = simulatedBox([{}, {}], { spread: 0, normal: () => 0 })
    const step = (card: string, outcome: 'failed' | 'done') =>
      ({ part: 'alone', cards: [card], name: 'flux', outcome, reason: 'no such model', failedIn: 'start' }) as const
    const none = boxResult({ ...whole, outcomes: [step('GPU-0', 'failed'), step('GPU-1', 'failed')] })
    expect([none.verdict, none.notMeasured.length]).toEqual(['accepted', 2])
    const one = boxResult({ ...whole, outcomes: [step('GPU-0', 'done'), step('GPU-1', 'failed')] })
    expect(words(one)).toEqual(['accepted', 'not-measured'])
  })

  test('a model over several cards that never started is part of the verdict; what was skipped has a row', () => {
    const whole = simulatedBox([{}, {}], { spread: 0, normal: () => 0 })
    const pair = { part: 'joined', cards: ['GPU-0', 'GPU-1'], name: '70b-pair', reason: 'NCCL error' } as const
    const result = boxResult({ ...whole, outcomes: [{ ...pair, outcome: 'failed', failedIn: 'start' }] })
    expect([result.verdict, result.joined[0]?.reasons[0]?.what]).toEqual(['not-measured', '70b-pair: NCCL error'])
    const skipped = boxResult({ ...whole, outcomes: [{ ...pair, outcome: 'left-out' }] })
    expect([skipped.verdict, skipped.notMeasured[0]?.reason]).toEqual(['accepted', 'NCCL error'])
  })

  test('a record that cannot be read accepts nothing', () => {
    expect(box([{}], { unreadable: ['x/run.json: not JSON'] }).verdict).toBe('not-measured')
  })
})

test('a simulated box is not measured, says what a real one would be, and no script takes it for accepted', () => {
  const simulated = (cards: readonly SimulatedCard[]) => {
    const input = simulatedBox(cards, { spread: 0, normal: () => 0 })
    return boxResult({ ...input, records: input.records.map((run) => ({ ...run, source: 'simulated' })) })
  }
  const good = simulated([{}, {}])
  expect([good.verdict, good.wouldBe, exitCodeOf(good)]).toEqual(['not-measured', 'accepted', 3])
  const bad = simulated([{}, { memory: 0.7 }])
  expect([bad.verdict, bad.wouldBe, exitCodeOf(bad)]).toEqual(['not-measured', 'rejected', 1])
  expect(bad.cards.map(({ wouldBe }) => wouldBe)).toEqual(['accepted', 'rejected'])
})

test('the verdict that is kept beside a run is that of its card', () => {
  const input = simulatedBox([{}, { memory: 0.7 }], { spread: 0, normal: () => 0 })
  const result = boxResult(input)
  const kept = input.records.map((run) => keptVerdict(result, run)?.verdict)
  expect(kept.slice(0, 2)).toEqual(['accepted', 'accepted'])
  expect(kept.slice(-2)).toEqual(['rejected', 'rejected'])
})

test('the document keeps to its schema', () => {
  const result = box([{}, {}])
  expect(JSON.parse(boxResultJson(result))).toEqual(result)
})

test('a model over several cards is judged by itself, and the path between them is named', () => {
  const input = simulatedBox([{}, {}], { spread: 0, normal: () => 0 })
  const [first] = input.records
  const probed = (uuid: string) => {
    if (first?.cardProbe === undefined || 'reason' in first.cardProbe) throw new Error('not probed')
    return { ...first.cardProbe.cards[0]!, uuid }
  }
  const pairs = [
    { from: 0, to: 1, GBs: 12 },
    { from: 1, to: 2, GBs: 50 },
  ]
  const joined = {
    ...first!,
    id: 'joined',
    cardProbe: { torch: '2.9.0', cards: ['GPU-0', 'GPU-1', 'GPU-9'].map(probed), pairs },
    gpus: input.cards.map(({ index, uuid }) => ({ ...first!.gpus[0]!, index, uuid })),
    box: { part: 'joined' as const, cards: ['GPU-0', 'GPU-1'] },
  }
  const joinedLinks = [{ cards: ['GPU-1', 'GPU-0'], path: 'SYS', name: 'the link between CPU sockets' }]
  // two cards that are as fast as one are too slow
  const result = boxResult({ ...input, records: [...input.records, joined], joinedLinks })
  expect(words(result)).toEqual(['accepted', 'accepted'])
  expect(result.joined).toMatchObject([{ verdict: 'rejected', links: 'the link between CPU sockets' }])
  expect(result.joined[0]?.reasons[0]?.cause).toBe(
    'the pair GPU 0 to GPU 1: 12.0 GB/s, where the fastest pair of the server reaches 50.0, over the link between CPU sockets (SYS)',
  )
  expect(result.verdict).toBe('rejected')
})
