import { mkdtempSync, readFileSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { expect, test } from 'vitest'
import type { SoakBody } from '../schema/soak.ts'
import { newKeyPair, readPrivateKey } from '../signing/signature.ts'
import { readSoakCertificate, SOAK_FILE, writeSoakCertificate } from './soak-file.ts'

const unknown = { value: null, reason: 'not read' } as const
const body: SoakBody = {
  joulemarkSoak: 1,
  tool: { name: 'joulemark', version: '0.0.0', commit: null },
  source: 'live',
  hostname: 'box',
  startedAt: '2026-11-26T10:00:00.000Z',
  endedAt: '2026-11-26T14:00:00.000Z',
  askedHours: 4,
  sessions: 1,
  load: { scenario: 'Soak', sha256: 'a', concurrency: 128, roundSeconds: 600 },
  stoppedEarly: null,
  verdict: 'not-measured',
  wouldBe: null,
  cards: [
    {
      ...{ index: 0, uuid: 'GPU-0', name: 'x', loadedHours: 0, rounds: 0, tokens: 0, energyJ: unknown },
      ...{ outputTokensPerS: unknown, temperatureC: null, smClockMHz: null, memoryClockMHz: null, powerW: null },
      ...{ slowdownShares: null, correctedErrors: unknown, uncorrectedErrors: unknown, pcieReplays: unknown },
      link: { width: null, widthMax: null, generation: null, generationMax: null },
      ...{ xids: unknown, driftSharePerHour: unknown, verdict: 'not-measured', wouldBe: null },
      ...{ reasons: ['no round was completed'], remarks: [] },
    },
  ],
  records: [],
}
const key = readPrivateKey(newKeyPair().privatePem, 'test')
const folder = () => mkdtempSync(join(tmpdir(), 'soak-file-'))

test('a certificate is as it was written, signed or not', () => {
  const [signed, plain] = [folder(), folder()]
  const certificate = writeSoakCertificate(signed, body, key)
  expect(readSoakCertificate(join(signed, SOAK_FILE))).toEqual({ certificate, problems: [] })
  writeSoakCertificate(plain, body, null)
  expect(readSoakCertificate(join(plain, SOAK_FILE))).toEqual({ certificate: body, problems: [] })
})

test('a value that was changed after it was signed is found', () => {
  const at = folder()
  writeSoakCertificate(at, body, key)
  const path = join(at, SOAK_FILE)
  writeFileSync(path, readFileSync(path, 'utf8').replace('"not-measured"', '"accepted"'))
  expect(readSoakCertificate(path).problems).toEqual(['the soak certificate was changed after it was signed'])
})

test.each([
  ['not json', /JSON/],
  ['{}', /not a soak certificate/],
])('%j is refused in one line', (text, message) => {
  const path = join(folder(), SOAK_FILE)
  writeFileSync(path, text)
  expect(() => readSoakCertificate(path)).toThrow(message)
})
