import { countedStatus, tally } from '../../harness/prove/judge.ts'
import { SENSOR_FILE } from '../../harness/prove/sensor-claims.ts'
import type { Claim, ClaimStatus, ProofBody, ProofRun, ProofStepId } from '../../harness/record/schema/proof.ts'
import { formatNumber } from '../render/format-cell.ts'

/** A proof as it is shown: its signature is made over what is shown. */
export type ShownProof = Omit<ProofBody, 'files'>

const statusWords: Readonly<Record<ClaimStatus, string>> = {
  proved: 'proved',
  'not-proved': 'not proved',
  contradicted: 'contradicted',
}

export const stepWords: Readonly<Record<ProofStepId, string>> = {
  doctor: 'Doctor',
  python: 'Python',
  sensor: 'Power sensor',
  server: 'Text server',
  'closed-1': '1 stream',
  'closed-8': '8 streams',
  'closed-32': '32 streams',
  open: 'Open loop',
  training: 'LoRA training',
  verify: 'Verify',
}

export const SIMULATED_PROOF =
  'SIMULATED: no card was measured. This is a rehearsal of the proof: it proves nothing about any card, and no figure of it may be quoted.'

/** Whether a claim stands as what a real card would give. */
const isStandIn = ({ status, wouldBe }: Claim): boolean => wouldBe !== null && wouldBe !== status

/** The status of a claim in words: of a simulated card, what a real one would give is added. */
export const claimWords = (claim: Claim): string =>
  isStandIn(claim) ? `SIMULATED (would be ${statusWords[countedStatus(claim)]})` : statusWords[claim.status]

/** The answer in one line. */
export function verdictLine({
  claims,
  source,
  interrupted,
}: Pick<ShownProof, 'claims' | 'source' | 'interrupted'>): string {
  const { proved, contradicted, 'not-proved': open } = tally(claims)
  const counts = `${proved} proved, ${open} not proved, ${contradicted} contradicted`
  const begun = interrupted ? 'Interrupted: ' : ''
  return source === 'simulated' ? `${begun}SIMULATED: would be ${counts}` : `${begun}${counts}`
}

/** What was proved, on what. */
export const titleOf = ({ card, source }: ShownProof): string =>
  `Proof on ${card?.name ?? 'a machine without a card'}${source === 'simulated' && !card?.name.includes('SIMULATED') ? ' (SIMULATED)' : ''}`

/** What shows a claim: the step of a record, or the name of a file. */
export const sourceWords = ({ runs }: Pick<ShownProof, 'runs'>, shownBy: readonly string[]): string[] =>
  shownBy.map((name) => {
    const run = runs.find(({ id }) => id === name)
    return run === undefined ? name : stepWords[run.step]
  })

/** What stands beside a page of a proof. */
export interface Beside {
  /** Whether the proof is signed: a page is written before its signature. */
  readonly isSigned: boolean
  /** Names of the other files that the proof lists. */
  readonly files: readonly string[]
}

/** Where nothing shows who made a proof. */
export const NOT_SIGNED =
  'Not signed: nothing proves that it was not fabricated. joulemark key new makes a key that signs later proofs.'

/** What can be checked of a proof, and how. */
export function evidenceWords({ runs }: ShownProof, { isSigned, files }: Beside): string[] {
  const samples = files.includes(SENSOR_FILE) ? ' and the samples of the sensor' : ''
  const signature = isSigned ? `, and checks the signature over this page${samples}` : ''
  const how =
    runs.length === 0
      ? `No record was made. joulemark verify proof.json decides every claim again from what was found${signature}.`
      : `joulemark verify bundle.tar computes every figure and gate of every record again on any computer, without a network, ${isSigned ? '' : 'and '}decides every claim again${signature}.`
  return isSigned ? [how] : [how, NOT_SIGNED]
}

