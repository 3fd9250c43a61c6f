import { percent } from '../gates/threshold.ts'
import type { ProofFindings, ProofRun } from '../record/schema/proof.ts'
import { countedStatus } from './judge.ts'

type Judged = ProofFindings & { readonly claims: Parameters<typeof countedStatus>[0][] }

/** Two readings of one sensor that differ by more than this under a steady load, as a share. */
const READINGS_APART = 0.05
/** Eight streams at once should make more tokens than one: batching is what a server is for. */
const LEAST_BATCHING = 1.5
/** Gates that fail by the nature of a proof: short runs, on whatever machine is at hand. */
const expectedToFail: ReadonlySet<string> = new Set(['live-source', 'precision', 'endpoint-model', 'thermal-soak'])

/** What was not expected, one sentence each, for the people who maintain joulemark. */
export function surprisesOf(found: Judged): string[] {
  const contradicted = found.claims.filter((claim) => countedStatus(claim) === 'contradicted')
  return [
    ...contradicted.map(
      ({ id, evidence }) => `${id} is contradicted: ${evidence.find((line) => !line.startsWith('SIMULATED'))}`,
    ),
    ...ofSensor(found),
    ...ofBatching(found.runs),
    ...ofGates(found.runs),
    ...found.steps.filter(({ status }) => status === 'failed').map(({ id, note }) => `${id} failed: ${note}`),
  ]
}

function ofSensor({ sensor }: Judged): string[] {
  if (sensor === null) return []
  const apart = sensor.instantToMeanShare
  return apart !== null && Math.abs(apart) > READINGS_APART
    ? [
        `under a steady load power.draw.instant is ${percent(Math.abs(apart))} ${apart > 0 ? 'above' : 'below'} power.draw`,
      ]
    : []
}

function ofBatching(runs: readonly ProofRun[]): string[] {
  const rateOf = (step: string) => runs.find((run) => run.step === step)?.figures['outputTokensPerS']?.mean ?? null
  const [one, eight] = [rateOf('closed-1'), rateOf('closed-8')]
  if (one === null || eight === null || eight >= LEAST_BATCHING * one) return []
  return [
    `8 streams made ${eight.toFixed(1)} tokens/s, 1 stream ${one.toFixed(1)}: batching gained ${(eight / one).toFixed(2)} times`,
  ]
}

/** Gates that failed and decide no claim, each once with the runs in which it did. */
function ofGates(runs: readonly ProofRun[]): string[] {
  const failed = runs.flatMap(({ step, gates }) =>
    gates.filter(({ id, status }) => status === 'fail' && !expectedToFail.has(id)).map((gate) => ({ step, ...gate })),
  )
  return [...new Set(failed.map(({ id }) => id))].flatMap((id) => {
    const own = failed.filter((gate) => gate.id === id)
    const [first] = own
    return first ? [`gate ${id} failed in ${own.map(({ step }) => step).join(', ')}: ${first.evidence}`] : []
  })
}
