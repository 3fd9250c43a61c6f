import { parse, parseFragment } from 'parse5'
import { expect, test } from 'vitest'
import { articleRuns } from '../../testing/customer-builder.ts'
import { buildCustomerReport } from '../customer-report.ts'
import { customerFragment, customerHtml } from './html.ts'
import { customerMarkdown } from './markdown.ts'
import { scopedStyle } from './style.ts'
import { customerText } from './text.ts'

const HOSTILE =
  '<img src=x onerror=alert(1)>"\'`|](javascript:alert(1))\u001b[31m\u202e</style><script>alert(2)</script>'
const hostile = buildCustomerReport(articleRuns({ title: HOSTILE.slice(0, 115) }), {
  imprint: { title: HOSTILE, author: HOSTILE, site: HOSTILE, logo: 'data:image/png;base64,AA==' },
  serving: () => ({ lines: [`docker run ${HOSTILE}`, '```'], corrections: [], refusal: null }),
})

interface Node {
  readonly nodeName: string
  readonly attrs?: readonly { readonly name: string; readonly value: string }[]
  readonly childNodes?: readonly Node[]
}
const all = (node: Node): Node[] => [node, ...(node.childNodes ?? []).flatMap(all)]

test.each([
  ['page', all(parse(customerHtml(hostile)) as unknown as Node)],
  ['fragment', all(parseFragment(customerFragment(hostile)) as unknown as Node)],
])('hostile names are text in the %s', (_, nodes) => {
  const names = nodes.map(({ nodeName }) => nodeName)
  expect(names).not.toContain('script')
  const attrs = nodes.flatMap((node) => node.attrs ?? [])
  expect(attrs.filter(({ name }) => name.startsWith('on'))).toEqual([])
  expect(attrs.filter(({ name, value }) => name === 'src' && !value.startsWith('data:image/'))).toEqual([])
  expect(attrs.filter(({ name, value }) => name === 'href' && !value.startsWith('#'))).toEqual([])
})

test('hostile names are text in Markdown and on a terminal', () => {
  const markdown = customerMarkdown(hostile)
  const outsideCode = markdown.replace(/^(`{3,})sh[\s\S]*?^\1$/gm, '')
  expect(outsideCode).not.toMatch(/<img|<script|(?<!\\)\]\(/)
  for (const text of [markdown, customerText(hostile)]) {
    expect(text).not.toContain('\u001b')
    expect(text).not.toContain('\u202e')
  }
})

test('the fragment is one element without a script; its headings begin below the title of its page, its style is its own', () => {
  const fragment = customerFragment(buildCustomerReport(articleRuns()))
  const root = parseFragment(fragment) as unknown as Node
  expect(root.childNodes!.filter(({ nodeName }) => nodeName !== '#text')).toHaveLength(1)
  const names = all(root).map(({ nodeName }) => nodeName)
  expect(names.filter((name) => /^h[1-6]$/.test(name)).slice(0, 2)).toEqual(['h2', 'h3'])
  expect(names).not.toContain('h1')
  expect(names).not.toContain('script')
  for (const rule of scopedStyle.matchAll(/(?:^|[{}])([^{}@]+)\{/g)) expect(rule[1]!.trim()).toMatch(/^\.joulemark/)
})

test('the page loads nothing, and shows a logo only as part of itself', () => {
  expect(customerHtml(hostile)).toContain('img-src data:')
  expect(customerHtml(buildCustomerReport(articleRuns()))).not.toContain('img-src')
})
