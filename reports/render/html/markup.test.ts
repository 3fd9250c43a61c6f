import { readdirSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { parseSync, Visitor } from 'oxc-parser'
import { expect, test } from 'vitest'

const root = fileURLToPath(new URL('../../..', import.meta.url))
const tests = /\.test\.ts$|(^|\/)(testing|bench|examples)\//
const files = ['reports', 'harness']
  .flatMap((folder) => readdirSync(join(root, folder), { recursive: true }).map((name) => join(folder, String(name))))
  .filter((file) => file.endsWith('.ts') && !tests.test(file))

/** An element of HTML or SVG, as somebody would write it into a string. */
const element =
  /<\/?(a|abbr|b|body|br|button|code|div|dd|dl|dt|em|figure|figcaption|form|g|h[1-6]|head|header|html|i|img|input|label|li|main|ol|option|output|p|path|pre|rect|script|section|select|small|span|strong|style|sub|sup|svg|t[dhr]|table|tbody|text|thead|title|ul)(\s[^<]*)?\/?>/i

/** What a file writes without `html` (plain strings, templates that are not tagged with it), and what it trusts, and why. */
function written(file: string): { outside: string[]; trusted: string[] } {
  const { program, errors } = parseSync(file, readFileSync(join(root, file), 'utf8'))
  if (errors.length > 0) throw new Error(`${file}: ${errors[0]?.message}`)
  const outside: string[] = []
  const trusted: string[] = []
  const tagged = new Set<unknown>()
  const keep = (text: string) => {
    if (element.test(text)) outside.push(`${file}: ${text.trim().slice(0, 60)}`)
  }
  new Visitor({
    TaggedTemplateExpression: ({ tag, quasi }) => {
      if (tag.type === 'Identifier' && tag.name === 'html') tagged.add(quasi)
    },
    TemplateLiteral: (node) => {
      if (!tagged.has(node)) keep(node.quasis.map((quasi) => quasi.value.raw).join('x'))
    },
    Literal: (node) => {
      if (typeof node.value === 'string') keep(node.value)
    },
    CallExpression: ({ callee, arguments: given }) => {
      if (callee.type !== 'Identifier' || callee.name !== 'trusted') return
      const reason = given[1]?.type === 'Literal' ? given[1].value : null
      trusted.push(`${file}: ${reason}`)
    },
  }).visit(program)
  return { outside, trusted }
}
const all = files.map(written)

test('HTML is written through the template that escapes, everywhere', () => {
  expect(files.length).toBeGreaterThan(100)
  // Markdown has no line break of its own inside a table.
  expect(all.flatMap(({ outside }) => outside)).toEqual(['reports/render/markdown.ts: x<br>x'])
})

test('what is not escaped is this, for these reasons', () => {
  expect(all.flatMap(({ trusted }) => trusted).sort()).toEqual([
    'reports/box/page/page.ts: a constant of the project',
    'reports/box/soak/soak-page.ts: a constant of the project',
    'reports/customer/formats/html.ts: a constant of the project',
    'reports/customer/formats/html.ts: a constant of the project',
    'reports/fleet/formats/page.ts: a constant of the project',
    'reports/prove/page.ts: constants of the project',
    'reports/quote/customer/page.ts: a constant of the project',
    'reports/quote/internal/page.ts: a constant of the project',
    'reports/render/html/chart-svg.ts: ECharts escapes the names that it writes into its SVG; a test draws hostile ones',
    'reports/render/html/page.ts: a constant of the project',
    'reports/render/html/page.ts: bundled from the project only; it writes the content of a report as text',
    'reports/render/html/template.ts: no < is left, so that nothing in it can end the element or start a comment',
    'reports/size/page.ts: bundled from the project only; it writes the content of a page as text',
    'reports/size/page.ts: constants of the project',
  ])
})

test('the search finds what it is for', () => {
  for (const text of ['<td class="x">', '</b>', '<br>', '<svg viewBox="0">', '<P>']) expect(text).toMatch(element)
  for (const text of ['a < b and b > c', '<folder>', 'i<p', '<path']) expect(text).not.toMatch(element)
})

test('escaping belongs to the template alone', () => {
  const callers = files.filter((file) => /\bescapeHtml\b/.test(readFileSync(join(root, file), 'utf8')))
  expect(callers).toEqual(['reports/render/html/template.ts'])
})
