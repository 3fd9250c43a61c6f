import { parse } from 'parse5'
import { expect, test } from 'vitest'
import type { SoakCard } from '../../../harness/record/schema/soak.ts'
import { soakCertificate, soakedCard } from '../../testing/soak-certificate.ts'
import { soakPage } from './soak-page.ts'
import { soakCertificateText, soakVerdictText } from './soak-text.ts'

const card = soakedCard()
const body = soakCertificate
const rejected: SoakCard = { ...card, index: 1, verdict: 'rejected', reasons: ['Xid 79 in the kernel log', 'more'] }

test('the verdict: one line, and one for each card that is not accepted', () => {
  expect(soakVerdictText(body())).toBe('SOAK ACCEPTED: 1 card in box-7, 4 h of load each\n')
  const bad = body({ verdict: 'rejected', cards: [card, rejected], stoppedEarly: 'GPU 1: Xid 79' })
  expect(soakVerdictText(bad)).toBe(
    'SOAK REJECTED: 2 cards in box-7, 4 h of load each, stopped early: GPU 1: Xid 79\n' +
      '  GPU 1: rejected: Xid 79 in the kernel log\n',
  )
})

test('the certificate names every figure, or why it is not known, in 80 columns', () => {
  const text = soakCertificateText(body())
  expect(text.split('\n').filter((line) => line.length > 80)).toEqual([])
  for (const line of [
    'Verdict             ACCEPTED',
    'Resumed             1 times',
    'Signed by           no key: it is not signed',
    'Under load          4.01 h in 24 rounds',
    'Output tokens       72,000,000, 12.00 tokens/J',
    'Drift of tokens/s   -0.12 % per hour (95 % interval -0.20 % to +0.03 %)',
    'Temperature         60 to 72 °C',
    'Memory clock        10,251 MHz',
    'Reduced clocks      power limit 97 % of the load',
    'Memory errors       0 corrected, 0 uncorrected',
    'PCIe replays        not measured (nvidia-smi -q reports no replay counter)',
    'PCIe link           x16 of x16, generation 4 of 4',
    'Xid errors          none',
  ]) {
    expect(text.replaceAll('\u00a0', ' ')).toContain(`${line}\n`)
  }
})

test('a simulated soak says so everywhere, and is never accepted', () => {
  const simulated = body({ source: 'simulated', verdict: 'not-measured', wouldBe: 'accepted' })
  expect(soakVerdictText(simulated)).toContain('SOAK NOT MEASURED (SIMULATED; a real one would be accepted)')
  expect(soakCertificateText(simulated)).toContain('It proves nothing about any\ncard.')
  expect(soakPage(simulated)).toContain('It proves nothing about any card.')
})

test('the page is whole, loads nothing, and shows hostile text as text', () => {
  const hostile = '<img src=x onerror=alert(1)>'
  const errors: string[] = []
  const page = soakPage(
    body({
      hostname: hostile,
      cards: [
        { ...card, name: hostile },
        { ...rejected, reasons: [hostile] },
      ],
    }),
  )
  parse(page, { onParseError: ({ code }) => errors.push(code) })
  expect(errors).toEqual([])
  expect(page).not.toContain('<img')
  expect(page).toContain('&lt;img src=x onerror=alert(1)&gt;')
  expect(page).toContain("default-src 'none'")
  expect(page).not.toContain('<script')
})
