import { cpSync, mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { beforeAll, describe, expect, test } from 'vitest'
import { toJson } from '../record/json-file.ts'
import type { RunRecord } from '../record/schema/run.ts'
import { manifestSha256, type RawRecord } from '../record/signing/manifest.ts'
import { newKeyPair, publicHexOf, readPrivateKey, signManifest } from '../record/signing/signature.ts'
import { type LiveRun, writeLiveRun } from '../testing/live-record.ts'
import { makeSetting } from '../testing/setting-builder.ts'
import { readRecordText } from './record-text.ts'
import { refusals } from './refusals.ts'
import { verifyRun } from './verify-run.ts'

const folder = mkdtempSync(join(tmpdir(), 'verify-'))
const key = readPrivateKey(newKeyPair().privatePem, 'test key')
const otherKey = readPrivateKey(newKeyPair().privatePem, 'other key')
let run: LiveRun
beforeAll(async () => {
  run = await writeLiveRun(folder, { key })
})

/** A copy of the run that a test may spoil. */
function copy(): string {
  const path = mkdtempSync(join(folder, 'copy-'))
  cpSync(run.directory, path, { recursive: true })
  return path
}

function flip(path: string, at: number): void {
  const bytes = readFileSync(path)
  bytes[at] = (bytes[at] as number) ^ 1
  writeFileSync(path, bytes)
}

/** Edits run.json as a careful cheat would: hashes made anew, and the signature too with a key of one's own. */
function edit(change: (record: RunRecord) => RunRecord, signingKey: typeof key | null = null): string {
  const path = copy()
  const { signature, manifestSha256: _, ...rest } = change(structuredClone(run.record))
  const digest = manifestSha256(rest as RawRecord)
  const sealed = { ...rest, manifestSha256: digest }
  const mark = signingKey ? signManifest(sealed as RawRecord, signingKey) : signature
  writeFileSync(join(path, 'run.json'), toJson({ ...sealed, ...(mark ? { signature: mark } : {}) }))
  return path
}

const problemsOf = async (path: string, pin: string | null = null): Promise<string[]> =>
  (await verifyRun(path, pin)).problems.map(({ file, what }) => `${file}: ${what}`)

test('the clock that a locked card ran at is that of its samples', async () => {
  const at = (read: number) =>
    problemsOf(
      edit((record) => ({ ...record, setting: makeSetting({ smClockMHz: { asked: 1501, locked: 1501, read } }) })),
    )
  const clock = Number(
    (await at(1501)).join('\n').match(/setting\.smClockMHz\.read: recorded 1501, recomputed (\d+)/)?.[1],
  )
  expect(clock).toBeGreaterThan(0)
  expect((await at(clock)).join('\n')).not.toContain('setting')
})

describe('an untouched run', () => {
  test('verifies with its key, passes its gates and may be quoted', async () => {
    const verification = await verifyRun(run.directory, publicHexOf(key))
    expect(verification.problems).toEqual([])
    expect(verification.signedBy).toBe(publicHexOf(key))
    expect(refusals(verification)).toEqual([])
    expect(run.record.quotable).toBe(true)
    expect(run.record.result['outputTokensPerS']?.n).toBe(3)
  })

  test('verifies beside what a killed process left of a write of run.json', async () => {
    const path = copy()
    writeFileSync(join(path, 'run.json.tmp'), '{ "schemaVersion": 2, "id": "2026')
    expect(await problemsOf(path, publicHexOf(key))).toEqual([])
    writeFileSync(join(path, 'run.json.bak'), '')
    expect(await problemsOf(path)).toEqual(['run.json.bak: is not part of the record'])
  })

  test('without a signature verifies, and may not be quoted', async () => {
    const unsigned = await writeLiveRun(folder, {})
    const verification = await verifyRun(unsigned.directory)
    expect(verification.problems).toEqual([])
    expect(refusals(verification)).toEqual([expect.stringMatching(/^signature: the record is not signed/)])
    expect(await problemsOf(unsigned.directory, publicHexOf(key))).toEqual(['run.json: signature: there is none'])
  })
})

describe('a run that was made before the gates about the card that served', () => {
  const later = new Set(['serving-card', 'card-health', 'power-plausible'])
  /** The same run as version 0.1.9 would have written it. */
  const early = (change: (record: RunRecord) => RunRecord = (record) => record) =>
    edit((record) => {
      const { telemetry, gates, endpoint, ...rest } = record
      if (telemetry === undefined) throw new Error('the run has no telemetry')
      const { location: _, ...place } = endpoint
      const trials = telemetry.trials.map(({ instantEnergyJ: _energy, instantApart: _apart, window, ...trial }) => {
        if ('reason' in window) return { ...trial, window }
        const { cards: _cards, ...before } = window
        return { ...trial, window: before }
      })
      return change({
        ...rest,
        tool: { ...record.tool, version: '0.1.9' },
        endpoint: place,
        telemetry: { ...telemetry, trials },
        gates: gates.filter(({ id }) => !later.has(id)),
      })
    }, key)

  test('verifies as quotable as it was, and may not be quoted', async () => {
    const verification = await verifyRun(early(), publicHexOf(key))
    expect(verification.problems).toEqual([])
    expect(verification.record?.quotable).toBe(true)
    const reasons = refusals(verification)
    expect(reasons.map((reason) => reason.split(' ')[0]).toSorted()).toEqual(['power-plausible', 'serving-card'])
  })

  test('does not verify when it claims to be quotable against a gate that it has', async () => {
    const path = early((record) => ({
      ...record,
      source: 'simulated',
      gates: record.gates.map((gate) => (gate.id === 'live-source' ? { ...gate, status: 'fail' } : gate)),
    }))
    expect(await problemsOf(path)).toContainEqual(expect.stringContaining('quotable: recorded true, recomputed false'))
  })

  test('of this version does not verify without them', async () => {
    const path = early((record) => ({ ...record, tool: run.record.tool }))
    expect(await problemsOf(path)).not.toEqual([])
  })
})

describe('one flipped bit', () => {
  test.each(['requests.csv', 'tokens.csv', 'gaps.csv', 'gpu.csv', 'server.csv', 'counter.csv'])(
    'in %s is found and named, wherever it is',
    async (name) => {
      const { length } = readFileSync(join(run.directory, name))
      for (const at of [0, Math.floor(length / 2), length - 1]) {
        const path = copy()
        flip(join(path, name), at)
        expect(await problemsOf(path)).toContainEqual(expect.stringContaining(`${name}: was changed: its SHA-256 is`))
        rmSync(path, { recursive: true })
      }
    },
  )

  test('in run.json is found and named, wherever it is', async () => {
    const path = copy()
    const file = join(path, 'run.json')
    const { length } = readFileSync(file)
    const outside = run.record.signature
    for (let at = 0; at < length; at += 53) {
      flip(file, at)
      const { problems, record } = await readRecordText(path)
      // the signature is not part of what it signs: a bit of it is found by checking it
      const found = problems.length > 0 || JSON.stringify(record?.signature) !== JSON.stringify(outside)
      expect(found, `byte ${at}`).toBe(true)
      flip(file, at)
    }
  })

  test('in the signature is found', async () => {
    const bytes = readFileSync(join(run.directory, 'run.json'))
    for (const field of ['"algorithm": "', '"publicKey": "', '"value": "']) {
      const path = copy()
      flip(join(path, 'run.json'), bytes.lastIndexOf(field) + field.length + 3)
      expect((await problemsOf(path)).join()).toMatch(/run\.json: signature/)
    }
  })
})

describe('an edit without the key', () => {
  test('of a value of a trial is named with both values', async () => {
    const path = edit((record) => {
      const [first, ...rest] = record.trials
      return { ...record, trials: [{ ...(first as RunRecord['trials'][0]), outputTokens: 99_999 }, ...rest] }
    })
    const problems = await problemsOf(path)
    expect(problems).toContainEqual(expect.stringMatching(/trials\.0\.outputTokens: recorded 99999, recomputed \d+$/))
    expect(problems).toContainEqual(expect.stringContaining('signature: does not hold'))
  })

  test.each([
    [
      'a mean',
      (r: RunRecord) => ({ ...r, result: { ...r.result, tokensPerJ: { ...r.result['tokensPerJ'], mean: 9 } } }),
      'result.tokensPerJ.mean: recorded 9, recomputed',
    ],
    [
      'a gate',
      (r: RunRecord) => ({ ...r, gates: r.gates.map((g) => ({ ...g, status: 'pass', evidence: '' })) }),
      'gates.0.evidence',
    ],
    ['quotable', (r: RunRecord) => ({ ...r, quotable: false }), 'quotable: recorded false, recomputed true'],
    [
      'the scenario',
      (r: RunRecord) => ({ ...r, scenario: { ...r.scenario, title: 'Faster' } }),
      'scenarioSha256: recorded',
    ],
    [
      'a trial that was removed',
      (r: RunRecord) => ({ ...r, trials: r.trials.slice(0, 2) }),
      'trials: trial 2 has rows in the CSV files',
    ],
    [
      'a stamp of the simulator',
      (r: RunRecord) => ({ ...r, gpus: r.gpus.map((g) => ({ ...g, driver: '0.0-sim' })) }),
      'source: recorded as live, but it is SIMULATED',
    ],
    [
      'a status that never ended',
      (r: RunRecord) => ({ ...r, status: 'running' }),
      'status: running: the run never ended',
    ],
    ['an unknown field', (r: RunRecord) => ({ ...r, approvedBy: 'me' }), 'approvedBy: no such field'],
    ['an id that is a path', (r: RunRecord) => ({ ...r, id: '../../x' }), 'id: "../../x" is not a run id'],
  ])('%s', async (_, change, expected) => {
    const problems = await problemsOf(edit(change as (record: RunRecord) => RunRecord))
    expect(problems).toContainEqual(expect.stringContaining(expected))
  })

  test('signed anew with another key is found by the pinned key alone', async () => {
    const path = edit((record) => ({ ...record, host: { ...record.host, hostname: 'elsewhere' } }), otherKey)
    expect(await problemsOf(path)).toEqual([])
    expect(await problemsOf(path, publicHexOf(key))).toEqual([expect.stringContaining('signature: is of key')])
  })

  test('of an unexpected or missing file is named', async () => {
    const path = copy()
    writeFileSync(join(path, 'steps.csv'), 'trial,step,timeMs,tokens,loss\n')
    rmSync(join(path, 'gaps.csv'))
    const problems = await problemsOf(path)
    expect(problems).toContain('steps.csv: is not part of the record')
    expect(problems).toContain('gaps.csv: is missing')
    expect(readdirSync(path)).toHaveLength(7)
  })
})

test.each([
  ['interrupted', { status: 'interrupted' as const }, /^status interrupted/],
  ['simulated', { source: 'simulated' as const, sourceEvidence: ['a stamp'] }, /^live-source fail: SIMULATED: a stamp/],
])('a record that is %s is sound and can never be quoted', async (_, over, reason) => {
  const { directory } = await writeLiveRun(folder, { key, over })
  const verification = await verifyRun(directory)
  expect(verification.problems).toEqual([])
  expect(refusals(verification)[0]).toMatch(reason)
})

test.each([
  ['endpoint.version', (r: RunRecord) => ({ ...r, endpoint: { ...r.endpoint, version: '0.27.0+simulated' } })],
  [
    'endpoint.systemFingerprint',
    (r: RunRecord) => ({ ...r, endpoint: { ...r.endpoint, systemFingerprint: 'simulated' } }),
  ],
  ['card.name', (r: RunRecord) => ({ ...r, card: { ...r.card, name: 'NVIDIA GeForce RTX 4090 (SIMULATED)' } })],
  ['host.cpu', (r: RunRecord) => ({ ...r, host: { ...r.host, cpu: 'x 0.0-sim' } })],
])(
  'a simulated record that is relabelled live and signed anew does not verify while %s is stamped',
  async (path, stamp) => {
    const problems = await problemsOf(edit(stamp, key), publicHexOf(key))
    expect(problems).toContainEqual(
      expect.stringContaining(`run.json: source: recorded as live, but it is SIMULATED: ${path}: `),
    )
  },
)
