import { describe, expect, test } from 'vitest'
import { weightBytes } from '../../physics/model/weights.ts'
import { allModels } from '../models.ts'
import { sizedModels } from './published-sizes.ts'

const sized = sizedModels()

describe('parameters from config.json are the published ones', () => {
  test.each(sized.map((each) => [each.model.key, each] as const))('%s', (_, { model, published, draftParams }) => {
    const difference = model.totalParams + draftParams - published.params
    // Nemotron and Kimi differ in the corrections of their routers, a few thousand parameters
    expect(Math.abs(difference) / published.params).toBeLessThan(2e-7)
  })
})

const weighed = sized.filter(({ published }) => published.bytes !== null)

describe('bytes from config.json are those of the checkpoint, within 0.1 %', () => {
  test.each(weighed.map((each) => [each.model.key, each] as const))('%s', (_, { model, published, draftBytes }) => {
    expect(Math.abs((weightBytes(model) + draftBytes) / published.bytes! - 1)).toBeLessThan(0.001)
  })
})

test('every model but that of the tests was published, and at least 25 have a published size', () => {
  const without = allModels().filter(({ key }) => !sized.some(({ model }) => model.key === key))
  expect(without.map(({ key }) => key)).toEqual(['tiny-random-llama'])
  expect(weighed.length).toBeGreaterThan(25)
})

test('a served name belongs to one model', () => {
  const names = allModels().flatMap(({ servedAs }) => servedAs)
  expect(names.filter((name, at) => names.indexOf(name) !== at)).toEqual([])
})
