import { stat } from 'node:fs/promises'
import { homedir } from 'node:os'
import { dirname, join, resolve } from 'node:path'
import { cardKeys } from '../../catalogue/cards.ts'
import { modelKeys } from '../../catalogue/models.ts'
import { suggestion } from '../../catalogue/nearest.ts'
import type { CardEntry } from '../../catalogue/own/card-entry.ts'
import { JoulemarkError } from '../../errors.ts'
import { throwIssues } from '../issues.ts'
import { readYaml } from '../read-yaml.ts'
import type { YamlSource } from '../yaml-source.ts'
import { entryOf, takenBy } from './card-schema.ts'
import { type ConfigFile, configFileSchema } from './schema.ts'
import { refuseSecrets } from './secrets.ts'

/** The name of the file in both places. */
export const CONFIG_NAME = 'joulemark.yaml'

/** What the files say together, and which were read, the one with the highest priority first. */
export interface Config extends Omit<ConfigFile, 'cards'> {
  readonly files: readonly string[]
  /** The user's own cards, as entries of the catalogue. */
  readonly cards?: readonly CardEntry[]
}

export const noConfig: Config = { files: [] }

/** Where to look: the folder of the command, the environment, and the file that the user named (--config). */
export interface ConfigPlaces {
  readonly folder: string
  readonly env: NodeJS.ProcessEnv
  readonly named?: string | undefined
}

/** The user's own file: in XDG_CONFIG_HOME, or ~/.config. */
export function userConfigPath(env: NodeJS.ProcessEnv): string {
  const folder = env['XDG_CONFIG_HOME'] || join(env['HOME'] || homedir(), '.config')
  return join(folder, 'joulemark', CONFIG_NAME)
}

/**
 * The configuration: the named file alone or, without one, that of the working folder over the user's own. Sections of
 * several entries (cards, prices, limits, electricity, quote) are joined entry by entry, others are replaced. No file is needed.
 * Throws `bad-input` with every problem of a file, one line each: file, line, field, expected value.
 */
export async function loadConfig({ folder, env, named }: ConfigPlaces): Promise<Config> {
  const paths =
    named === undefined
      ? await existing([join(folder, CONFIG_NAME), userConfigPath(env)])
      : [isAbsoluteOrIn(folder, named)]
  const files = await Promise.all(paths.map((path) => readConfig(path, env)))
  checkCardKeys(files)
  const joined = files.toReversed().reduce<ConfigFile>((base, { file }) => over(base, file), {})
  const { cards, ...rest } = joined
  const entries = Object.entries(cards ?? {}).map(([key, card]) => entryOf(key, card))
  return { ...rest, ...(entries.length === 0 ? {} : { cards: entries }), files: paths }
}

const isAbsoluteOrIn = (folder: string, path: string): string => resolve(folder, path)

/** Files that are there, once each: the user's folder may be the working folder. Any other obstacle is left to the reader. */
async function existing(paths: readonly string[]): Promise<string[]> {
  const found = await Promise.all(paths.map((path) => stat(path).then(() => path, absent(path))))
  return [...new Set(found.filter((path) => path !== null))]
}

const absent =
  (path: string) =>
  (error: NodeJS.ErrnoException): string | null =>
    error.code === 'ENOENT' || error.code === 'ENOTDIR' ? null : path

interface ReadFile {
  readonly source: YamlSource
  readonly file: ConfigFile
}

async function readConfig(path: string, env: NodeJS.ProcessEnv): Promise<ReadFile> {
  const source = await readYaml(path, { what: `a ${CONFIG_NAME}`, ifMissing: 'joulemark init writes one' })
  refuseSecrets(source, env)
  // a file of nothing but comments
  const result = configFileSchema.safeParse(source.value ?? {})
  if (!result.success) throwIssues(source, result.error, configFileSchema)
  const file = result.data
  checkCards(source, file)
  checkModels(source, file)
  const key = file.key === undefined ? {} : { key: fromHome(file.key, dirname(path), env) }
  const store = file.store === undefined ? {} : { store: placedStore(file.store, dirname(path), env) }
  const { seller } = file
  const logo =
    seller?.logo === undefined ? {} : { seller: { ...seller, logo: fromHome(seller.logo, dirname(path), env) } }
  const placed = Object.entries(file.models ?? {}).map(([name, place]) => [
    name,
    /^(~|\.{0,2})\//.test(place) ? fromHome(place, dirname(path), env) : place,
  ])
  const models = file.models === undefined ? {} : { models: Object.fromEntries(placed) }
  return { source, file: { ...file, ...key, ...store, ...logo, ...models } }
}

/** A path in the file: from `~`, or from the folder of the file. */
const fromHome = (path: string, folder: string, env: NodeJS.ProcessEnv): string =>
  path.startsWith('~/') ? join(env['HOME'] || homedir(), path.slice(2)) : resolve(folder, path)

/** An address of a store, its file from the folder of this file. */
const placedStore = (address: string, folder: string, env: NodeJS.ProcessEnv): string =>
  address.startsWith('sqlite:') ? `sqlite:${fromHome(address.slice('sqlite:'.length), folder, env)}` : address

/** Throws where an own card has the key or the name of a bundled one. */
function checkCards(source: YamlSource, { cards = {} }: ConfigFile): void {
  const lines = Object.entries(cards).flatMap(([key, card]) => {
    const why = takenBy(key, entryOf(key, card))
    return why === null ? [] : [`${source.file}:${source.lineOfKey(['cards'], key)}: cards.${key}: ${why}`]
  })
  if (lines.length > 0) throw new JoulemarkError('bad-input', lines.join('\n'))
}

/** Throws where an own model has the key of a bundled one. */
function checkModels(source: YamlSource, { models = {} }: ConfigFile): void {
  const lines = Object.keys(models)
    .filter((key) => modelKeys.includes(key))
    .map(
      (key) =>
        `${source.file}:${source.lineOfKey(['models'], key)}: models.${key}: is a key of the bundled catalogue; give another, such as my-${key}`,
    )
  if (lines.length > 0) throw new JoulemarkError('bad-input', lines.join('\n'))
}

/** Sections whose entries are named by a card. */
const byCard = ['prices', 'powerLimitsW'] as const satisfies readonly (keyof ConfigFile)[]

/** Throws where a price or a limit is of no card, bundled or of any of the files, with the nearest key. */
function checkCardKeys(files: readonly ReadFile[]): void {
  const known = [...cardKeys, ...files.flatMap(({ file }) => Object.keys(file.cards ?? {}))]
  const lines = files.flatMap(({ source, file }) =>
    byCard.flatMap((section) =>
      Object.keys(file[section] ?? {})
        .filter((key) => !known.includes(key))
        .map(
          (key) =>
            `${source.file}:${source.lineOfKey([section], key)}: ${section}.${key}: no such card; ${suggestion(key, known)}`,
        ),
    ),
  )
  if (lines.length > 0) throw new JoulemarkError('bad-input', lines.join('\n'))
}

/** Sections whose entries are joined one by one. */
const joinedSections = [
  'cards',
  'models',
  'prices',
  'powerLimitsW',
  'electricity',
  'quote',
  'wall',
] as const satisfies readonly (keyof ConfigFile)[]

function over(base: ConfigFile, top: ConfigFile): ConfigFile {
  const sections = joinedSections.map((name) => [name, { ...base[name], ...top[name] }] as const)
  return {
    ...base,
    ...top,
    ...Object.fromEntries(sections.filter(([, section]) => Object.keys(section).length > 0)),
  }
}
