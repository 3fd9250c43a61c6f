import { percent } from '../gates/threshold.ts'
import { isKnown } from '../record/measured.ts'
import type { ProofRun } from '../record/schema/proof.ts'
import { counted } from '../units.ts'
import { byGates, type ClaimDefinition, type Decided, notProved } from './claim.ts'

const textSteps: readonly string[] = ['closed-1', 'closed-8', 'closed-32', 'open']
const isText = ({ step }: ProofRun): boolean => textSteps.includes(step)

const clock: ClaimDefinition = {
  id: 'clock',
  claim: 'Clocks and machine ran evenly: samples of the card and requests lie on one time line',
  about: 'harness',
  decide: ({ runs }) => byGates(runs, ['clock']),
}

/** A warning of these gates is about times and other clients: the counts agree. */
const tokens: ClaimDefinition = {
  id: 'tokens',
  claim: 'Client and server count the same tokens, prompts and answers',
  about: 'harness',
  decide: ({ runs }) => byGates(runs.filter(isText), ['token-audit', 'prompt-shape'], { warningsHold: true }),
}

/** A client that was too busy makes no claim false: it proves nothing. */
const client: ClaimDefinition = {
  id: 'client',
  claim: 'The client was fast enough for the load that it made, and its load generator was calibrated',
  about: 'harness',
  decide: ({ runs }) => byGates(runs.filter(isText), ['client-headroom'], { whenFailed: 'not-proved' }),
}

const physicalLimit: ClaimDefinition = {
  id: 'physical-limit',
  claim: 'No throughput is above what the card can do by its bandwidth and arithmetic',
  about: 'card',
  decide: ({ runs }) => byGates(runs, ['physical-limit']),
}

const memory: ClaimDefinition = {
  id: 'memory',
  claim: 'The memory that nvidia-smi reports holds the weights of the model, and is no more than the card has',
  about: 'card',
  decide: ({ runs, card, weightsMiB }) => {
    const read = runs
      .filter(isText)
      .flatMap((run) => {
        const peakMiB = run.figures['peakMemoryMiB']?.mean ?? null
        return peakMiB === null ? [] : [{ run, peakMiB }]
      })
      .toSorted((a, b) => b.peakMiB - a.peakMiB)
    const [highest] = read
    const lowest = read.at(-1)
    const totalMiB = card?.memoryTotalMiB ?? null
    if (!highest || !lowest || totalMiB === null) return notProved('no memory of a run that served was read')
    const shownBy = [...new Set([lowest.run.id, highest.run.id])]
    if (highest.peakMiB > totalMiB) {
      const what = `${mib(highest.peakMiB)} in use, the card has ${mib(totalMiB)}`
      return { status: 'contradicted', evidence: [what], shownBy }
    }
    const range = `${mib(lowest.peakMiB)} to ${mib(highest.peakMiB)} in use, of ${mib(totalMiB)}`
    if (!isKnown(weightsMiB)) return notProved(`${range}; ${weightsMiB.reason}`, shownBy)
    const evidence: Decided['evidence'] = [`${range}; the weights need ${mib(weightsMiB)}`]
    return { status: lowest.peakMiB >= weightsMiB ? 'proved' : 'contradicted', evidence, shownBy }
  },
}

const training: ClaimDefinition = {
  id: 'training',
  claim: 'A training command is timed by its steps, with the energy of each step',
  about: 'card',
  decide: ({ runs, steps }) => {
    const run = runs.find(({ step }) => step === 'training')
    if (!run) return notProved(steps.find(({ id }) => id === 'training')?.note ?? 'no training was run')
    const rate = run.figures['stepsPerS']
    const joules = run.figures['joulesPerStep']
    if (rate?.mean == null) return notProved(reasonOf(rate) ?? `the run is ${run.status}`, [run.id])
    if (joules?.mean == null) {
      return notProved(`${rate.mean.toPrecision(3)} steps/s; ${reasonOf(joules) ?? 'the energy is not known'}`, [
        run.id,
      ])
    }
    const limit = run.limitShare === null ? '' : `, ${percent(run.limitShare)} of the physical limit`
    return {
      status: 'proved',
      evidence: [`${rate.mean.toPrecision(3)} steps/s at ${joules.mean.toPrecision(3)} J/step${limit}`],
      shownBy: [run.id],
    }
  },
}

const records: ClaimDefinition = {
  id: 'records',
  claim: 'Every figure and gate of every record can be computed again from its rows',
  about: 'harness',
  decide: ({ runs }) => {
    const verified = runs.filter(({ problems }) => problems !== null)
    const wrong = verified.filter(({ problems }) => problems !== null && problems.length > 0)
    const [first, ...rest] = wrong.map(({ id, problems }) => `${id}: ${(problems ?? []).join('; ')}`)
    if (first !== undefined) {
      return { status: 'contradicted', evidence: [first, ...rest], shownBy: wrong.map(({ id }) => id) }
    }
    if (verified.length === 0) return notProved('no record was verified')
    const whole = `${counted(verified.length, 'record')} verified without a difference`
    const shownBy = verified.map(({ id }) => id)
    const missing = runs.length - verified.length
    if (missing > 0) return notProved(`${whole}; ${missing} not verified`, shownBy)
    return { status: 'proved', evidence: [whole], shownBy }
  },
}

const mib = (value: number): string => `${value.toLocaleString('en-GB', { maximumFractionDigits: 0 })} MiB`

const reasonOf = (figure: ProofRun['figures'][string] | undefined): string | null =>
  figure !== undefined && 'reason' in figure ? figure.reason : null

/** What is claimed of the runs. */
export const runClaims = [clock, tokens, client, physicalLimit, memory, training, records] as const
