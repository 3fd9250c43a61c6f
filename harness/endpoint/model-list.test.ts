import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { metricLabels, readModelList, shownModels } from './model-list.ts'

const listOf = (...entries: unknown[]) => readModelList(JSON.stringify({ object: 'list', data: entries }))
const modelsOf = (...entries: unknown[]) => {
  const list = listOf(...entries)
  if ('problem' in list) throw new Error(list.problem)
  return list
}

test('the list of vLLM', () => {
  const entry = { id: 'org/m', object: 'model', owned_by: 'vllm', root: '/models/m', parent: null, max_model_len: 4096 }
  expect(listOf(entry)).toEqual({
    models: [{ id: 'org/m', root: '/models/m', parent: null, maxModelLen: 4096, ownedBy: 'vllm' }],
    names: ['org/m'],
    skipped: 0,
  })
})

test('what another server leaves out is null', () => {
  expect(listOf({ id: 'm' })).toMatchObject({ models: [{ root: null, maxModelLen: null, ownedBy: null }] })
})

test.each([['4096'], [-1], [0], [1.5], [1e300], [null], [{}]])('a context of %j is not known', (max_model_len) => {
  expect(listOf({ id: 'm', max_model_len })).toMatchObject({ models: [{ maxModelLen: null }] })
})

const OTHERS = '1 of them without a usable name, or beyond the first 1000'
test.each([
  ['a number', 7, 'm'],
  ['nothing', '', 'm'],
  ['an escape sequence', 'x\u001b[31m', 'x [31m, m'],
  ['a line break', 'x\nInjected: 1', 'x Injected: 1, m'],
  ['text that runs backwards', 'x\u202egpj', 'x gpj, m'],
  ['half a character', 'x\ud800', 'x , m'],
  ['a megabyte', 'x'.repeat(2 ** 20), `${'x'.repeat(100)}, m`],
])('%s is no name that a request could use; it is shown without harm', (_, id, shown) => {
  const list = modelsOf({ id }, { id: 'm' })
  expect(list).toMatchObject({ models: [{ id: 'm' }], skipped: 1 })
  expect(shownModels(list)).toBe(`${shown}; ${OTHERS}`)
})

test.each(['', '<html>', '{"data":', 'null', '[]', '"x"', '{"data":{}}', '{"data":null}', '{"error":{"message":"x"}}'])(
  '%j: one problem, in words',
  (text) => {
    expect(readModelList(text)).toEqual({
      problem: expect.stringMatching(/^\/v1\/models is not (JSON|a list of models)/),
    })
  },
)

test('a problem repeats the words of a server without its control characters', () => {
  expect(JSON.stringify(readModelList('\u001b]0;evil\u0007<html>'))).not.toMatch(/\\u001b|\\u0007/)
})

test('ten thousand models: the first thousand are read, and ten are shown', () => {
  const list = modelsOf(...Array.from({ length: 10_000 }, (_, n) => ({ id: `m${n}` })))
  expect(list.models).toHaveLength(1000)
  expect(shownModels(list)).toMatch(/^m0, .*m9; and 990 more; 9000 of them without a usable name/)
})

describe('labels of the metrics', () => {
  const { models } = modelsOf(
    { id: 'first', root: 'org/m' },
    { id: 'second', root: 'org/m' },
    { id: 'adapter', root: '/lora', parent: 'first' },
    { id: 'other', root: 'org/other' },
  )
  const labelsOf = (id: string) => metricLabels(models.find((model) => model.id === id)!, models)

  test('a model under its second name: vLLM labels with the first', () => {
    expect(labelsOf('second')).toEqual(['second', 'org/m', 'first'])
  })

  test('an adapter: vLLM labels with its base', () => {
    expect(labelsOf('adapter')).toEqual(['adapter', '/lora', 'first'])
  })
})

test('any JSON document is a list of checked entries, or one problem', () => {
  const entry = fc.oneof(
    fc.jsonValue(),
    fc.record({ id: fc.jsonValue(), root: fc.jsonValue(), max_model_len: fc.jsonValue(), owned_by: fc.jsonValue() }),
    fc.record({ id: fc.string({ minLength: 1 }), max_model_len: fc.double() }),
  )
  fc.assert(
    fc.property(
      fc.oneof(
        fc.json(),
        fc.string(),
        fc.array(entry).map((data) => JSON.stringify({ data })),
      ),
      (text) => {
        const list = readModelList(text)
        if ('problem' in list) {
          expect(list.problem.length).toBeLessThan(200)
          return
        }
        for (const { id, maxModelLen } of list.models) {
          expect(id).not.toMatch(/\p{Cc}/u)
          expect(maxModelLen === null || Number.isInteger(maxModelLen)).toBe(true)
        }
      },
    ),
  )
})
