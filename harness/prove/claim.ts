import type { Claim, ClaimStatus, ProofFindings, ProofRun } from '../record/schema/proof.ts'

/** What was decided of a claim, before it is known whether the card was real. */
export interface Decided {
  readonly status: ClaimStatus
  /** Sentences with the numbers that were compared, or why nothing could be. */
  readonly evidence: readonly [string, ...string[]]
  readonly shownBy: readonly string[]
}

/** One claim of joulemark about its measurements, and how it is decided. */
export interface ClaimDefinition {
  readonly id: string
  readonly claim: string
  readonly about: Claim['about']
  readonly decide: (found: ProofFindings) => Decided
}

/**
 * A claim as decided. What is said of a simulated card is never proved: it stands as what a real card would give. Programs that
 * ran on the CPU say nothing of a card, whatever it drew meanwhile.
 */
export function decided({ id, claim, about, decide }: ClaimDefinition, found: ProofFindings): Claim {
  const isIdleCard = about === 'card' && found.python !== null && found.python.device === null
  const { status, evidence, shownBy } = isIdleCard ? notProved(ON_CPU) : decide(found)
  const isStandIn = about === 'card' && found.source === 'simulated'
  return {
    id,
    claim,
    about,
    status: isStandIn ? 'not-proved' : status,
    wouldBe: found.source === 'simulated' ? status : null,
    evidence: [...(isStandIn ? ['SIMULATED: no card was measured'] : []), ...evidence],
    shownBy: [...shownBy],
  }
}

const ON_CPU = 'torch sees no card, so that every program ran on the CPU'

/** Nothing could be compared. */
export const notProved = (reason: string, shownBy: readonly string[] = []): Decided => ({
  status: 'not-proved',
  evidence: [reason],
  shownBy,
})

/** How gates decide a claim where they do not simply pass. */
export interface GateRules {
  /** What a failed gate makes of the claim; it contradicts unless given. */
  readonly whenFailed?: ClaimStatus
  /** Whether a warning is about something else than the claim. */
  readonly warningsHold?: boolean
}

/** What gates of runs decide. */
export interface DecidedByGates extends Decided {
  /** Whether any of the gates held or failed. */
  readonly isMeasured: boolean
}

/**
 * A claim about all runs that their gates decide: contradicted by one that fails, proved where each gate holds in each run. A
 * gate that decides nothing in one run leaves the claim open.
 */
export function byGates(
  runs: readonly ProofRun[],
  ids: readonly string[],
  { whenFailed = 'contradicted', warningsHold = false }: GateRules = {},
): DecidedByGates {
  const gates = runs.flatMap((run) => ids.map((id) => gateOf(run, id)))
  const failed = gates.filter(({ status }) => status === 'fail')
  const held = gates.filter(({ status }) => status === 'pass' || (warningsHold && status === 'warn'))
  const open = gates.filter((gate) => !failed.includes(gate) && !held.includes(gate))
  const decide = (status: ClaimStatus, from: readonly GateOfRun[], lines: readonly string[]): DecidedByGates => {
    const [first = 'no run was made', ...rest] = lines
    const shownBy = [...new Set(from.map(({ run }) => run))]
    return { status, evidence: [first, ...rest], shownBy, isMeasured: failed.length + held.length > 0 }
  }
  if (failed.length > 0) return decide(whenFailed, failed, linesOf(failed))
  if (open.length === 0 && held.length > 0) return decide('proved', held, linesOf(held))
  return decide('not-proved', gates, [...linesOf(open).map((line) => `does not decide: ${line}`), ...linesOf(held)])
}

interface GateOfRun {
  readonly id: string
  readonly status: ProofRun['gates'][number]['status']
  readonly evidence: string
  readonly run: string
  readonly step: ProofRun['step']
}

function gateOf({ id: run, step, gates }: ProofRun, id: string): GateOfRun {
  const gate = gates.find((each) => each.id === id) ?? { id, status: 'not-measured', evidence: 'was not judged' }
  return { ...gate, run, step }
}

/** One line per evidence, with the steps of all runs that have it. */
function linesOf(gates: readonly GateOfRun[]): string[] {
  const textOf = ({ id, evidence }: GateOfRun): string => `gate ${id}: ${evidence}`
  return [...new Set(gates.map(textOf))].map((text) => {
    const steps = gates.filter((gate) => textOf(gate) === text).map(({ step }) => step)
    return `${[...new Set(steps)].join(', ')}, ${text}`
  })
}
