import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { cacheRoomOf, mostCachedTokens, PrefixLengths, planPrefixes } from './prefix-groups.ts'
import { seededRandom } from './random.ts'

const needs = { share: 0.6, groups: 8, blockTokens: 16, templateTokens: 0, drawLength: () => 512, seed: 1 }

/** What vLLM finds of a prompt that begins with `prefix` primed tokens: whole blocks, never the last token. */
const foundByVllm = (promptTokens: number, prefix: number, block: number) =>
  Math.floor(Math.min(prefix, promptTokens - 1) / block) * block

describe('the plan of a hit rate', () => {
  test.each([0, 0.1, 0.3, 0.6, 0.9, 0.95])('of %f is met by prompts of one length', (share) => {
    expect(planPrefixes({ ...needs, share }).expectedShare).toBeCloseTo(share, 3)
  })

  test('is met by prompts of many lengths, some too short for it', () => {
    const drawLength = (random: () => number) => Math.ceil(10 + random() * 3000)
    expect(planPrefixes({ ...needs, share: 0.8, drawLength }).expectedShare).toBeCloseTo(0.8, 2)
  })

  test('cannot be 100 %: the last token is always computed, in a block of its own', () => {
    const plan = planPrefixes({ ...needs, share: 1 })
    expect(plan.expectedShare).toBeCloseTo(496 / 512, 6)
    expect(plan.longestTokens).toBe(496)
  })

  test('cannot be 0 % where all prompts begin with a template', () => {
    expect(planPrefixes({ ...needs, share: 0, templateTokens: 40 }).expectedShare).toBeCloseTo(32 / 512, 6)
  })

  test('has nothing to prime where no token is to be found', () => {
    expect(planPrefixes({ ...needs, share: 0 })).toMatchObject({ longestTokens: 0, primingTokens: 0 })
  })

  test('of a template primes one block more, because part of the last one is behind the template', () => {
    expect(planPrefixes({ ...needs, templateTokens: 40 })).toMatchObject({ longestTokens: 320, primingTokens: 336 })
  })
})

test('the prefixes of any prompts are whole blocks that vLLM finds, and their sum is the asked share as far as it can be', () => {
  fc.assert(
    fc.property(
      fc.double({ min: 0, max: 0.9, noNaN: true }),
      fc.constantFrom(1, 16, 64, 832),
      fc.array(fc.integer({ min: 1, max: 20_000 }), { minLength: 1, maxLength: 200 }),
      (share, blockTokens, prompts) => {
        const lengths = new PrefixLengths({ share, blockTokens, templateTokens: 0 })
        let [found, asked, possible] = [0, 0, 0]
        for (const promptTokens of prompts) {
          const prefix = lengths.next(promptTokens)
          expect(foundByVllm(promptTokens, prefix, blockTokens)).toBe(prefix)
          found += prefix
          asked += share * promptTokens
          possible += mostCachedTokens(promptTokens, blockTokens)
        }
        expect(found).toBeLessThanOrEqual(possible)
        // what is left is less than a block, unless every prompt was too short for its share
        expect(found).toBeLessThanOrEqual(asked + blockTokens / 2 + 1e-6)
        const last = prompts.at(-1) as number
        if (mostCachedTokens(last, blockTokens) > asked)
          expect(asked - found).toBeLessThanOrEqual(blockTokens / 2 + 1e-6)
      },
    ),
  )
})

test('the room is that of the prefixes, the requests in flight, and what is written until a prefix is used again', () => {
  const plan = planPrefixes(needs)
  const load = { capacityTokens: 10_000, inFlight: 4, promptTokens: 512, outputTokens: 100 }
  // 204.8 own prompt tokens and 100 of the answer are 20 blocks
  expect(plan.longestTokens).toBe(320)
  expect(cacheRoomOf(plan, load)).toEqual({
    capacityTokens: 10_000,
    neededTokens: 8 * 320 + 4 * 320,
    wantedTokens: 8 * 320 + 4 * 320 + 8 * 320,
  })
})

test('a plan is the same for the same seed', () => {
  const drawLength = (random: () => number) => Math.ceil(random() * 2000)
  expect(planPrefixes({ ...needs, drawLength })).toEqual(planPrefixes({ ...needs, drawLength }))
  expect(seededRandom(1)()).toBe(seededRandom(1)())
})
