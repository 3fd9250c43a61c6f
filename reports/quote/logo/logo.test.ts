import fc from 'fast-check'
import { XMLValidator } from 'fast-xml-parser'
import { type DefaultTreeAdapterTypes, parseFragment } from 'parse5'
import { describe, expect, test } from 'vitest'
import { LOGO_MAX_BYTES, logoUri } from './logo.ts'
import { safeSvg } from './svg.ts'

const svg = (inside: string, attributes = '') =>
  `<svg xmlns="http://www.w3.org/2000/svg" xmlns:xlink="http://www.w3.org/1999/xlink" viewBox="0 0 9 9"${attributes}>${inside}</svg>`
const kept = (text: string): string => {
  const safe = safeSvg(text)
  if ('reason' in safe) throw new Error(safe.reason)
  return safe.svg
}
const reasonOf = (text: string): string => {
  const safe = safeSvg(text)
  return 'reason' in safe ? safe.reason : `kept: ${safe.svg}`
}

/** Every element of a tree, as an HTML parser sees it. */
const elementsIn = (node: DefaultTreeAdapterTypes.ParentNode): DefaultTreeAdapterTypes.Element[] =>
  node.childNodes.flatMap((child) => ('tagName' in child ? [child, ...elementsIn(child)] : []))

/** The start of a PNG of this size. */
const png = (width: number, height: number): Buffer => {
  const bytes = Buffer.alloc(33)
  Buffer.from([137, 80, 78, 71, 13, 10, 26, 10, 0, 0, 0, 13]).copy(bytes)
  bytes.write('IHDR', 12)
  bytes.writeUInt32BE(width, 16)
  bytes.writeUInt32BE(height, 20)
  return bytes
}
const jpeg = (width: number, height: number): Buffer =>
  Buffer.from([
    ...[0xff, 0xd8, 0xff, 0xe0, 0, 4, 1, 2, 0xff, 0xc0, 0, 11, 8],
    ...[height >> 8, height & 255, width >> 8, width & 255],
    ...[1, 1, 0x11, 0, 0xff, 0xd9],
  ])

