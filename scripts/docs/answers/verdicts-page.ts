import { type VerdictText, verdictTexts } from '../../learn/verdict-texts.ts'

/** docs/verdicts.md, whole: every answer of a command that is a judgement. */
export const verdictsPage = (): string =>
  [intro, ...Object.entries(verdictTexts).map(([id, text]) => sectionOf(id, text))].join('\n\n').concat('\n')

const intro = `# Verdicts: what an answer means

<!-- Written by npm run docs from scripts/learn/verdict-texts.ts; edit the texts, not this page. -->

\`joulemark explain verdict ID\` shows one of these on the terminal, and \`joulemark explain gate ID\` what a gate means.`

const sectionOf = (id: string, { meaning, givenBy, exitCode, usualCauses, whatToDo }: VerdictText): string =>
  [
    `## ${id}`,
    meaning,
    [
      `- **Given by:** ${givenBy}`,
      `- **Exit code:** ${exitCode}`,
      `- **Usual causes:** ${usualCauses}`,
      `- **What to do:** ${whatToDo}`,
    ].join('\n'),
  ].join('\n\n')
