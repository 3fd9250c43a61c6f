import { connectionsOf } from '../../harness/scenario/load-shape.ts'
import { makeRun } from '../../harness/testing/record-builder.ts'
import { buildReportFrom } from '../build.ts'
import type { Report } from '../report.ts'
import { makeFacts } from './facts-builder.ts'

/** A small report with everything that a renderer must know how to show: intervals, limits, OOM, dashes, SIMULATED. */
export function makeReport(): Report {
  const one = { scenario: 'llama-3.1-8b-fp8-single', title: 'Llama 3.1 8B FP8 decode b1', concurrency: 1 }
  const facts = makeFacts({
    limit: (run) => ({
      value: { value: connectionsOf(run.scenario.load) === 1 ? 200 : 6000, share: 0, bound: 'memory bandwidth' },
    }),
    fit: () => ({
      value: {
        fits: false,
        reason: 'does not fit: 72.7 GB of weights on 24 GB',
        evidence: '72.7 GB of weights on 25.3 GB',
      },
    }),
  })
  const gates = [
    { id: 'live-source', status: 'fail' as const, required: true, evidence: 'driver 0.0-sim' },
    { id: 'error-rate', status: 'pass' as const, required: true, evidence: '0 of 96 failed' },
  ]
  const runs = [
    makeRun({ card: 'rtx-4090', ...one, result: { decodeTokensPerS: [100, 98, 102] } }),
    makeRun({
      card: 'rtx-pro-6000-max-q',
      ...one,
      source: 'simulated',
      gates,
      result: { decodeTokensPerS: [180, 178, 182] },
    }),
    makeRun({
      card: 'rtx-pro-6000-max-q',
      startedAt: '2026-11-01T12:00:00Z',
      source: 'simulated',
      gates,
      result: { outputTokensPerS: [1380, 1366.2, 1393.8], meanPowerW: [250, 245, 255], tokensPerJ: 5.52 },
    }),
  ]
  return buildReportFrom(runs, facts, { tables: ['throughput', 'economics'] })
}

/** A report of one table in which every text came from somebody who means no good. */
export function makeHostileReport(evil: string): Report {
  return {
    title: evil,
    simulated: false,
    sources: [],
    money: null,
    tables: [
      {
        id: 'evil',
        title: evil,
        columns: [
          { id: 'a', head: evil, align: 'left' },
          { id: 'b', head: 'B', align: 'right' },
        ],
        rows: [
          {
            id: 'r',
            cells: [
              { kind: 'text', text: evil },
              { kind: 'missing', reason: evil },
            ],
          },
          {
            id: 's',
            cells: [
              { kind: 'text', text: evil },
              { kind: 'number', value: -5, unit: evil, digits: 0 },
            ],
          },
        ],
        notes: [evil],
        simulated: false,
      },
    ],
  }
}
