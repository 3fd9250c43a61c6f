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

/** A claim that gates of the runs decide: proved by those that pass. */
export function byGates(
  runs: readonly ProofRun[],
  ids: readonly string[],
  { whenFailed = 'contradicted', warningsHold = false }: GateRules = {},
): Decided {
  const holds = (status: ProofRun['gates'][number]['status']) =>
    status === 'pass' || (warningsHold && status === 'warn')
  const gates = runs.flatMap((run) =>
    run.gates.filter(({ id }) => ids.includes(id)).map((gate) => ({ ...gate, run: run.id, step: run.step })),
  )
  const failed = gates.filter(({ status }) => status === 'fail')
  const held = gates.filter(({ status }) => holds(status))
  const shown = (list: typeof gates) => [...new Set(list.map(({ run }) => run))]
  const words = (list: typeof gates) => {
    const texts = [...new Set(list.map(({ id, evidence }) => `gate ${id}: ${evidence}`))]
    const stepsOf = (text: string) => list.filter(({ id, evidence }) => `gate ${id}: ${evidence}` === text)
    return texts.map((text) => `${[...new Set(stepsOf(text).map(({ step }) => step))].join(', ')}, ${text}`)
  }
  const [first, ...more] = words(failed)
  if (first !== undefined) return { status: whenFailed, evidence: [first, ...more], shownBy: shown(failed) }
  const [one, ...rest] = words(held)
  if (one !== undefined) {
    const others = gates.filter(({ status }) => !holds(status))
    const notes = words(others).map((line) => `does not decide: ${line}`)
    return { status: 'proved', evidence: [one, ...rest, ...notes], shownBy: shown(held) }
  }
  const [missing] = gates
  return notProved(
    missing ? `${missing.step}, gate ${missing.id}: ${missing.evidence}` : 'no run was made',
    shown(gates),
  )
}
