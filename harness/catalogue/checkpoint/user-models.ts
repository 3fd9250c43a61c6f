import { mkdir, readdir, readFile, rename, stat, writeFile } from 'node:fs/promises'
import { homedir } from 'node:os'
import { join } from 'node:path'
import { JoulemarkError, messageOf } from '../../errors.ts'
import { describedModelSchema } from '../model-schema.ts'
import type { DescribedModel } from '../types.ts'
import { parseJson } from './read-folder.ts'

type Env = Readonly<Record<string, string | undefined>>

const MAX_BYTES = 1_000_000

/** The user's catalogue of models: a file for each, in the user's config folder. */
const userModelFolder = (env: Env): string =>
  join(env['XDG_CONFIG_HOME'] || join(env['HOME'] || homedir(), '.config'), 'joulemark', 'models')

/** A key that is also the name of a file: letters, digits, and `. _ -` between them. */
export const isModelKey = (key: string): boolean => /^[a-z0-9](?:[a-z0-9._-]{0,78}[a-z0-9])?$/i.test(key)

/** The key that a name of a repository or folder suggests: its last part, in small letters. */
export const suggestedKey = (name: string): string =>
  (
    name
      .replace(/[/\\]+$/, '')
      .split(/[/\\]/)
      .at(-1) ?? ''
  )
    .toLowerCase()
    .replaceAll(/[^a-z0-9._-]/g, '-')

/** The models of the user's catalogue, by key. Throws `bad-input` that names the file and the field. */
export async function readUserModels(env: Env): Promise<DescribedModel[]> {
  const folder = userModelFolder(env)
  const names = (await readdir(folder).catch(() => [])).filter((name) => name.endsWith('.json')).toSorted()
  return Promise.all(names.map((name) => readUserModel(join(folder, name), name.slice(0, -'.json'.length))))
}

async function readUserModel(file: string, key: string): Promise<DescribedModel> {
  const wrong = (what: string) =>
    new JoulemarkError('bad-input', `${file}: ${what}; correct it, or make it again: joulemark model add`)
  let text: string
  try {
    if ((await stat(file)).size > MAX_BYTES) throw wrong(`more than ${MAX_BYTES} bytes`)
    text = await readFile(file, 'utf8')
  } catch (error) {
    throw error instanceof JoulemarkError ? error : wrong(`cannot be read: ${messageOf(error)}`)
  }
  const result = describedModelSchema.safeParse(parseJson(text, file))
  if (!result.success) {
    const [issue] = result.error.issues
    throw wrong(`${issue?.path.join('.') || 'model'}: ${issue?.message ?? 'is wrong'}`)
  }
  if (result.data.key !== key) throw wrong(`key: "${result.data.key}"; expected "${key}", the name of the file`)
  return result.data
}

/** Keeps a model in the user's catalogue and returns its file. Throws `environment` where it cannot be written. */
export async function writeUserModel(env: Env, model: DescribedModel): Promise<string> {
  const folder = userModelFolder(env)
  const file = join(folder, `${model.key}.json`)
  try {
    await mkdir(folder, { recursive: true })
    await writeFile(`${file}.new`, `${JSON.stringify(model, null, 2)}\n`)
    await rename(`${file}.new`, file)
    return file
  } catch (error) {
    throw new JoulemarkError('environment', `${file}: cannot be written: ${messageOf(error)}`)
  }
}
