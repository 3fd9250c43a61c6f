import fc from 'fast-check'
import { expect, test } from 'vitest'
import { cards } from '../../harness/catalogue/cards.ts'
import { allModels } from '../../harness/catalogue/models.ts'
import { auditClaims } from './audit.ts'
import { claimCatalogue } from './claim-catalogue.ts'
import { claimedModel } from './claimed-model.ts'
import { parseClaims } from './file/parse.ts'
import type { Status } from './finding.ts'
import { formatNames } from './formats.ts'
import { claimLimit } from './rates/model-physics.ts'

/** Relations that hold for every card, model and format: to say less is never held against a claim. */

// the key of a checkpoint in 8 or 4 bits states its format
const models = allModels()
const names = models.filter(({ weightFormat }) => weightFormat === 'bf16').map(({ key }) => key)
const someClaim = fc.record({
  card: fc.constantFrom(...cards),
  model: fc.constantFrom(...names),
  quant: fc.constantFrom(...formatNames),
  batch: fc.integer({ min: 1, max: 512 }),
  /** Of the limit. */
  share: fc.double({ min: 0.05, max: 3, noNaN: true }),
})
type Claim = typeof someClaim extends fc.Arbitrary<infer T> ? T : never

const limitOf = ({ card, model, quant, batch }: Claim): number => {
  const claimed = claimedModel({ model, quant }, models)
  if ('reason' in claimed) throw new Error(claimed.reason)
  return claimLimit(card, claimed.usual, { batch, contextTokens: 0 }).tokensPerS
}

function statusOf(claim: Claim, workload: object): Status {
  const value = claim.share * limitOf(claim)
  const claims = parseClaims(
    {
      schema: 1,
      source: { title: 'T' },
      cards: { [claim.card.key]: { label: 'It' } },
      tables: {
        throughput: {
          title: 'T',
          rows: [
            {
              id: 'it',
              label: 'It',
              workload: {
                model: claim.model,
                quant: claim.quant,
                batch: claim.batch,
                speculation: 'none',
                ...workload,
              },
              [claim.card.key]: { kind: 'quantity', value, unit: 'tokens/s', raw: String(value) },
            },
          ],
        },
      },
    },
    'claims',
  )
  return auditClaims(claims, claimCatalogue)[0]!.status
}
/** A model that does not fit is impossible at any rate. */
const fits = (claim: Claim): boolean => statusOf({ ...claim, share: 0.05 }, {}) === 'plausible'

test('with all facts a claim below its limit is plausible, and one above it impossible', () => {
  fc.assert(
    fc.property(someClaim, (claim) => {
      fc.pre(fits(claim) && Math.abs(claim.share - 1) > 1e-3)
      expect(statusOf(claim, {})).toBe(claim.share < 1 ? 'plausible' : 'impossible')
    }),
    { numRuns: 60 },
  )
})

test('a fact that is not stated never makes a claim worse', () => {
  const unstated = fc.subarray(
    [{ batch: null }, { quant: null }, { speculation: null }, { counts: 'input-and-output' }],
    { minLength: 1 },
  )
  fc.assert(
    fc.property(someClaim, unstated, (claim, open) => {
      fc.pre(fits(claim) && claim.share < 0.999)
      expect(statusOf(claim, Object.assign({}, ...open))).toMatch(/^(plausible|underspecified)$/)
    }),
    { numRuns: 60 },
  )
})
