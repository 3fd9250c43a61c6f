import { exitCodes } from '../../../harness/errors.ts'
import { environmentTexts } from '../../learn/environment-texts.ts'
import { exitCodeTexts } from '../../learn/exit-code-texts.ts'
import { verdictTexts } from '../../learn/verdict-texts.ts'

/** docs/reference/exit-codes.md, whole. */
export function exitCodesPage(): string {
  const rows = Object.entries(exitCodeTexts).map(
    ([name, { meaning, whatToDo }]) => `| ${exitCodes[name as keyof typeof exitCodes]} | ${meaning} | ${whatToDo} |`,
  )
  const verdicts = Object.entries(verdictTexts)
    .map(([id, { givenBy, exitCode }]) => ({ id, givenBy, exitCode }))
    .toSorted((a, b) => a.exitCode - b.exitCode)
    .map(({ id, givenBy, exitCode }) => `| [${id}](../verdicts.md#${id}) | ${givenBy} | ${exitCode} |`)
  return `${[
    `# Exit codes

<!-- Written by npm run docs from scripts/learn/exit-code-texts.ts; edit the texts, not this page. -->

Scripts may rely on them. stdout carries the answer (one JSON document with \`--json\`); progress and warnings go to stderr.`,
    ['| code | meaning | what a script does |', '|---|---|---|', ...rows].join('\n'),
    '## By verdict\n\nThe help of a command lists the codes that it gives: [commands](../commands.md).',
    ['| verdict | given by | code |', '|---|---|---|', ...verdicts].join('\n'),
  ].join('\n\n')}\n`
}

/** docs/reference/environment.md, whole. */
export function environmentPage(): string {
  const sections = Object.entries(environmentTexts).map(([title, texts]) => {
    const rows = texts.map(
      ({ names, readBy, what }) => `| ${names.map((name) => `\`${name}\``).join(', ')} | ${readBy} | ${what} |`,
    )
    return [`## ${title}\n`, '| variable | read by | what |', '|---|---|---|', ...rows].join('\n')
  })
  return `${[
    `# Environment variables

<!-- Written by npm run docs from scripts/learn/environment-texts.ts; edit the texts, not this page. -->

A flag has priority over a variable, and a variable over [joulemark.yaml](../configuration.md). Secrets are taken from here only:
they stand in no file of joulemark, and are masked in everything that it prints.`,
    ...sections,
  ].join('\n\n')}\n`
}
