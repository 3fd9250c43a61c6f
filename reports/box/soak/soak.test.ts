import { parse } from 'parse5'
import { expect, test } from 'vitest'
import {
  type SoakBody,
  type SoakCard,
  type SoakCertificate,
  soakBodySchema,
} from '../../../harness/record/schema/soak.ts'
import { soakPage } from './soak-page.ts'
import { soakCertificateText, soakExitCode, soakVerdictText } from './soak-text.ts'

const card: SoakCard = {
  index: 0,
  uuid: 'GPU-0',
  name: 'RTX 4090',
  loadedHours: 4.01,
  rounds: 24,
  tokens: 72e6,
  energyJ: 6e6,
  outputTokensPerS: 5000,
  temperatureC: { min: 60, max: 72 },
  smClockMHz: { min: 2400, max: 2700 },
  memoryClockMHz: { min: 10_251, max: 10_251 },
  powerW: { mean: 411, max: 450 },
  slowdownShares: { swPowerCap: 0.97, hwThermalSlowdown: 0 },
  correctedErrors: 0,
  uncorrectedErrors: 0,
  pcieReplays: { value: null, reason: 'nvidia-smi -q reports no replay counter' },
  link: { width: { min: 16, max: 16 }, widthMax: 16, generation: { min: 4, max: 4 }, generationMax: 4 },
  xids: [],
  driftSharePerHour: { slope: -0.0012, low: -0.002, high: 0.0003 },
  verdict: 'accepted',
  wouldBe: null,
  reasons: [],
  remarks: [],
}
const body = (over: Partial<SoakBody> = {}): SoakCertificate =>
  soakBodySchema.parse({
    joulemarkSoak: 1,
    tool: { name: 'joulemark', version: '0.4.0', commit: 'a'.repeat(40) },
    source: 'live',
    hostname: 'box-7',
    startedAt: '2026-11-26T10:00:00.000Z',
    endedAt: '2026-11-26T14:10:00.000Z',
    askedHours: 4,
    sessions: 2,
    load: { scenario: 'Soak, 8B FP8, 128 streams', sha256: 'b'.repeat(64), concurrency: 128, roundSeconds: 600 },
    stoppedEarly: null,
    verdict: 'accepted',
    wouldBe: null,
    cards: [card],
    records: [{ id: 'one', card: 'GPU-0', manifestSha256: 'c'.repeat(64) }],
    ...over,
  })
const rejected: SoakCard = { ...card, index: 1, verdict: 'rejected', reasons: ['Xid 79 in the kernel log', 'more'] }

test('the verdict: one line, and one for each card that is not accepted', () => {
  expect(soakVerdictText(body())).toBe('SOAK ACCEPTED: 1 card in box-7, 4.0 h of load each\n')
  const bad = body({ verdict: 'rejected', cards: [card, rejected], stoppedEarly: 'GPU 1: Xid 79' })
  expect(soakVerdictText(bad)).toBe(
    'SOAK REJECTED: 2 cards in box-7, 4.0 h of load each, stopped early: GPU 1: Xid 79\n' +
      '  GPU 1: rejected: Xid 79 in the kernel log\n',
  )
  expect([body(), bad, body({ verdict: 'not-measured' })].map(soakExitCode)).toEqual([0, 1, 3])
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
  expect(soakExitCode(simulated)).toBe(3)
  expect(soakExitCode({ ...simulated, wouldBe: 'rejected' })).toBe(1)
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
