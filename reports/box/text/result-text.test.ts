import { describe, expect, test } from 'vitest'
import { settingAt } from '../../../harness/testing/setting-builder.ts'
import { type SimulatedCard, simulatedBox } from '../../testing/simulated-box.ts'
import type { BoxInput } from '../result/box-input.ts'
import { boxResult } from '../result/judge-box.ts'
import { resultText, verdictLines } from './result-text.ts'

const result = (cards: readonly SimulatedCard[], over: Partial<BoxInput> = {}) =>
  boxResult(simulatedBox(cards, { spread: 0, normal: () => 0 }, over))
const good: SimulatedCard = {}
const lines = (cards: readonly SimulatedCard[], over: Partial<BoxInput> = {}) => verdictLines(result(cards, over))

describe('the verdict comes first, in at most five lines', () => {
  test('accepted: what was judged, and what it could have missed', () => {
    expect(lines([good, good])).toEqual([
      'ACCEPTED: 2 x rtx-4090 in box',
      expect.stringMatching(
        /^ {2}each card alone, all at once: \d+ figures in range, \d+ comparisons between cards within their margins$/,
      ),
      expect.stringMatching(
        /^ {2}could have missed a loss of up to \d+ % memory bandwidth, \d+ % arithmetic, \d+ % memory clock$/,
      ),
    ])
  })

  test('the limit that the cards were set to stands beside their name', () => {
    const { records, ...input } = simulatedBox([good, good], { spread: 0, normal: () => 0 })
    const setting = settingAt(320, { by: 'box' })
    const [head] = verdictLines(boxResult({ ...input, records: records.map((run) => ({ ...run, setting })) }))
    expect(head).toBe('ACCEPTED: 2 x rtx-4090 at 320 W in box')
  })

  test('one bad card: its number, UUID and slot, its reasons with the cause, and which cards are good', () => {
    expect(lines([good, { memory: 0.9 }, good, good])).toEqual([
      'REJECTED: 4 x rtx-4090 in box: 1 of 4 cards rejected',
      expect.stringMatching(
        /^ {2}GPU 1 \(GPU-1\): memory-probe, Memory bandwidth of a copy: 816 GB\/s, 10\.0 % worse than its siblings \(907; margin 2\.\d %\); likely its memory: clocks/,
      ),
      '  accepted: GPU 0, 2, 3',
    ])
  })

  test('many bad cards and much that was not measured still fit into five lines', () => {
    const bad = { memory: 0.6, clock: 0.7 }
    const outcomes: BoxInput['outcomes'] = [
      { part: 'alone', cards: ['GPU-7'], name: 'one', outcome: 'failed', reason: 'no room' },
      { part: 'alone', cards: ['GPU-7'], name: 'two', outcome: 'failed', reason: 'no room' },
    ]
    const text = lines([good, bad, bad, bad, bad, bad, bad, bad], { outcomes, leftOut: [{ name: 'x', reason: 'y' }] })
    expect(text).toHaveLength(5)
    expect(text[0]).toMatch(/^REJECTED: 8 x rtx-4090 in box: \d of 8 cards rejected$/)
    expect(text[3]).toMatch(/^ {2}and \d more cards$/)
    expect(text[4]).toBe('  accepted: GPU 0; not measured: one (no room) and 1 more; skipped: 1 scenario')
  })

  test('nothing was measured: the one cause', () => {
    const text = lines([good, good], { records: [], ends: 'docker is not running; sudo systemctl start docker' })
    expect(text).toEqual(['NOT MEASURED: 2 x rtx-4090', '  docker is not running; sudo systemctl start docker'])
  })

  test('one card: the reasons without its name', () => {
    const text = lines([{ memory: 0.7 }])
    expect(text[0]).toBe('REJECTED: rtx-4090 in box')
    expect(text[1]).toMatch(
      /^ {2}because: memory-probe, Memory bandwidth of a copy: \d+ GB\/s, \d+ to 1008 \(predicted for rtx-4090\)/,
    )
  })

  test('a simulated server is not measured, and the word says what a real one would be', () => {
    const { records } = simulatedBox([good], { spread: 0, normal: () => 0 })
    const [head] = lines([good], { records: records.map((run) => ({ ...run, source: 'simulated' })) })
    expect(head).toBe('NOT MEASURED (SIMULATED; a real server would be accepted): rtx-4090 in box')
  })
})

const terminal = { columns: 80, color: false }

test('the files follow; every figure only when it is asked for', () => {
  const files = [
    { what: 'page', path: 'out/box.html' },
    { what: 'document', path: 'out/box-result.json' },
  ]
  const short = resultText(result([good]), { files, terminal })
  expect(short).toMatch(/\n {2}page {6}out\/box\.html\n {2}document {2}out\/box-result\.json\n$/)
  const long = resultText(result([good]), { files, verbose: true, terminal })
  expect(long).toMatch(/\n {2}pass +memory-probe, Memory bandwidth of a copy: 907 GB\/s, \d+ to 1008 \(predicted/)
  expect(long).toMatch(
    /the largest loss of an average card that this could have missed\n {2}memory bandwidth: \d+\.\d %\n/,
  )
})

test('the last line is what to type next, where something is', () => {
  const next = { command: 'quote out --customer NAME', does: 'an offer' }
  const text = resultText(result([good]), { files: [], verbose: true, next, terminal })
  expect(text).toMatch(/\nNext: \S.* quote out --customer NAME {3}an offer\n$/)
})

test('hostile text moves no cursor', () => {
  const evil = 'no\u001b[2Jroom\u202e\nREJECTED'
  const text = resultText(result([good], { records: [], ends: evil }), { files: [], terminal })
  expect(text).toBe('NOT MEASURED: rtx-4090\n  noroom REJECTED\n')
})

test('as much of a UUID is shown as distinguishes the cards', () => {
  const input = simulatedBox([good, { memory: 0.8 }, { memory: 0.8 }], { spread: 0, normal: () => 0 })
  const uuids = ['GPU-51a01a7e-0000-4000-8000-000000000001', 'GPU-51a01a7e-0000-4000-8000-000000000002', 'GPU-0a']
  const renamed = JSON.parse(
    uuids.reduce((text, uuid, at) => text.replaceAll(`"GPU-${at}"`, `"${uuid}"`), JSON.stringify(input.records)),
  )
  const cards = input.cards.map((card, at) => ({ ...card, uuid: uuids[at]! }))
  const text = verdictLines(boxResult({ ...input, cards, records: renamed })).join('\n')
  expect(text).toContain('GPU 1 (GPU-51a01a7e-0000-4000-8000-000000000002)')
  expect(text).toContain('GPU 2 (GPU-0a)')
})
