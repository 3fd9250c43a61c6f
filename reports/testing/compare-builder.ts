import { type RunRecord, runRecordSchema } from '../../harness/record/schema/run.ts'
import type { Trial } from '../../harness/record/schema/trial.ts'
import { makeRun, type RunOverrides } from '../../harness/testing/record-builder.ts'
import { makeTextTrial, median } from '../../harness/testing/trial-builder.ts'

/** A trial of a steady server at a speed: 1 is that of the tests, 0.95 one that lost 5 %. */
function makeTrial(index: number, speed: number): Trial {
  // half a per mille up and down, so that there is a spread
  const pace = speed * (1 + [0, 0.0005, -0.0005, 0.001][index % 4]!)
  return makeTextTrial({
    index,
    promptTokens: 1000,
    outputTokens: 1000,
    outputTokensPerS: 1000 * pace,
    wholeTrialOutputTokensPerS: 1000 * pace,
    decodeTokensPerS: 80 * pace,
    ttftMs: median(100 / pace),
    ttftFirstChunkMs: median(100 / pace),
    ttftFromScheduleMs: median(100 / pace),
    tpotMs: median(12.5 / pace),
    e2eMs: median(3000 / pace),
    energyJ: 1,
    tokensPerJ: 3 * pace,
    joulesPerOutputToken: 0.33,
    joulesPerRequest: 1,
    meanPowerW: 300,
    p99PowerW: 300,
    peakPowerW: 300,
    peakMemoryMiB: 22_000,
  })
}

/** What a test of a comparison wants to say about a run. */
export interface ComparedRun extends Partial<RunOverrides> {
  /** 1 unless given. */
  readonly speed?: number
  readonly trials?: number
  readonly driver?: string
  readonly uuid?: string
  readonly version?: string
  readonly sha?: string
  readonly findings?: readonly string[]
  /** What the record has besides, such as a fingerprint or which start of the server it was. */
  readonly more?: Partial<RunRecord>
}

/** A run with trials, for comparisons. */
export function makeComparedRun(over: ComparedRun = {}): RunRecord {
  const run = makeRun({ card: 'rtx-4090', ...over })
  const check = { changeShare: null, p: null, drifts: false, reason: 'not looked at' }
  return runRecordSchema.parse({
    ...run,
    trials: Array.from({ length: over.trials ?? 3 }, (_, index) => makeTrial(index, over.speed ?? 1)),
    scenarioSha256: over.sha ?? run.scenarioSha256,
    endpoint: { ...run.endpoint, version: over.version ?? run.endpoint.version },
    gpus: run.gpus.map((gpu) => ({ ...gpu, uuid: over.uuid ?? gpu.uuid, driver: over.driver ?? gpu.driver })),
    ...(over.findings
      ? {
          drift: {
            trials: [],
            trend: check,
            coldBurstTokensPerS: 1050,
            soakedTokensPerS: 1000,
            findings: [...over.findings],
          },
        }
      : {}),
    ...over.more,
  })
}

/** The run of a later day: another id. */
export const later = (over: ComparedRun = {}): RunRecord =>
  makeComparedRun({ startedAt: '2026-11-02T10:00:00Z', ...over })

/** Three starts of the server, the default of a side: 0.05 % apart. */
export const threeStarts = (over: ComparedRun = {}): RunRecord[] =>
  [-0.0005, 0, 0.0005].map((by, at) =>
    makeComparedRun({
      ...over,
      speed: (over.speed ?? 1) + by,
      startedAt: (over.startedAt ?? '2026-11-01T10:00:00Z').replace(/T\d\d/, `T1${at}`),
    }),
  )

/** Three starts of a later day. */
export const threeLater = (over: ComparedRun = {}): RunRecord[] =>
  threeStarts({ startedAt: '2026-11-02T10:00:00Z', ...over })
