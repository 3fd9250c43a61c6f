import { expect, test } from 'vitest'
import { saidIo } from '../../../harness/testing/said-io.ts'
import { explainedIds, explainedKinds } from '../../learn/explained.ts'
import { explain } from './explain.ts'

function said(...words: readonly string[]): string {
  const { io, said: text } = saidIo({ columns: 80 })
  expect(explain(words, io)).toBe(0)
  return text.stdout
}

test.each(explainedKinds)('every %s is explained within 80 columns, with what it is and what follows', (kind) => {
  for (const id of explainedIds[kind]) {
    const text = said(kind, id)
    expect(text, id).toContain(`${kind} ${id}: `)
    expect(text, id).toMatch(
      kind === 'metric' ? /\nFormula\n {2}\S/ : /\nUsual causes\n {2}\S[\s\S]*\nWhat to do\n {2}\S/,
    )
    expect(
      text.split('\n').filter((line) => line.length > 80),
      id,
    ).toEqual([])
  }
})

test('the id alone is enough, thresholds are listed, and no mark of the docs is left', () => {
  expect(said('throttle')).toBe(said('gate', 'throttle'))
  expect(said('throttle')).toContain('\n- time in hardware slowdown')
  expect(said('not-quotable')).not.toContain('`')
})

test('without an id they are listed, of one kind or of all', () => {
  for (const kind of explainedKinds) {
    const list = said(kind)
    for (const id of explainedIds[kind]) expect(list).toContain(`\n  ${id} `)
  }
  expect(said()).toContain('Gates:')
  expect(said('verdict')).not.toContain('Gates:')
})

test('an unknown id is one line with the nearest one; two ids are refused', () => {
  expect(() => said('gate', 'throtle')).toThrow('explain throtle: did you mean "throttle"?')
  expect(() => said('gate', 'ttftMsP50')).toThrow('explain ttftMsP50')
  expect(() => said('gate', 'ecc', 'clock')).toThrow('takes one id')
})
