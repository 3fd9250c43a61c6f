import { type SoakBody, type SoakCard, type SoakCertificate, soakBodySchema } from '../../harness/record/schema/soak.ts'

/** A card after four good hours. */
export const soakedCard = (over: Partial<SoakCard> = {}): SoakCard => ({
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
  ...over,
})

/** The certificate of four hours of soak, accepted on one card unless said otherwise. */
export const soakCertificate = (over: Partial<SoakBody> = {}): SoakCertificate =>
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
    cards: [soakedCard()],
    records: [{ id: 'one', card: 'GPU-0', manifestSha256: 'c'.repeat(64) }],
    ...over,
  })
