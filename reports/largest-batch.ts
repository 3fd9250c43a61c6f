import type { RunRecord } from '../harness/record/schema/run.ts'

type Scenario = RunRecord['scenario']

/** The most requests that a scenario can have in flight: those of a closed load, or the cap of an open one. */
export const mostInFlight = ({ load }: Scenario): number =>
  load.shape === 'closed' ? load.concurrency : load.maxInFlight

/** The largest batch that the server can make of them: what a limit that nothing may pass has to allow. */
export const largestBatch = (scenario: Scenario): number =>
  Math.min(mostInFlight(scenario), scenario.server?.maxNumSeqs ?? Number.POSITIVE_INFINITY)
