import { expect, test } from 'vitest'
import { makeRun } from '../../harness/testing/record-builder.ts'
import { selectRuns } from '../tables/selection.ts'
import { makeFacts } from '../testing/facts-builder.ts'
import { adviceTable } from './table.ts'

const facts = makeFacts()
const of = (source: 'live' | 'simulated') => {
  const run = (card: string, tokens: number) => makeRun({ card, source, result: { outputTokensPerS: tokens } })
  const selection = selectRuns([run('rtx-4090', 1000), run('rtx-pro-6000-max-q', 1600)], facts)
  return adviceTable({ selection, facts, cards: selection.cards.flatMap(({ key }) => facts.card(key) ?? []) })!
}

test('advice to a buyer rests on what was measured, then on the catalogue', () => {
  const table = of('live')
  expect(table.rows[0]!.cells).toEqual([
    { kind: 'text', text: 'The price grows faster than the speed.' },
    {
      kind: 'text',
      text: expect.stringMatching(
        /^For .*the RTX PRO 6000 Max-Q is 1\.60 times as fast as the RTX 4090, at 6\.5 times its price\.$/,
      ),
    },
  ])
  expect(new Set(table.rows.map(({ id }) => id)).size).toBe(table.rows.length)
  expect(table.rows.length).toBeGreaterThan(4)
})

test('what rests on simulated runs says so', () => {
  expect([of('live').simulated, of('simulated').simulated]).toEqual([false, true])
})

test('of cards that nobody knows there is none', () => {
  expect(adviceTable({ selection: selectRuns([], facts), facts, cards: [] })).toBeNull()
})
