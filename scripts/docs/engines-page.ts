import type { EngineDefinition, MetricNames, NamedMetric } from '../../harness/engines/engine.ts'
import { openAiCompatible } from '../../harness/engines/other-engines.ts'
import { countedEngines, engineEntries } from '../../harness/engines/table.ts'
import { generationCounter } from '../../harness/engines/words.ts'

const all: readonly EngineDefinition[] = [...engineEntries.map(([, engine]) => engine), openAiCompatible]

/** The tables of docs/engines.md, made from the table of engines. */
export const engineTables = (): string =>
  [
    heading('How an engine is recognised, and what its tokens are audited against'),
    table(
      ['engine', 'recognised by', 'audited against', 'switched on by'],
      all.map((engine) => [
        engine.name,
        signsOf(engine),
        code(generationCounter(engine)),
        engine.counters?.switchedOnBy ?? 'nothing: a run is never quotable',
      ]),
    ),
    heading('What a request may ask for'),
    'The probe before a run finds out where a version differs: what is refused is omitted, and the record says so.',
    table(
      [
        'engine',
        'prompt as token ids',
        '`ignore_eos`',
        '`min_tokens`',
        'usage in the stream',
        'tokens per event',
        'cached tokens in usage',
      ],
      all.map(({ name, request }) => [
        name,
        yesNo(request.tokenIds),
        yesNo(request.ignoreEos),
        yesNo(request.minTokens),
        yesNo(request.streamUsage),
        yesNo(request.continuousUsage),
        request.cachedTokens === null ? 'no' : request.cachedTokens,
      ]),
    ),
    heading('What cannot be proved'),
    ...all.map(({ name, cannotProve, checkedAgainst }) =>
      [
        `**${name}** (checked against: ${checkedAgainst}). It cannot be proved:`,
        '',
        ...cannotProve.map((each) => `- ${each}`),
      ].join('\n'),
    ),
    heading('Names of the counters'),
    table(
      ['our name', ...countedEngines.map(([, { name, metricPrefix }]) => `${name} (\`${metricPrefix}\`)`)],
      metricsOfAll().map((metric) => [
        `\`${metric}\``,
        ...countedEngines.map(([, { counters }]) => namesOf(counters.names[metric], counters.missing[metric])),
      ]),
    ),
  ].join('\n\n')

const heading = (text: string): string => `## ${text}`

function signsOf({ metricPrefix, ownedBy, pages }: EngineDefinition): string {
  const signs = [
    ...(metricPrefix === null ? [] : [`metrics named \`${metricPrefix}\``]),
    ...ownedBy.map((owner) => `\`owned_by\` \`${owner}\``),
    ...pages.map(({ path }) => `its page \`${path}\``),
  ]
  return signs.join(', ') || 'none of the signs of the others'
}

const metricsOfAll = (): NamedMetric[] => [
  ...new Set(countedEngines.flatMap(([, { counters }]) => Object.keys(counters.names) as NamedMetric[])),
]

const namesOf = (names: MetricNames | undefined, missing: string | undefined): string =>
  names === undefined ? (missing ?? 'not exported') : names.map((each) => `\`${each.join(' + ')}\``).join(', older ')

const code = (text: string | null): string => (text === null ? 'nothing' : `\`${text.replace(' at ', '` at `')}\``)
const yesNo = (does: boolean): string => (does ? 'yes' : 'no')

const table = (head: readonly string[], rows: readonly (readonly string[])[]): string =>
  [head, head.map(() => '---'), ...rows].map((cells) => `| ${cells.join(' | ')} |`).join('\n')
