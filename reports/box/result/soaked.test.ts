import { describe, expect, test } from 'vitest'
import { exitCodes } from '../../../harness/errors.ts'
import type { SoakCard } from '../../../harness/record/schema/soak.ts'
import { simulatedBox } from '../../testing/simulated-box.ts'
import { soakCertificate, soakedCard } from '../../testing/soak-certificate.ts'
import { serverPage } from '../page/page.ts'
import { resultText, verdictLines } from '../text/result-text.ts'
import { boxResult } from './judge-box.ts'
import { boxResultJson, exitCodeOf, keptVerdict } from './use-result.ts'

/** Two good cards, and what their soak found. */
const night = simulatedBox([{}, {}], { spread: 0, normal: () => 0 })
const certificate = (second: Partial<SoakCard> = {}, first: Partial<SoakCard> = {}) => {
  const cards = [soakedCard(first), soakedCard({ index: 1, uuid: 'GPU-1', ...second })]
  const words = cards.map(({ verdict, wouldBe }) => wouldBe ?? verdict)
  const verdict = words.find((word) => word === 'rejected') ?? words.find((word) => word === 'not-measured')
  const isSimulated = cards[0]?.wouldBe !== null
  return soakCertificate({
    cards,
    source: isSimulated ? 'simulated' : 'live',
    verdict: isSimulated ? 'not-measured' : (verdict ?? 'accepted'),
    wouldBe: isSimulated ? (verdict ?? 'accepted') : null,
  })
}
const judged = (soak: Parameters<typeof boxResult>[0]['soak']) => boxResult({ ...night, ...(soak ? { soak } : {}) })

test('without a soak nothing is said of one', () => {
  const result = judged(undefined)
  expect(result).toMatchObject({ verdict: 'accepted', soak: null })
  expect(
    resultText(result, { files: [], verbose: true, terminal: { columns: 80, color: false } }) + serverPage(result, []),
  ).not.toMatch(/soak/i)
})

test('a clean soak is in the five lines, the document and the page', () => {
  const result = judged(certificate())
  expect(verdictLines(result)).toEqual([
    'ACCEPTED: 2 x rtx-4090 in box',
    expect.stringMatching(/^ {2}each card alone, all at once: /),
    expect.stringMatching(/^ {2}could have missed/),
    '  soak accepted: 4 h of load on each of 2 cards',
  ])
  expect(exitCodeOf(result)).toBe(exitCodes.done)
  expect(JSON.parse(boxResultJson(result)).soak).toMatchObject({ verdict: 'accepted', signedBy: null, cards: [{}, {}] })
  const page = serverPage(result, [])
  expect(page).toContain('Soak: 4 h of load on every card at once')
  expect(page).toContain('The burn-in certificate is soak-certificate.json, which is not signed')
  expect(resultText(result, { files: [], verbose: true, terminal: { columns: 80, color: false } })).toContain(
    'soak, GPU 1: ACCEPTED',
  )
})

describe('a soak that is not clean', () => {
  const heat: Partial<SoakCard> = { verdict: 'rejected', reasons: ['thermal slowdown for 10 % of the load', 'Xid 31'] }

  test('rejects its card and the box, and the record of the card is no reference', () => {
    const result = judged(certificate(heat))
    expect(result.cards.map(({ verdict }) => verdict)).toEqual(['accepted', 'rejected'])
    expect(verdictLines(result)).toEqual([
      'REJECTED: 2 x rtx-4090 in box: 1 of 2 cards rejected',
      '  GPU 1 (GPU-1): soak: thermal slowdown for 10 % of the load',
      '  and soak: Xid 31',
      '  soak rejected: 4 h of load on each of 2 cards; accepted: GPU 0',
    ])
    expect(exitCodeOf(result)).toBe(exitCodes.negativeResult)
    const run = night.records.find(({ gpus }) => gpus[0]?.uuid === 'GPU-1')!
    expect(keptVerdict(result, run)).toMatchObject({
      verdict: 'rejected',
      failed: [expect.stringMatching(/^soak: /), {}],
    })
  })

  test('that measured too little leaves the box not measured, with the cause once', () => {
    const open: Partial<SoakCard> = {
      verdict: 'not-measured',
      reasons: ['under load for 1.00 of 4.00 hours, by nvidia-smi'],
    }
    const result = judged(certificate(open, open))
    expect(result.verdict).toBe('not-measured')
    expect(result.cards.map(({ verdict }) => verdict)).toEqual(['accepted', 'accepted'])
    expect(verdictLines(result).slice(0, 2)).toEqual([
      'NOT MEASURED: 2 x rtx-4090 in box',
      '  soak: under load for 1.00 of 4.00 hours, by nvidia-smi',
    ])
    expect(exitCodeOf(result)).toBe(exitCodes.environmentFailed)
  })

  test('that did not run, or left out a card, is said with its reason', () => {
    const none = judged({ reason: 'its image was not downloaded' })
    expect(none).toMatchObject({ verdict: 'not-measured', soak: { reason: 'its image was not downloaded' } })
    expect(verdictLines(none)[1]).toBe('  soak: its image was not downloaded')
    expect(serverPage(none, [])).toContain('No burn-in certificate: its image was not downloaded')
    const half = judged(soakCertificate())
    expect(half).toMatchObject({ verdict: 'not-measured', reasons: [{ what: 'soak: GPU 1 had no load' }] })
  })

  test('a simulated one is never accepted', () => {
    const would: Partial<SoakCard> = { verdict: 'not-measured', wouldBe: 'accepted' }
    expect(judged(certificate(would, would))).toMatchObject({ verdict: 'not-measured', wouldBe: 'accepted' })
    const bad: Partial<SoakCard> = { verdict: 'not-measured', wouldBe: 'rejected', reasons: ['Xid 79'] }
    expect(judged(certificate(bad, would)).cards[1]).toMatchObject({ verdict: 'not-measured', wouldBe: 'rejected' })
  })
})
