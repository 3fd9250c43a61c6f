import type { RunRecord } from '../record/schema/run.ts'
import { makeCardsSnapshot, makeGpu, makeHealth, makeSampler } from './card-builder.ts'
import { calibration, makeServing } from './measured-run.ts'
import { makeRun } from './record-builder.ts'

/** The UUID of the card of such a run. */
export const UUID = 'GPU-3f2a9c1e-77aa-4b21-9d00-5c0ffee01234'

/** Machine, server and scenario of a synthetic live record, with names that a redacted copy must remove. */
export function observed(id: string): RunRecord {
  const served = 'RedHatAI/Meta-Llama-3.1-8B-Instruct-FP8'
  const noEcc = { eccMode: 'Disabled', eccCorrected: null, eccUncorrected: null }
  const noRows = { remapPending: null, remapFailure: null, retirementPending: null, recoveryAction: null }
  const moment = (atMs: number) =>
    makeCardsSnapshot({
      atMs,
      health: [makeHealth({ uuid: UUID, ...noEcc, ...noRows })],
      processes: [{ uuid: UUID, pid: 4242, name: '/home/alice/venv/bin/python', usedMiB: 20_000 }],
    })
  return makeRun({
    card: 'rtx-4090',
    name: 'NVIDIA GeForce RTX 4090',
    scenario: 'llama-3.1-8b-fp8-batch8',
    title: 'Llama 3.1 8B FP8 batch 8',
    concurrency: 8,
    startedAt: '2026-11-20T10:15:00.000Z',
    slo: { ttftMs: 500, tpotMs: 50 },
    scenarioFields: {
      server: { maxModelLen: 16_384, kvCacheDtype: 'fp8_e4m3' },
      output: { tokens: 100 },
      trial: { seconds: 20, warmupSeconds: 0 },
    },
    more: {
      id,
      endedAt: '2026-11-20T10:17:00.000Z',
      clock: { originMs: 1_795_169_700_000 },
      scenarioSha256: '',
      host: { hostname: 'gpu-box-7', kernel: 'Linux 6.8.0', cpu: 'AMD EPYC 9354P', cpuCount: 64, memoryGiB: 256 },
      gpus: [makeGpu({ uuid: UUID, vbios: '95.02.3C.80.07', eccMode: 'Disabled' })],
      endpoint: {
        url: 'http://10.20.30.40:8000',
        engine: 'vllm',
        version: '0.27.0',
        systemFingerprint: null,
        model: served,
        modelRoot: '/home/alice/.cache/huggingface/hub/models--RedHatAI--Meta-Llama-3.1-8B-Instruct-FP8/snapshots/0a1b',
        servedModels: [served],
        maxModelLen: 16_384,
        location: { isThisMachine: true, reason: 'an address of this machine' },
        serving: makeServing({
          tensorParallel: null,
          reasons: { quantization: 'not reported by gpu-box-7', tensorParallel: 'not reported by the server' },
        }),
      },
      certificate: calibration,
      telemetry: {
        sampler: makeSampler({ rows: 500 }),
        before: moment(0),
        after: moment(95_000),
        counter: { state: 'no-library', reason: 'libnvidia-ml.so.1 was not found' },
        idle: { startMs: 0, endMs: 4800, powerW: null, pstates: [] },
        trials: [],
      },
      converged: null,
      trialBounds: { fewest: 3, most: 10 },
      drift: {
        trials: [],
        trend: { changeShare: null, p: null, drifts: false },
        coldBurstTokensPerS: null,
        soakedTokensPerS: null,
        findings: [],
      },
      quotable: false,
    },
  })
}