/** Facts of the machine and of the proof, by name. */
export function factsOf(proof: ShownProof): [name: string, value: string][] {
  const { card, python, tool, startedAt, endedAt, budgetMinutes, quick } = proof
  const tookMinutes = (Date.parse(endedAt) - Date.parse(startedAt)) / 60_000
  return [
    ['Card', card === null ? 'none was found' : card.name],
    ['Driver', card?.driver ?? 'unknown'],
    ['Power limit', card?.powerLimitW == null ? 'unknown' : `${formatNumber(card.powerLimitW, 0)} W`],
    ['Memory', card?.memoryTotalMiB == null ? 'unknown' : `${formatNumber(card.memoryTotalMiB, 0)} MiB`],
    ['Python', python === null ? 'not used' : pythonWords(python)],
    ['joulemark', `${tool.version}${tool.commit === null ? '' : `, commit ${tool.commit.slice(0, 12)}`}`],
    [
      'Time',
      `${startedAt.slice(0, 16).replace('T', ' ')} UTC; ${tookMinutes.toFixed(1)} of ${budgetMinutes} min${quick ? '; a rehearsal' : ''}`,
    ],
  ]
}

const pythonWords = ({ version, torch, transformers, peft, device }: NonNullable<ProofBody['python']>): string =>
  `${version ?? '?'}, torch ${torch ?? 'none'}, transformers ${transformers ?? 'none'}, peft ${peft ?? 'none'}; ${device ?? 'torch sees no card'}`

/** A column of the table of runs. */
export interface RunColumn {
  readonly head: string
  readonly text: (run: ProofRun) => string
}

const figure =
  (id: string, digits: number) =>
  ({ figures }: ProofRun): string => {
    const mean = figures[id]?.mean ?? null
    return mean === null ? '–' : formatNumber(mean, digits)
  }

/** What the table of runs shows. */
export const runColumns: readonly RunColumn[] = [
  {
    head: 'Tokens/s',
    text: (run) => (run.step === 'training' ? figure('trainedTokensPerS', 0)(run) : figure('outputTokensPerS', 1)(run)),
  },
  {
    head: 'Of the limit',
    text: ({ limitShare }) => (limitShare === null ? '–' : `${(limitShare * 100).toFixed(1)} %`),
  },
  { head: 'TTFT (ms)', text: figure('ttftMsP50', 0) },
  { head: 'TPOT (ms)', text: figure('tpotMsP50', 1) },
  { head: 'Power (W)', text: figure('meanPowerW', 0) },
  { head: 'Tokens/J', text: figure('tokensPerJ', 2) },
  { head: 'Memory (MiB)', text: figure('peakMemoryMiB', 0) },
  {
    head: 'Gates failed',
    text: ({ gates }) =>
      gates
        .filter(({ status }) => status === 'fail')
        .map(({ id }) => id)
        .join(', ') || 'none',
  },
]

/** A row of the table of phases: name, time, mean and highest power, both energies, their difference. */
export function phaseRows({ sensor }: ShownProof): string[][] {
  const names = { idle: 'Idle', steady: 'Steady load', square: 'Switched load' }
  return (sensor?.phases ?? []).map(
    ({ id, seconds, meanPowerW, maxPowerW, trapezoidJ, counterJ, differenceShare, reason }) => [
      names[id],
      seconds.toFixed(1),
      numberOr(meanPowerW, 1),
      numberOr(maxPowerW, 1),
      numberOr(trapezoidJ, 0),
      numberOr(counterJ, 0),
      differenceShare === null
        ? (reason ?? '–')
        : `${differenceShare < 0 ? '-' : '+'}${Math.abs(differenceShare * 100).toFixed(2)} %`,
    ],
  )
}
export const phaseHeads = [
  'Load',
  'Time (s)',
  'Mean (W)',
  'Highest (W)',
  'Samples (J)',
  'Counter (J)',
  'Difference',
] as const

const numberOr = (value: number | null, digits: number): string => (value === null ? '–' : formatNumber(value, digits))
