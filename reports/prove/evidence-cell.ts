import { percent } from '../../harness/gates/threshold.ts'
import type { Claim, ProofRun } from '../../harness/record/schema/proof.ts'
import { counted } from '../../harness/units.ts'
import { type Html, html, nothing } from '../render/html/template.ts'
import { type ShownProof, stepWords } from './words.ts'

/** A line of evidence that a gate of runs gave, as the claims write it: `closed-1, gate clock: ...`. */
const GATE_LINE = /, gate ([\w-]+): /
/** So many lines of gates are read at a glance. */
const MOST_OPEN = 1

const outcomes = [
  ['fail', 'failed'],
  ['not-measured', 'not measured'],
  ['warn', 'a warning'],
  ['pass', 'passed'],
] as const

/**
 * The evidence of a claim: each finding, and of the gates one line each, in how many runs they passed and the worst figure where
 * a record has it as a number. Their own words, a paragraph for each run, are folded, and stay so on paper.
 */
export function evidenceCell(proof: Pick<ShownProof, 'runs'>, claim: Claim): Html {
  const ofGates = claim.evidence.filter((line) => GATE_LINE.test(line))
  const isShort = ofGates.length <= MOST_OPEN
  const shown = isShort
    ? claim.evidence
    : [...claim.evidence.filter((line) => !ofGates.includes(line)), ...gateSummaries(proof, claim)]
  const folded = isShort
    ? nothing
    : html`<details><summary>What the gates say of each run</summary><ul>${ofGates.map((line) => html`<li>${line}</li>`)}</ul></details>`
  return html`<ul>${shown.map((line) => html`<li>${line}</li>`)}</ul>${folded}`
}

/** One line for each gate that a claim rests on, such as `token-audit: passed in 1 run, a warning in 3 runs`. */
function gateSummaries({ runs }: Pick<ShownProof, 'runs'>, { evidence, shownBy }: Claim): string[] {
  const ids = new Set(evidence.flatMap((line) => GATE_LINE.exec(line)?.[1] ?? []))
  const named = runs.filter(({ id }) => shownBy.includes(id))
  // a claim about the sensor names its file, and rests on the gates of every run besides
  const own = named.length > 0 ? named : runs
  return [...ids].map((id) => {
    const counts = outcomes.flatMap(([status, word]) => {
      const found = own.filter((run) => statusOf(run, id) === status).length
      return found === 0 ? [] : [`${word} in ${counted(found, 'run')}`]
    })
    return `${id}: ${counts.join(', ')}${id === 'physical-limit' ? nearest(own) : ''}`
  })
}

/** A gate that a run has not was not judged in it. */
const statusOf = ({ gates }: ProofRun, id: string): ProofRun['gates'][number]['status'] =>
  gates.find((gate) => gate.id === id)?.status ?? 'not-measured'

/** The run that came nearest to what its card can do. */
function nearest(runs: readonly ProofRun[]): string {
  const [first] = runs
    .flatMap(({ step, limitShare }) => (limitShare === null ? [] : [{ step, limitShare }]))
    .toSorted((a, b) => b.limitShare - a.limitShare)
  return first === undefined
    ? ''
    : `; nearest to the limit: ${stepWords[first.step]}, mean ${percent(first.limitShare)} of it`
}
