import { writeFile } from 'node:fs/promises'
import { Document } from 'yaml'
import { JoulemarkError, messageOf } from '../../harness/errors.ts'
import { throwIssues } from '../../harness/scenario/issues.ts'
import { readYaml } from '../../harness/scenario/read-yaml.ts'
import { type SizeInputs, sizeInputsSchema } from '../../reports/size/inputs-schema.ts'

/**
 * A case: the file first, then what was stated by flags, which wins key by key. Throws `bad-input` with file, line and field of a wrong
 * value of the file.
 */
export async function sizeInputs(path: string | undefined, stated: SizeInputs): Promise<SizeInputs> {
  const kept = path === undefined ? {} : await readInputs(path)
  return withoutRivals({ ...kept, ...stated }, stated)
}

async function readInputs(path: string): Promise<SizeInputs> {
  const source = await readYaml(path, { what: 'a file of inputs of size', ifMissing: 'size … --save FILE writes one' })
  const parsed = sizeInputsSchema.safeParse(source.value)
  return parsed.success ? parsed.data : throwIssues(source, parsed.error, sizeInputsSchema)
}

/** Pairs of keys that say the same thing in two ways: a flag replaces the other one of a file too. */
const rivals = [
  ['scenario', 'model', 'inputTokens', 'outputTokens', 'prefixCache'],
  ['requestsPerUserHour', 'thinkSeconds', 'requestsPerS'],
] as const satisfies readonly (readonly (keyof SizeInputs)[])[]

function withoutRivals(inputs: SizeInputs, stated: SizeInputs): SizeInputs {
  const dropped = rivals.flatMap((keys) => {
    const isScenario = keys[0] === 'scenario'
    const said = keys.filter((key) => stated[key] !== undefined)
    if (said.length === 0) return []
    const others = keys.filter((key) => stated[key] === undefined)
    // lengths beside a model belong together; a scenario stands alone
    return isScenario ? (said[0] === 'scenario' ? others : (['scenario'] as const)) : others
  })
  return Object.fromEntries(
    Object.entries(inputs).filter(([key]) => !(dropped as readonly string[]).includes(key)),
  ) as SizeInputs
}

/** Keeps a case in a file. Throws `environment` where it cannot be written. */
export async function saveInputs(path: string, inputs: SizeInputs): Promise<void> {
  const document = new Document(inputs)
  document.commentBefore = ` A case of joulemark size. ${COMMENT}`
  try {
    await writeFile(path, `${document.toString({ lineWidth: 0 }).trimEnd()}\n`)
  } catch (error) {
    throw new JoulemarkError('environment', `--save ${path}: cannot be written: ${messageOf(error)}`)
  }
}

const COMMENT = 'size --inputs FILE answers it again; flags win over it.'
