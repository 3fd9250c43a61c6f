import type { Field } from './json-fields.ts'

/** The first line of a page whose tables are made from a schema. */
export const notice =
  '<!-- Written by npm run docs from the zod schemas; edit the descriptions there, not this page. -->'

/** A table of some fields. */
type Table = (fields: readonly Field[]) => string

/** A table of the plain keys of a file, then a section for each key that has parts, with one for each form that it may have. */
export function sectionsOf(all: readonly Field[], table: Table = tableOf): string[] {
  const groups = [...Map.groupBy(all, ({ path }) => path.split(/[.[]/)[0] ?? '')]
  const plain = groups.flatMap(([, fields]) => (fields.length === 1 ? fields : []))
  const parted = groups.filter(([, fields]) => fields.length > 1)
  return [
    ...(plain.length === 0 ? [] : ['## Plain keys', table(plain)]),
    ...parted.flatMap(([key, [own, ...fields]]) => [
      `## ${key}${own?.what && own.path === key ? `\n\n${own.what[0]?.toUpperCase()}${own.what.slice(1)}.` : ''}`,
      ...byForm(key, own?.path === key ? fields : [own!, ...fields], table),
    ]),
  ]
}

/** The words at the end of a field that only some forms of an object have: `(with kind: text)`. */
const FORM = / ?\(with `kind: (\w+)`((?:, `\w+`)*(?: or `\w+`)?)\)$/

/** The fields of a key that every kind has, then those of each kind, or of the kinds that share them, under a heading. */
function byForm(key: string, fields: readonly Field[], table: Table): string[] {
  if (fields.every(({ path }) => path !== `${key}[].kind`)) return [table(fields)]
  const forms = Map.groupBy(fields, ({ what }) => FORM.exec(what)?.[0].trim() ?? '')
  return [...forms].flatMap(([words, own]) => [
    ...(words === '' ? [] : [`### ${words.slice('(with '.length, -1).replaceAll('`', '')}`]),
    table(own.map((field) => ({ ...field, what: field.what.replace(FORM, '') }))),
  ])
}

/** A whole page of its parts. */
export const page = (parts: readonly string[]): string => `${parts.join('\n\n')}\n`

/** The table of some fields: key, what it takes, what counts without it, what it is; `heads` are other words for the columns. */
export function tableOf(fields: readonly Field[], heads = 'key | takes | unless given | what'): string {
  const rows = fields.map(
    ({ path, takes, unless, what }) => `| \`${path}\` | ${[takes, unless, what].map(cell).join(' | ')} |`,
  )
  return [`| ${heads} |`, '|---|---|---|---|', ...rows].join('\n')
}

const cell = (text: string): string => text.replaceAll('|', '\\|').replaceAll('<', '&lt;')
