import type { FaultCase } from './fault-cases.ts'

/** What a server shows at /metrics, or keeps from it. */
export const pageCases: readonly FaultCase[] = [
  {
    title: 'restart',
    launch: { faults: ['restart'] },
    mustShow: ['token-audit not-measured', 'a restart of the server', 'error-rate fail'],
  },
  {
    title: 'two-servers: a load balancer',
    launch: { faults: ['two-servers'] },
    mustShow: ['token-audit not-measured', 'several servers'],
  },
  {
    title: 'other-model',
    launch: { faults: ['other-model'] },
    mustShow: ['token-audit warn', 'another model', 'speculation pass', 'every counter was read'],
  },
  {
    title: 'log-stats-off',
    launch: { faults: ['log-stats-off'] },
    // that a live run hears of it before its first request: run/not-quotable.test.ts
    mustShow: ['token-audit not-measured'],
  },
  {
    title: 'metrics-redirect',
    launch: { faults: ['metrics-redirect'] },
    mustShow: ['the tokens agree', 'every counter was read'],
  },
  {
    title: 'slow-metrics',
    launch: { faults: ['slow-metrics'] },
    mustShow: ['the tokens agree', 'every counter was read'],
  },
  {
    title: 'max_num_seqs under the concurrency',
    launch: { maxNumSeqs: 2 },
    mustShow: ['steady-state warn', 'requests in the queue', 'the tokens agree'],
  },
  {
    title: 'power that is not reported',
    launch: { sensorFaults: ['hidden-power'] },
    watched: true,
    mustShow: ['energy-coverage fail', 'at the start: energy-coverage'],
  },
]
