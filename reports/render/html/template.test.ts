import fc from 'fast-check'
import { type DefaultTreeAdapterTypes, parse, parseFragment } from 'parse5'
import { describe, expect, test } from 'vitest'
import { printable } from '../plain-text.ts'
import { attributes, type Html, html, joined, jsonOf, nothing, trusted } from './template.ts'

type Node = DefaultTreeAdapterTypes.Node
type Element = DefaultTreeAdapterTypes.Element

/** Everything under a node as a list of elements with their attributes, and the text of all of it. */
function seen(root: Node): { elements: [string, Record<string, string>][]; text: string } {
  const elements: [string, Record<string, string>][] = []
  let text = ''
  const visit = (node: Node) => {
    if ('tagName' in node) elements.push([node.tagName, attributesOf(node)])
    if (node.nodeName === '#comment') elements.push(['#comment', {}])
    if (node.nodeName === '#text') text += (node as DefaultTreeAdapterTypes.TextNode).value
    if ('childNodes' in node) node.childNodes.forEach(visit)
  }
  visit(root)
  return { elements, text }
}
const attributesOf = (element: Element) => Object.fromEntries(element.attrs.map(({ name, value }) => [name, value]))
const parsed = ({ markup }: Html) => seen(parseFragment(markup))

/** Any text, and text made of what a browser takes for markup. */
const hostile = fc.oneof(
  fc.string({ unit: 'binary' }),
  fc.string({
    unit: fc.constantFrom(
      ...['<', '>', '"', "'", '&', '/', '=', '`', '!', '-', ' ', '\n', '\0', '\u202e', ';', '#', 'x', 'a'],
      ...['<script>', '</p>', '<!--', '-->', ']]>', '&lt;', '&amp', '&#39;', ' onload=', '<svg/onload=a>', '</title>'],
    ),
  }),
)

describe('whatever is interpolated', () => {
  test('as text is that text, and no element comes with it', () => {
    fc.assert(
      fc.property(hostile, hostile, (first, second) => {
        const { elements, text } = parsed(html`<p>${first}<b>|${second}|</b></p>`)
        expect(text).toBe(`${printable(first)}|${printable(second)}|`)
        expect(elements).toEqual([
          ['p', {}],
          ['b', {}],
        ])
      }),
    )
  })

  test('as an attribute in either quotes is its value, and no attribute comes with it', () => {
    fc.assert(
      fc.property(hostile, hostile, (first, second) => {
        const { elements, text } = parsed(
          html`<a title="${first}" data-b='x ${second} y'${attributes({ 'data-c': first, 'data-d': null })}>t</a>`,
        )
        const [title, other] = [printable(first), printable(second)]
        expect(elements).toEqual([['a', { title, 'data-b': `x ${other} y`, 'data-c': title }]])
        expect(text).toBe('t')
      }),
    )
  })

  test('through html of html, arrays and joined() is escaped once', () => {
    fc.assert(
      fc.property(fc.array(hostile), (texts) => {
        const items = texts.map((text) => html`<li>${text}</li>`)
        const { elements, text } = parsed(html`<ul>${items}</ul><i>${joined(texts, '\n')}</i>`)
        expect(elements).toHaveLength(texts.length + 2)
        expect(text).toBe(texts.map(printable).join('') + texts.map(printable).join('\n'))
      }),
    )
  })

  test('as the title of a page does not leave it', () => {
    fc.assert(
      fc.property(hostile, (title) => {
        const whole = seen(
          parse(html`<!doctype html><html><head><title>${title}</title></head><body></body></html>`.markup),
        )
        expect(whole.elements.map(([name]) => name)).toEqual(['html', 'head', 'title', 'body'])
        expect(whole.text).toBe(printable(title))
      }),
    )
  })

  test('as JSON in a script element is the same value after parsing', () => {
    fc.assert(
      fc.property(hostile, fc.double({ noNaN: true, noDefaultInfinity: true }), (text, number) => {
        const { elements, text: json } = parsed(
          html`<script type="application/json">${jsonOf({ text, number })}</script>`,
        )
        expect(elements).toEqual([['script', { type: 'application/json' }]])
        expect(JSON.parse(json)).toEqual({ text: printable(text), number: number === 0 ? 0 : number })
      }),
    )
  })
})

test('numbers are written, nothing is nothing, markup of html stays markup', () => {
  expect(html`<p>${1.5}${2n}${nothing}${html`<b>${'<'}</b>`}</p>`.markup).toBe('<p>1.52<b>&lt;</b></p>')
  expect(joined(['a b', html`<br>`, '&'], '&nbsp;').markup).toBe('a b&nbsp;<br>&nbsp;&amp;')
  expect(html`<p>1 < 2 and ${'3'}</p>`.markup).toBe('<p>1 < 2 and 3</p>')
})

test('what only looks like markup is text', () => {
  const forged = { markup: '<b>', isTrusted: true } as unknown as Html
  expect(() => html`<p>${forged}</p>`).toThrow(TypeError)
  expect(html`<p>${'<b>'}</p>`.markup).toBe('<p>&lt;b&gt;</p>')
})

describe('where escaping would not help, a template throws', () => {
  test.each<[string, () => Html, RegExp]>([
    ['an unquoted attribute', () => html`<a title=${'x'}>`, /in quotes/],
    ['attributes as an unquoted value', () => html`<a title=${attributes({ id: 'x' })}>`, /in quotes/],
    ['text inside a tag', () => html`<a ${'onclick=x'}>`, /inside a tag/],
    ['markup inside a tag', () => html`<a ${trusted('onclick=x', 'test')}>`, /inside a tag/],
    ['markup in an attribute', () => html`<a title="${html`<b>"</b>`}">`, /not markup/],
    ['attributes outside a tag', () => html`<p>${attributes({ id: 'x' })}</p>`, /belong into a tag/],
    ['the name of a tag', () => html`<${'script'}>`, /name of a tag/],
    ['the name of an end tag', () => html`<p></${'p'}>`, /name of a tag/],
    ['a comment', () => html`<!-- ${'x'} -->`, /no comments/],
    ['text in a script', () => html`<script>var a = "${'x'}"</script>`, /<script> takes only/],
    ['text in a style', () => html`<STYLE>a{b:${'x'}}</STYLE>`, /<style> takes only/],
    ['escaped markup in a script', () => html`<script>${html`${'alert(1)'}`}</script>`, /<script> takes only/],
    ['a script that ends early', () => html`<script>${trusted('"</Script>"', 'test')}</script>`, /would end <script>/],
    ['a template that ends inside a tag', () => html`<p class="a"`, /ends inside a tag/],
    ['a template that ends inside quotes', () => html`<p class="${'a'}`, /ends inside a tag/],
    ['a template that ends inside a script', () => html`<script>1`, /ends inside <script>/],
    ['an attribute with a name from outside', () => html`<p${attributes({ 'x onload': 'a' })}>`, /not the name/],
  ])('%s', (_, write, message) => {
    expect(write).toThrow(message)
  })

  test('and behind a script or an attribute it is content again', () => {
    const page = html`<script>${trusted('1<2', 'test')}</script><p class="a>${'"'}">${'<'}</p>`
    expect(page.markup).toBe('<script>1<2</script><p class="a>&quot;">&lt;</p>')
  })
})
