import { describe, expect, test } from 'vitest'
import { missing } from '../../record/measured.ts'
import { RequestTable } from '../../record/request-table.ts'
import type { RequestRow } from '../../record/rows.ts'
import { requestRow } from '../../testing/rows.ts'
import { METRIC_DEFINITIONS } from '../definitions.ts'
import { type SessionWindow, sessionValues } from './session-values.ts'
import { turnBinOf, turnBins } from './turn-bins.ts'

const window: SessionWindow = {
  startMs: 0,
  endMs: 3_600_000,
  slo: { ttftMs: 500 },
  energyJ: 1200,
  definitions: METRIC_DEFINITIONS,
}
/** A turn of a session that was sent at a time and ended a second later. */
const turn = (session: number, place: number, atMs: number, over: Partial<RequestRow> = {}) =>
  requestRow({
    session,
    turn: place,
    turnsLeft: 3 - place,
    dispatchedMs: atMs,
    firstTokenMs: atMs + 100 * place,
    lastTokenMs: atMs + 1000,
    endMs: atMs + 1000,
    promptTokens: 1000 * place,
    cachedTokens: place === 1 ? null : 900 * place,
    ...over,
  })
const session = (id: number, fromMs: number, over: Partial<RequestRow> = {}) =>
  [1, 2, 3].map((place) => turn(id, place, fromMs + place * 5000, over))
const valuesOf = (rows: readonly RequestRow[], over: Partial<SessionWindow> = {}) =>
  sessionValues(new RequestTable(rows), { ...window, ...over })

describe('finished sessions', () => {
  test('are those whose last turn ended in the window; per hour, and their energy', () => {
    const unfinished = session(3, 10_000).slice(0, 2)
    const values = valuesOf([...session(1, 0), ...session(2, 1000), ...unfinished])
    expect(values).toMatchObject({ finished: 2, whole: 2, finishedPerHour: 2, joulesPerFinished: 600, goodShare: 1 })
    // from the first request at 5 s to the last token at 16 s
    expect(values.durationS.p50).toBe(11)
  })

  test('that began in an earlier trial count as finished, and not as whole', () => {
    const values = valuesOf(session(1, 0).slice(1))
    expect(values).toMatchObject({ finished: 1, whole: 0, finishedPerHour: 1 })
    expect(values.goodShare).toEqual(
      missing('no session began and finished inside the trial: its time is too short for one'),
    )
  })

  test('with a failed request are not finished', () => {
    const [first, second, third] = session(1, 0) as [RequestRow, RequestRow, RequestRow]
    const values = valuesOf([first, { ...second, outcome: 'timeout' }, third])
    expect(values).toMatchObject({ finished: 0, joulesPerFinished: missing('no session finished inside the window') })
  })

  test('are good if every turn met the SLO', () => {
    const slow = session(2, 0).map((row) =>
      row.turn === 2 ? { ...row, firstTokenMs: 10_501, lastTokenMs: 11_000 } : row,
    )
    expect(valuesOf([...session(1, 0), ...slow])).toMatchObject({ whole: 2, goodShare: 0.5 })
    expect(valuesOf(session(1, 0), { slo: undefined }).goodShare).toEqual(missing('the scenario states no SLO'))
  })

  test('end with the last of several requests of their last turn', () => {
    const branch = turn(1, 3, 15_000, { lastTokenMs: 20_000, endMs: 20_000 })
    expect(valuesOf([...session(1, 0), branch]).durationS.p50).toBe(15)
  })
})

describe('values by turn', () => {
  test('are of the requests of these turns; a turn with which a session was joined counts for none', () => {
    const joined = requestRow({ firstTokenMs: 9000, lastTokenMs: 9500, dispatchedMs: 0, cachedTokens: 0 })
    const { byTurn } = valuesOf([...session(1, 0), ...session(2, 1000), joined])
    expect(byTurn.map(({ fromTurn, requests }) => [fromTurn, requests])).toEqual([
      [1, 2],
      [2, 2],
      [3, 2],
    ])
    expect(byTurn.map(({ ttftMs }) => ttftMs.p50)).toEqual([100, 200, 300])
    expect(byTurn.map(({ promptTokens }) => promptTokens)).toEqual([1000, 2000, 3000])
    // an answer without cached tokens had none, where others report them
    expect(byTurn.map(({ cachedShare }) => cachedShare)).toEqual([0, 0.9, 0.9])
  })

  test('have no cache hits where no answer reports any', () => {
    const { byTurn } = valuesOf(session(1, 0, { cachedTokens: null }))
    expect(byTurn[1]?.cachedShare).toEqual(missing('the server does not report cached tokens'))
  })
})

test('each turn is in one bin, and the bins follow each other', () => {
  for (const [index, { fromTurn, toTurn }] of turnBins.entries()) {
    expect(turnBinOf(fromTurn)).toBe(index)
    expect(turnBinOf(toTurn)).toBe(index)
    expect(turnBins[index + 1]?.fromTurn ?? toTurn + 1).toBe(toTurn + 1)
  }
  expect(turnBinOf(5000)).toBe(turnBins.length - 1)
})
