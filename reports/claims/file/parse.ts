import { JoulemarkError, messageOf } from '../../../harness/errors.ts'
import { problemsOf } from '../../../harness/scenario/issues.ts'
import { parseYaml, type YamlSource } from '../../../harness/scenario/yaml-source.ts'
import type { Claims } from '../claims.ts'
import { claimsSchema } from '../schema.ts'
import { cellProblems } from './cells.ts'
import { normalised } from './normalise.ts'
import type { Problem } from './problem.ts'
import { referenceProblems } from './references.ts'
import { columnProblems, withoutTextCells } from './row-keys.ts'

/**
 * Reads the text of a claims file, JSON or (by the ending of its name) YAML. Throws `bad-input` with every problem, one
 * line each: file, line, field, what was expected, the nearest name.
 */
export function parseClaimsText(text: string, file: string): Claims {
  if (!/\.ya?ml$/i.test(file)) requireJson(text, file)
  const source = parseYaml(file, text)
  return checked(source, ({ path, text: what }, line) => `${file}:${line}: ${fieldOf(source.value, path)}: ${what}`)
}

/** Checks claims that are data already. `where` names them in the error, which is `bad-input`. */
export function parseClaims(data: unknown, where: string): Claims {
  const source = parseYaml(where, JSON.stringify(data, null, 2))
  return checked(source, ({ path, text }) => `${where}: ${fieldOf(source.value, path)}: ${text}`)
}

function requireJson(text: string, file: string): void {
  try {
    JSON.parse(text)
  } catch (error) {
    throw new JoulemarkError(
      'bad-input',
      `${file}: not JSON: ${messageOf(error)}; a claims file is JSON, or YAML named .yaml`,
    )
  }
}

function checked(source: YamlSource, lineOf: (problem: Problem, line: number) => string): Claims {
  const columns = columnProblems(source.value)
  const read = { ...source, value: withoutTextCells(source.value) }
  const result = claimsSchema.safeParse(read.value)
  const fields = result.success ? [] : problemsOf(read, result.error, claimsSchema)
  if (!hasForm(source.value)) {
    const first = fields[0]
    const why = first === undefined ? '' : `: ${fieldOf(source.value, first.path)}: ${first.text}`
    throw new JoulemarkError('bad-input', `${source.file} is not a claims file${why}`)
  }
  const rest = result.success ? [...referenceProblems(result.data), ...cellProblems(result.data)] : []
  // a column that is wrong is one problem, whatever is inside it
  const inside = ({ path }: Problem) => columns.some((column) => column.path.every((step, at) => path[at] === step))
  const problems = [...columns, ...rest.filter((problem) => !inside(problem))].map((problem) => ({
    ...problem,
    line: source.lineOf(problem.path),
  }))
  const lines = [...problems, ...fields.filter((problem) => !inside(problem))]
    .toSorted((a, b) => a.line - b.line)
    .map((at) => lineOf(at, at.line))
  if (lines.length > 0 || !result.success) throw new JoulemarkError('bad-input', lines.join('\n'))
  return normalised(result.data)
}

/** Whether a document is meant as a claims file at all. */
const hasForm = (value: unknown): boolean =>
  typeof value === 'object' && value !== null && 'cards' in value && 'tables' in value

/** A path with the ids of rows and claims in place of their places: `tables.spec.rows[fp8_dense].id`. */
function fieldOf(document: unknown, path: readonly PropertyKey[]): string {
  let node: unknown = document
  let field = ''
  for (const step of path) {
    node = (node as Record<PropertyKey, unknown> | null | undefined)?.[step]
    const id = typeof step === 'number' ? (node as { id?: unknown } | null | undefined)?.id : undefined
    field +=
      typeof step === 'number' ? `[${typeof id === 'string' ? id : step}]` : `${field === '' ? '' : '.'}${String(step)}`
  }
  return field === '' ? 'file' : field
}
