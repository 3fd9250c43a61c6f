import { readFileSync } from 'node:fs'
import { expect, test } from 'vitest'
import { parse } from 'yaml'
import { z } from 'zod'
import article from '../../../harness/catalogue/claims/gigagpu-4090-vs-6000-pro.json' with { type: 'json' }
import { auditClaims } from '../audit.ts'
import { claimCatalogue } from '../claim-catalogue.ts'
import { claimsJsonSchema } from './json-schema.ts'
import { specRows } from './known-rows.ts'
import { parseClaimsText } from './parse.ts'
import { claimsSkeleton, claimsSkeletonJson } from './skeleton.ts'

const cards = [
  { key: 'rtx-4090', label: 'RTX 4090' },
  { key: 'h100-sxm', label: 'H100 SXM' },
]
const skeleton = claimsSkeleton({ cards, schema: 'claims.schema.json' })

test('a new file is valid as it is, and claims nothing', () => {
  const claims = parseClaimsText(skeleton, 'new.yaml')
  expect(Object.keys(claims.cards)).toEqual(['rtx-4090', 'h100-sxm'])
  expect(auditClaims(claims, claimCatalogue).map(({ cell, status }) => [cell, status])).toEqual([
    ['text.bandwidth', 'unverified'],
  ])
})

test('as JSON it is the same file', () => {
  const json = claimsSkeletonJson({ cards, schema: 'claims.schema.json' })
  expect(JSON.parse(json)).toEqual({ $schema: 'claims.schema.json', ...(parse(skeleton) as object) })
  expect(parseClaimsText(json, 'new.json').tables).toEqual(parseClaimsText(skeleton, 'new.yaml').tables)
})

test('a filled cell is judged, and its workload as open as the file says', () => {
  const filled = skeleton
    .replace('label: Memory bandwidth\n        rtx-4090:', 'label: Memory bandwidth\n        rtx-4090: 1.008 TB/s')
    .replace(
      'counts: null # output, input-and-output\n        rtx-4090:',
      'counts: null # output, input-and-output\n        rtx-4090: 1100 t/s',
    )
  const verdicts = auditClaims(parseClaimsText(filled, 'new.yaml'), claimCatalogue)
  expect(verdicts.slice(0, 2)).toMatchObject([
    { cell: 'spec.memory_bandwidth.rtx-4090', status: 'consistent' },
    { cell: 'throughput.model-rate.rtx-4090', status: 'underspecified' },
  ])
})

test('every id of its spec sheet is one that is judged', () => {
  const ids = parseClaimsText(skeleton, 'new.yaml').tables.spec!.rows.map(({ id }) => id)
  expect(ids.length).toBeGreaterThan(6)
  expect(ids.filter((id) => !Object.hasOwn(specRows, id))).toEqual([])
})

test('the JSON Schema takes the article, a new file and a page with printed cells, and refuses an unknown key', () => {
  const schema = z.fromJSONSchema(JSON.parse(claimsJsonSchema()) as Parameters<typeof z.fromJSONSchema>[0])
  const page = readFileSync(new URL('../fixtures/honest-page.yaml', import.meta.url), 'utf8')
  for (const document of [article, parse(skeleton), parse(page)]) {
    expect(schema.safeParse(document).error?.issues ?? []).toEqual([])
  }
  expect(schema.safeParse({ ...article, text_claim: [] }).success).toBe(false)
})