describe('an SVG', () => {
  test('of shapes, text and gradients stays as it looks', () => {
    const text = svg(
      '<defs><linearGradient id="g"><stop offset="0" stop-color="#fff"/></linearGradient></defs><rect width="9" height="9" fill="url(#g)"/><text x="1">A &amp; B</text><use xlink:href="#g"/>',
    )
    const safe = kept(text)
    expect(XMLValidator.validate(safe)).toBe(true)
    for (const part of ['fill="url(#g)"', 'A &amp; B', 'xlink:href="#g"', '<stop offset="0" stop-color="#fff"']) {
      expect(safe).toContain(part)
    }
  })

  test('loses what drawing programs leave behind, and comments', () => {
    const safe = kept(
      `<?xml version="1.0"?><!DOCTYPE svg PUBLIC "-//W3C//DTD SVG 1.1//EN" "http://www.w3.org/x.dtd">${svg(
        '<!-- by alice --><metadata>alice</metadata><sodipodi:namedview id="alice"/><path d="M0 0h9" inkscape:label="alice"/>',
      )}`,
    )
    expect(safe).not.toMatch(/alice|DOCTYPE|xml version/)
    expect(safe).toContain('d="M0 0h9"')
  })

  test.each([
    ['a script', svg('<script>alert(1)</script>'), /contains <script>/],
    ['a script of another case', svg('<SCRIPT>alert(1)</SCRIPT>'), /contains <SCRIPT>/],
    ['an event handler', svg('<rect/>', ' onload="alert(1)"'), /event handler, onload/],
    ['HTML inside', svg('<foreignObject><b>x</b></foreignObject>'), /contains <foreignObject>/],
    ['a link', svg('<a href="javascript:alert(1)"><rect/></a>'), /contains <a>/],
    ['an image from elsewhere', svg('<image href="https://x.example/a.png"/>'), /contains <image>/],
    ['a reference to another file', svg('<use href="https://x.example/a.svg#b"/>'), /links to something outside/],
    ['a reference that is written in entities', svg('<use xlink:href="&#104;ttps://x.example/#b"/>'), /links to/],
    ['a style that loads', svg('<style>@import url(https://x.example/a.css)</style>'), /style loads/],
    ['a style that hides what it loads', svg('<rect style="fill:u\\72l(https://x.example)"/>'), /style loads/],
    ['a fill from elsewhere', svg('<rect fill="url(https://x.example/a#b)"/>'), /style loads/],
    ['an animation', svg('<set attributeName="href" to="javascript:1"/>'), /contains <set>/],
    ['entities', `<!DOCTYPE svg [<!ENTITY a "b">]>${svg('<text>&a;</text>')}`, /declares entities/],
    ['another root', '<html><svg/></html>', /root is not one svg element/],
    ['two roots', `${svg('')}${svg('')}`, /root is not one svg element|not valid/],
    ['no namespace', '<svg><rect/></svg>', /no xmlns/],
    ['another namespace', '<svg xmlns="http://www.w3.org/1999/xhtml"><rect/></svg>', /namespace is not that of SVG/],
    ['quotes that end an attribute', svg(`<rect fill='"><script>alert(1)</script>'/>`), /style loads/],
    ['CDATA that is a script', svg('<text><![CDATA[<script>alert(1)</script>]]></text>'), /kept: .*&lt;script&gt;/],
    ['a depth without end', svg('<g>'.repeat(70) + '</g>'.repeat(70)), /nested too deeply/],
  ])('with %s is refused, or harmless', (_, text, reason) => {
    expect(reasonOf(text)).toMatch(reason)
  })

  test('whatever is in it, what is kept has no script, handler, address or entity of its own', () => {
    const pieces = fc.constantFrom(
      ...[
        '<g>',
        '</g>',
        '<script>',
        '</script>',
        '<rect fill="',
        '"/>',
        'url(',
        'javascript:',
        '<!--',
        '-->',
        '<![CDATA[',
      ],
      ...[
        ']]>',
        '<x:y>',
        ' onload="',
        '<style>',
        '</style>',
        '&lt;',
        '\\',
        '@import',
        '<text>',
        '</text>',
        '#a',
        "'",
        '>',
      ],
    )
    fc.assert(
      fc.property(fc.array(pieces, { maxLength: 14 }), (parts) => {
        const safe = safeSvg(svg(parts.join('')))
        if ('reason' in safe) return
        for (const { tagName, attrs } of elementsIn(parseFragment(safe.svg))) {
          expect(tagName).toMatch(/^(svg|g|rect|text|style)$/)
          for (const { name, value } of attrs) {
            expect(name).not.toMatch(/^on/i)
            expect(value).not.toMatch(/url\(|@import|javascript:/)
          }
        }
        expect(XMLValidator.validate(safe.svg)).toBe(true)
      }),
      { numRuns: 500 },
    )
  })
})

describe('a logo', () => {
  test('is embedded by what it is, not by its name', () => {
    expect(logoUri('x.txt', png(20, 10))).toMatch(/^data:image\/png;base64,/)
    expect(logoUri('x.png', jpeg(20, 10))).toMatch(/^data:image\/jpeg;base64,/)
    const uri = logoUri('x.gif', Buffer.from(svg('<rect/>')))
    expect(Buffer.from(uri.split(',')[1] ?? '', 'base64').toString()).toContain('<rect')
  })

  test.each([
    ['another kind', Buffer.from('GIF89a..'), 'expected a PNG, JPEG or SVG file'],
    ['HTML', Buffer.from('<html><body>x</body></html>'), 'expected a PNG, JPEG or SVG file'],
    ['nothing', Buffer.alloc(0), 'expected a PNG, JPEG or SVG file'],
    ['too many bytes', Buffer.alloc(LOGO_MAX_BYTES + 1), 'expected at most 256 KiB'],
    ['too many pixels', png(100_000, 10), 'expected at most 4096 pixels a side, got 100000 x 10'],
    ['a PNG that is cut', png(20, 10).subarray(0, 20), 'its size cannot be read'],
    ['a JPEG that is cut', jpeg(20, 10).subarray(0, 9), 'its size cannot be read'],
    ['an SVG that acts', Buffer.from(svg('<script/>')), 'this SVG is not embedded: it contains <script>'],
  ])('of %s is refused in one line', (_, bytes, message) => {
    expect(() => logoUri('logo.png', bytes)).toThrow(`seller.logo logo.png: ${message}`)
  })
})
