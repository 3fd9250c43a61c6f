import { describe, expect, test } from 'vitest'
import { gateEntries } from '../gates/table.ts'
import { makeRun } from '../testing/record-builder.ts'
import { type QuotedRecord, quotability } from './refusals.ts'

const signature = { algorithm: 'Ed25519', publicKey: 'a'.repeat(64), value: 'b'.repeat(128) } as const
const sound: QuotedRecord = makeRun({
  card: 'rtx-4090',
  gates: gateEntries.map(([id, { required }]) => ({ id, required, status: 'pass', evidence: 'a test' })),
  more: { quotable: true, signature },
})
const { signature: _, ...unsigned } = sound
const intact = { problems: [], signedBy: signature.publicKey }

describe('whether a run may be quoted', () => {
  test('it may where gates, record and signature say so', () => {
    expect(quotability(sound)).toEqual({ quotable: true, reasons: [] })
    expect(quotability(sound, intact)).toEqual({ quotable: true, reasons: [] })
  })

  test.each<[string, QuotedRecord, Parameters<typeof quotability>[1], RegExp]>([
    ['is not signed', unsigned, undefined, /^signature: the record is not signed/],
    ['says that it is signed, which does not hold', sound, { ...intact, signedBy: null }, /^signature: /],
    [
      'was changed',
      sound,
      { ...intact, problems: [{ file: 'gpu.csv', what: 'was changed' }] },
      /^verify: gpu\.csv was changed/,
    ],
    ['was not quotable when it was made', { ...sound, quotable: false }, intact, /^record: it was not quotable/],
    ['lacks a gate of today', { ...sound, gates: sound.gates.slice(1) }, intact, /not in this record$/],
    ['did not end', { ...sound, status: 'interrupted' }, intact, /^status interrupted/],
  ])('one that %s may not, and the reason is there', (_name, record, seal, reason) => {
    const { quotable, reasons } = quotability(record, seal)
    expect(quotable).toBe(false)
    expect(reasons[0]).toMatch(reason)
  })
})
