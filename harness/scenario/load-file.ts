import { dirname, resolve } from 'node:path'
import type { z } from 'zod'
import { imageModels } from '../catalogue/image-models.ts'
import { suggestion } from '../catalogue/nearest.ts'
import { JoulemarkError } from '../errors.ts'
import type { TextFile } from './expand.ts'
import { findScenario } from './find-scenario.ts'
import { throwIssues } from './issues.ts'
import { readInputFile } from './prompt/input-file.ts'
import { withLengths } from './prompt/read-lengths.ts'
import { readYaml } from './read-yaml.ts'
import { type ScenarioFile, scenarioFileSchema, suiteSchema } from './schema.ts'
import { withSessions } from './session/read-sessions.ts'
import { parseYaml, placeOf, type YamlSource } from './yaml-source.ts'

/** The names in the catalogue: a scenario file with any other name is refused with the nearest name. */
export interface KnownNames {
  readonly models: readonly string[]
  readonly cards: readonly string[]
  /** Looks for a language model that is not among `models`: null where a scenario may name it, else why not. */
  readonly describe?: (name: string) => Promise<string | null>
}

/**
 * Reads scenario files and suites into scenarios, in order; bundled ones may be given by name. The entries of a suite
 * are relative to the suite file. Throws `bad-input` with every problem of a file, one line each: file, line, field,
 * expected value.
 */
export async function loadScenarios(namesOrPaths: readonly string[], known: KnownNames): Promise<ScenarioFile[]> {
  const lists = await Promise.all(
    namesOrPaths.map(async (nameOrPath) => loadOne(await findScenario(nameOrPath), known)),
  )
  return lists.flat()
}

/**
 * The scenario of a text that was made from flags, by the same rules as that of a file. Throws `bad-input` as
 * `loadScenarios` does, with the flag in the place of file, line and field.
 */
export async function scenarioOfFlags(
  text: string,
  flagOf: NonNullable<YamlSource['flagOf']>,
  known: KnownNames,
): Promise<ScenarioFile> {
  return checkScenario({ ...parseYaml('the scenario of the flags', text), flagOf }, known)
}

async function loadOne(path: string, known: KnownNames): Promise<ScenarioFile[]> {
  const source = await read(path)
  if (isSuite(source.value)) {
    const suite = check(source, suiteSchema)
    const files = suite.scenarios.map((entry) => resolve(dirname(path), entry))
    const lists = await Promise.all(
      files.map(async (file) => {
        const inner = await read(file)
        if (isSuite(inner.value))
          throw new JoulemarkError('bad-input', `${file}:1: a suite cannot contain another suite`)
        return [await checkScenario(inner, known)]
      }),
    )
    return lists.flat()
  }
  return [await checkScenario(source, known)]
}

const isSuite = (value: unknown): boolean => typeof value === 'object' && value !== null && 'scenarios' in value

const read = (path: string): Promise<YamlSource> =>
  readYaml(path, { what: 'a scenario or suite file', ifMissing: 'scenario files are in scenarios/' })

function check<Schema extends z.ZodType>(source: YamlSource, schema: Schema): z.infer<Schema> {
  const result = schema.safeParse(source.value)
  if (!result.success) throwIssues(source, result.error, schema)
  return result.data
}

async function checkScenario(source: YamlSource, known: KnownNames): Promise<ScenarioFile> {
  const scenario = check(source, scenarioFileSchema)
  await checkModel(source, scenario, known)
  for (const card of Object.keys(scenario.cards ?? {})) {
    requireKnown(source, ['cards', card], { name: card, what: 'card' }, known.cards)
  }
  if (scenario.kind !== 'text') return scenario
  const withTurns = { ...scenario, load: await withSessions(scenario.load, source) }
  const read = await withPromptFile(await withLengths(withTurns, source), source)
  const { load } = read
  if (load.shape !== 'trace') return read
  return { ...read, load: { ...load, file: resolve(dirname(source.file), load.file) } }
}

/** A scenario whose file of prompts has its path and its digest: the record then says which prompts were sent. */
async function withPromptFile(scenario: TextFile, source: YamlSource): Promise<TextFile> {
  const { from } = scenario.prompt
  if (from === undefined) return scenario
  const path = ['prompt', 'from', 'file']
  const where = placeOf(source, path, source.lineOf(path))
  const file = resolve(dirname(source.file), from.file)
  const { sha256 } = await readInputFile(file, where)
  return { ...scenario, prompt: { ...scenario.prompt, from: { ...from, file, sha256 } } }
}

/** Throws `bad-input` for a model that is not known and cannot be described. */
async function checkModel(source: YamlSource, { kind, model: name }: ScenarioFile, known: KnownNames): Promise<void> {
  if (kind === 'image') {
    requireKnown(
      source,
      ['model'],
      { name, what: 'image model' },
      imageModels.map(({ key }) => key),
    )
    return
  }
  if (known.describe === undefined) return requireKnown(source, ['model'], { name, what: 'model' }, known.models)
  const why = known.models.includes(name) ? null : await known.describe(name)
  if (why === null) return
  const place = `${source.file}:${source.lineOf(['model'])}`
  throw new JoulemarkError('bad-input', `${place}: model: no model "${name}" in the catalogue; ${why}`)
}

/** Throws `bad-input` with the nearest known name where a file names something that the catalogue does not have. */
function requireKnown(
  source: YamlSource,
  path: string[],
  given: { readonly name: string; readonly what: string },
  names: readonly string[],
): void {
  const { name, what } = given
  if (names.includes(name)) return
  const advice = suggestion(name, names)
  throw new JoulemarkError(
    'bad-input',
    `${placeOf(source, path, source.lineOf(path))}: no ${what} "${name}" in the catalogue; ${advice}`,
  )
}
