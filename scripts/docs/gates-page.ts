import { everyKind, type GateDefinition } from '../../harness/gates/gate.ts'
import { gateEntries } from '../../harness/gates/table.ts'
import { thresholdText } from '../learn/threshold-text.ts'

/** docs/gates.md, whole: the table of gates, then a section per gate. Everything in it is read from the gate table. */
export const gatesPage = (): string => [intro, tableOfGates(), ...gateEntries.map(sectionOf)].join('\n\n').concat('\n')

const intro = `# Gates: what makes a number quotable

<!-- Written by npm run docs from harness/gates; edit the gates, not this page. -->

Every run ends with the gates below. Each one asks a question about the run and answers with a status and its evidence, the
numbers that it compared:

| status | meaning |
|---|---|
| \`pass\` | nothing wrong was found |
| \`warn\` | something a reader should know; it does not keep the run from a quote |
| \`fail\` | the result was not measured as described, or is not good enough |
| \`not-measured\` | what the gate requires could not be read; the evidence has the reason |

A run may be quoted when it is complete, no gate fails, every gate that is required for a quote was measured, and the
scenario has loosened no limit beyond the one of a quote. A quote also requires that the record verifies and is signed.
\`joulemark run\` and \`joulemark list\` show the gates of a run; \`joulemark verify\` evaluates them again from the raw data.

A value exactly at a threshold is not beyond it. Where a scenario sets a threshold itself,
the table names the field and shows the value used without it. A quote prints every limit that was loosened.`

function tableOfGates(): string {
  const head = [
    '| gate | question | required for a quote | applies to | thresholds | what to do |',
    '|---|---|---|---|---|---|',
  ]
  const rows = gateEntries.map(([id, gate]) => {
    const thresholds = Object.values(gate.thresholds).map(thresholdText).join('<br>')
    const cells = [`[${id}](#${id})`, gate.question, gate.required ? 'yes' : 'no', kindsOf(gate)]
    return `| ${[...cells, thresholds || 'none', gate.whatToDo].join(' | ')} |`
  })
  return [...head, ...rows].join('\n')
}

function sectionOf([id, gate]: (typeof gateEntries)[number]): string {
  const thresholds = Object.values(gate.thresholds)
  const facts = [
    `- **Applies to:** ${kindsOf(gate)}`,
    `- **Required for a quote:** ${gate.required ? 'yes' : 'no'}`,
    `- **Can be:** ${gate.statuses.map((status) => `\`${status}\``).join(', ')}`,
    `- **How it is decided:** ${gate.formula}`,
    ...(thresholds.length === 0
      ? []
      : ['- **Thresholds:**', ...thresholds.map((each) => `  - ${thresholdText(each)}`)]),
    `- **Evidence:** ${gate.evidence}`,
    `- **Usual causes:** ${gate.usualCauses}`,
    `- **What to do:** ${gate.whatToDo}`,
  ]
  return [`## ${id}`, gate.question, facts.join('\n')].join('\n\n')
}

const kindsOf = ({ kinds }: GateDefinition): string =>
  everyKind.every((kind) => kinds.includes(kind)) ? 'every run' : kinds.join(', ')
