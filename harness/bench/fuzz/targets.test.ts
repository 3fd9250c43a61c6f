import { afterAll, describe, expect, test } from 'vitest'
import { mixSeed, seededRandom } from '../../plan/random.ts'
import { mutated } from './mutate.ts'
import { fuzzTargets } from './targets.ts'

/** The checks of `npm run fuzz` on the same few inputs each time: its search, which takes minutes, is no test. */
const INPUTS = 120
afterAll(() => {
  for (const target of fuzzTargets) target.close?.()
})

describe.each(fuzzTargets)('$name', (target) => {
  const dictionary = target.dictionary.map((text) => Buffer.from(text, 'latin1'))
  const random = seededRandom(mixSeed(20_261_126, target.name.length))
  const seedAt = (index: number) => target.seeds[index % target.seeds.length] as Buffer

  test('holds on its seeds', async () => {
    expect(target.seeds.length).toBeGreaterThan(1)
    for (const seed of target.seeds) await target.check(seed)
  })

  test('holds on inputs near them', async () => {
    for (let index = 0; index < INPUTS; index += 1) {
      const input = mutated(seedAt(index), { random, dictionary, other: seedAt(index + 1) })
      const checked = (async () => target.check(input))()
      await expect(checked, JSON.stringify(input.toString('latin1'))).resolves.toBeUndefined()
    }
  })
})
