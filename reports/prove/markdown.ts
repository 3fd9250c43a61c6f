import { escapeMarkdown } from '../render/markdown-text.ts'
import {
  type Beside,
  claimWords,
  evidenceWords,
  factsOf,
  phaseHeads,
  phaseRows,
  runColumns,
  type ShownProof,
  SIMULATED_PROOF,
  sourceWords,
  stepWords,
  titleOf,
  verdictLine,
} from './words.ts'

/** The proof as Markdown: what was proved, what not, and by which record. */
export function proofMarkdown(proof: ShownProof, beside: Beside): string {
  const phases = phaseRows(proof)
  return [
    `# ${escapeMarkdown(titleOf(proof))}`,
    ...(proof.source === 'simulated' ? [`**${SIMULATED_PROOF}**`] : []),
    `**${escapeMarkdown(verdictLine(proof))}**`,
    factsOf(proof)
      .map(([name, value]) => `- ${name}: ${escapeMarkdown(value)}`)
      .join('\n'),
    '## What was claimed',
    grid(
      ['Claim', 'Status', 'Evidence', 'Shown by'],
      proof.claims.map((claim) => [claim.claim, claimWords(claim), claim.evidence, sourceWords(proof, claim.shownBy)]),
    ),
    ...(proof.surprises.length === 0
      ? []
      : ['## What was not expected', proof.surprises.map((line) => `- ${escapeMarkdown(line)}`).join('\n')]),
    ...(phases.length === 0 ? [] : ['## Power by both sources', grid([...phaseHeads], phases)]),
    ...(proof.runs.length === 0
      ? []
      : [
          '## Runs',
          grid(
            ['Run', ...runColumns.map(({ head }) => head), 'Record'],
            proof.runs.map((run) => [stepWords[run.step], ...runColumns.map(({ text }) => text(run)), run.id]),
          ),
        ]),
    '## Steps',
    grid(
      ['Step', 'Status', 'Time (s)', 'What it found'],
      proof.steps.map(({ id, status, seconds, note }) => [stepWords[id], status, seconds.toFixed(1), note]),
    ),
    '## Evidence',
    ...evidenceWords(proof, beside).map(escapeMarkdown),
    '',
  ].join('\n\n')
}

type Cell = string | readonly string[]

function grid(heads: readonly string[], rows: readonly (readonly Cell[])[]): string {
  const lines = [heads, heads.map(() => '---')].map((cells) => `| ${cells.join(' | ')} |`)
  const text = (cell: Cell): string => [cell].flat().map(escapeMarkdown).join('; ')
  return [...lines, ...rows.map((cells) => `| ${cells.map(text).join(' | ')} |`)].join('\n')
}
