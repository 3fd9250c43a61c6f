import { styleText } from 'node:util'
import { plainText } from '../../harness/plain-text.ts'
import { countedStatus } from '../../harness/prove/judge.ts'
import type { ClaimStatus } from '../../harness/record/schema/proof.ts'
import { wrapTo } from '../render/plain-text.ts'
import { claimWords, NOT_SIGNED, type ShownProof, SIMULATED_PROOF, titleOf, verdictLine } from './words.ts'

const colors: Readonly<Record<ClaimStatus, 'green' | 'yellow' | 'red'>> = {
  proved: 'green',
  'not-proved': 'yellow',
  contradicted: 'red',
}

/** The terminal that a text is for: whether it has colours, and its width; null where it is piped. And whether the proof is signed. */
interface Shown {
  readonly isSigned: boolean
  readonly color: boolean
  readonly columns: number | null
}

/** The answer for a terminal: the verdict, each claim with its first evidence, and what was not expected. */
export function proofText(proof: ShownProof, { color, columns, isSigned }: Shown): string {
  const lines = (text: string, indent: number): string[] => {
    const plain = plainText(text)
    const broken = columns === null ? [plain] : wrapTo(plain, columns - indent)
    return broken.map((line) => `${' '.repeat(indent)}${line}`)
  }
  const claims = proof.claims.flatMap((claim) => {
    const words = claimWords(claim)
    const evidence = claim.evidence.find((line) => !line.startsWith('SIMULATED')) ?? claim.evidence[0]
    const head = lines(`${words}: ${claim.claim}`, 2)
    const painted = color ? styleText(colors[countedStatus(claim)], words, { validateStream: false }) : words
    return [...head.map((line) => line.replace(words, painted)), ...lines(evidence ?? '', 6)]
  })
  const surprises = proof.surprises.flatMap((line) => lines(line, 2))
  return [
    ...lines(titleOf(proof), 0),
    ...(proof.source === 'simulated' ? lines(SIMULATED_PROOF, 0) : []),
    ...lines(verdictLine(proof), 0),
    ...claims,
    ...(surprises.length === 0 ? [] : ['Not expected:', ...surprises]),
    ...(isSigned ? [] : lines(NOT_SIGNED, 0)),
    '',
  ].join('\n')
}
