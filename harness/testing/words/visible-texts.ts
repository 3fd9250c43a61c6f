import { globSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { parseSync, Visitor } from 'oxc-parser'

/** A text that a user can read. */
export interface VisibleText {
  /** Path from the root of the repository. */
  readonly file: string
  readonly line: number
  readonly text: string
}

const root = fileURLToPath(new URL('../../..', import.meta.url))
const read = (file: string): string => readFileSync(join(root, file), 'utf8')

const pages = ['README.md', 'CONTRIBUTING.md', 'CHANGELOG.md', 'docs/**/*.md', 'scenarios/*', 'reports/**/README.md']
/** The help of every command: its texts are checked where they are written. */
const generated = 'docs/commands.md'
const python = ['scripts/**/*.py']
/** Tests and their builders are for contributors; what they expect of the product is covered by the product's own texts. */
const forTests = /\.test\.ts$|\.d\.ts$|\/testing\/|^harness\/bench\//u

/** Every text of the product: strings and templates of its modules, its pages, scenarios and Python scripts. */
export function visibleTexts(): VisibleText[] {
  const modules = globSync('{harness,reports,scripts}/**/*.ts', { cwd: root }).filter((file) => !forTests.test(file))
  return [
    ...modules.flatMap((file) => textsOfModule(file, read(file))),
    ...[...pages, ...python]
      .flatMap((pattern) => globSync(pattern, { cwd: root }))
      .filter((file) => file !== generated)
      .flatMap(linesOf),
  ]
}

/**
 * The string literals and templates of a module, without what it imports, the names of properties, and types. An
 * interpolated value is `…`. Throws for source that does not parse.
 */
export function textsOfModule(file: string, source: string): VisibleText[] {
  const { program, errors } = parseSync(file, source)
  if (errors.length > 0) throw new Error(`${file}: ${errors[0]?.message}`)
  const names = new Set<unknown>()
  const found: VisibleText[] = []
  const keep = (start: number, text: string) =>
    found.push({ file, line: source.slice(0, start).split('\n').length, text })
  new Visitor({
    ImportDeclaration: ({ source: module }) => void names.add(module),
    ImportExpression: ({ source: module }) => void names.add(module),
    ExportNamedDeclaration: ({ source: module }) => void names.add(module),
    ExportAllDeclaration: ({ source: module }) => void names.add(module),
    TSLiteralType: ({ literal }) => void names.add(literal),
    Property: ({ key }) => void names.add(key),
    Literal: (node) => {
      if (typeof node.value === 'string' && !names.has(node)) keep(node.start, node.value)
    },
    TemplateLiteral: (node) => {
      if (!names.has(node)) keep(node.start, node.quasis.map(({ value }) => value.cooked ?? value.raw).join('…'))
    },
  }).visit(program)
  return found
}

/** Every line of a page: lines are short enough to be found, and a form of words seldom spans two. */
const linesOf = (file: string): VisibleText[] =>
  read(file)
    .split('\n')
    .map((text, index) => ({ file, line: index + 1, text }))
