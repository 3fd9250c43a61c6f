import { readdir, readFile } from 'node:fs/promises'
import { join } from 'node:path'
import { cardByKey, groupOf } from '../../harness/catalogue/cards.ts'
import { catalogueNames } from '../../harness/catalogue/find.ts'
import { imageModelByKey } from '../../harness/catalogue/image-models.ts'
import { modelByKey } from '../../harness/catalogue/own-models.ts'
import type { Card } from '../../harness/catalogue/types.ts'
import { longestRequest } from '../../harness/load/plan-load.ts'
import { imageFit } from '../../harness/physics/image.ts'
import { servingFit } from '../../harness/physics/serving-fit.ts'
import { cardTime, cardTimeOfAll, formatCardTime } from '../../harness/plan/card-time.ts'
import { requestTokens } from '../../harness/scenario/embeddings-schema.ts'
import { atRate, expandSweep } from '../../harness/scenario/expand.ts'
import { loadScenarios } from '../../harness/scenario/load-file.ts'
import { resolveScenario } from '../../harness/scenario/resolve.ts'
import type { Scenario, ScenarioFile } from '../../harness/scenario/schema.ts'

/** Cards with a column in the table: the two of the article, and two between and above. */
const shownCards = ['rtx-4090', 'l40s', 'rtx-pro-6000-workstation', 'h200'] as const
const known = catalogueNames

export const TABLE_BEGIN = '<!-- table: written by npm run schema -->'
export const TABLE_END = '<!-- end of table -->'

/** Names of the suite files and of the scenario files of a folder, in order. */
export async function scenarioNames(folder: string): Promise<{ suites: string[]; scenarios: string[] }> {
  const names = (await readdir(folder)).filter((name) => name.endsWith('.yaml')).sort()
  const texts = await Promise.all(names.map((name) => readFile(join(folder, name), 'utf8')))
  const isSuite = (_: string, index: number) => /^scenarios:/m.test(texts[index] as string)
  return { suites: names.filter(isSuite), scenarios: names.filter((name, index) => !isSuite(name, index)) }
}

/** The tables of scenarios/README.md: which card can run which scenario, and how long each and each suite takes. */
export async function scenarioTables(folder: string): Promise<string> {
  const { suites, scenarios } = await scenarioNames(folder)
  const cards = shownCards.map((key) => cardByKey(key)).filter((card) => card !== null)
  const rows = await Promise.all(
    scenarios.map(async (name) => {
      const [file] = (await loadScenarios([join(folder, name)], known)) as [ScenarioFile]
      const fits = await Promise.all(cards.map((card) => fitCell(file, card)))
      return [`\`${name}\``, file.title, file.kind, ...fits, formatCardTime(cardTime(file))]
    }),
  )
  const suiteRows = await Promise.all(
    suites.map(async (name) => {
      const files = await loadScenarios([join(folder, name)], known)
      return [`\`${name}\``, String(files.length), formatCardTime(cardTimeOfAll(files))]
    }),
  )
  return [
    TABLE_BEGIN,
    '',
    ...grid(['scenario', 'title', 'kind', ...cards.map((card) => card.label), 'card time'], rows),
    '',
    ...grid(['suite', 'scenarios', 'card time'], suiteRows),
    '',
    TABLE_END,
  ].join('\n')
}

const grid = (head: readonly string[], rows: readonly (readonly string[])[]): string[] => [
  `| ${head.join(' | ')} |`,
  `|${' --- |'.repeat(head.length)}`,
  ...rows.map((row) => `| ${row.join(' | ')} |`),
]

/** Whether a card can run a scenario, with its overrides for that card: `yes`, `OOM`, or `pair` where it needs two. */
async function fitCell(file: ScenarioFile, card: Card): Promise<string> {
  const names = [groupOf(card.key), card.key].filter((name) => name !== null)
  const [plain = file.kind === 'text' ? atRate(file, 1) : file] =
    file.kind === 'text' && file.load.shape === 'sweep' && file.load.highestRate ? [] : expandSweep(file)
  const scenario = resolveScenario(plain, names)
  const fits = await fitOn(scenario, card)
  if (fits === null) return 'not computed'
  const gpus = scenario.server?.tensorParallel ?? 1
  return fits ? (gpus === 1 ? 'yes' : `on ${gpus}`) : gpus === 1 ? 'OOM' : `OOM on ${gpus}`
}

async function fitOn(scenario: Scenario, card: Card): Promise<boolean | null> {
  if (scenario.kind === 'training') return null
  if (scenario.kind === 'image') {
    const model = imageModelByKey(scenario.model)
    return model === null ? null : imageFit(card, model).fits
  }
  const model = modelByKey(scenario.model)
  if (model === null) return null
  if (scenario.kind === 'embeddings') {
    const { texts, api } = scenario
    return servingFit(card, model, scenario.server ?? {}, requestTokens(api, { ...texts, perRequest: 1 })).fits
  }
  const { promptTokens, outputTokens } = longestRequest(scenario, { kind: 'closed', session: null })
  return servingFit(card, model, scenario.server ?? {}, promptTokens + outputTokens).fits
}
