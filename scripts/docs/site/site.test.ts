import { mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { dirname, join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { expect, test } from 'vitest'
import { inRepository } from '../pages.ts'
import { siteProblems } from './check-site.ts'
import { navigationOf, titleIn } from './navigation.ts'
import { siteLink } from './site-links.ts'
import { sitePages } from './site-pages.ts'
import { markWordyTables } from './wordy-tables.ts'

const pages = sitePages(fileURLToPath(inRepository('.')))
const isPage = (file: string) => pages.includes(file)
const read = (file: string) => readFileSync(inRepository(file), 'utf8')

test('a link leads to the page on the site, a file that is no page to a copy of it', () => {
  expect(siteLink('docs/box.md', 'acceptance.md#all-cards-at-once', { isPage })).toEqual({
    href: '/docs/acceptance.md#all-cards-at-once',
  })
  expect(siteLink('docs/box.md', '../README.md', { isPage })).toEqual({ href: '/index.md' })
  expect(siteLink('README.md', 'docs/README.md', { isPage })).toEqual({ href: '/docs/index.md' })
  expect(siteLink('docs/schemas/README.md', 'run-record.schema.json', { isPage })).toEqual({
    href: '/files/docs/schemas/run-record.schema.json',
    copy: { from: 'docs/schemas/run-record.schema.json', to: 'files/docs/schemas/run-record.schema.json' },
  })
  expect(siteLink('docs/configuration.md', '../harness/catalogue/prices.ts', { isPage }).href).toBe(
    '/files/harness/catalogue/prices.ts.txt',
  )
  for (const same of ['https://www.gov.uk/', '#energy', 'mailto:a@b.example'])
    expect(siteLink('docs/box.md', same, { isPage })).toEqual({ href: same })
})

test('every page is at the side of the site, once, under the last heading that names it as a whole', () => {
  const groups = navigationOf(read('docs/README.md'), (page) => titleIn(page, read(page)))
  const links = groups.flatMap(({ items }) => items.map(({ link }) => link))
  expect(new Set(links).size).toBe(links.length)
  const expected = pages.filter((page) => page.startsWith('docs/') && page !== 'docs/README.md')
  expect(
    expected.filter((page) => !links.some((link) => `${link}` === `/${page.replace('README.md', 'index.md')}`)),
  ).toEqual([])
  const contents = '# All\n## A\n[x](box.md#soak) [y](gates.md)\n## B\n[x](box.md) [y](gates.md#ecc)\n'
  expect(navigationOf(contents, (page) => page)).toEqual([
    { text: 'A', items: [{ text: 'docs/gates.md', link: '/docs/gates.md' }] },
    { text: 'B', items: [{ text: 'docs/box.md', link: '/docs/box.md' }] },
  ])
})

test('the pages have no syntax that only a generator of sites understands', () => {
  const lines = pages.flatMap((page) =>
    read(page)
      .replace(/^```[\s\S]*?^```/gm, '')
      .replace(/`[^`\n]*`/g, '')
      .split('\n')
      .filter((line) => /^:::|\{\{|^---$|^\[\[/.test(line))
      .map((line) => `${page}: ${line}`),
  )
  expect(lines).toEqual([])
})

test('a built site with a link, an anchor or a file that is not there, or a page that is not searched, is refused', async () => {
  const folder = mkdtempSync(join(tmpdir(), 'site-'))
  try {
    const write = (file: string, text: string) => {
      mkdirSync(dirname(join(folder, file)), { recursive: true })
      writeFileSync(join(folder, file), text)
    }
    write('index.html', '<a href="/docs/box#soak">a</a><a href="/docs/">b</a><a href="https://x.invalid/">c</a>')
    write('docs/index.html', '<a href="box.html">a</a><a href="/files/a.yaml">b</a><p id="x"><a href="#x">c</a>')
    write('docs/box.html', '<h2 id="soak">Soak</h2>')
    write('files/a.yaml', 'a: 1')
    const search = (pages: object) =>
      write('assets/chunks/@localSearchIndexroot.1.js', `export default '${JSON.stringify({ documentIds: pages })}'`)
    search({ 0: '/#joulemark', 1: '/docs/#x', 2: '/docs/box.html#soak' })
    expect(await siteProblems(folder)).toEqual([])
    write('docs/box.html', '<a href="/docs/gone">a</a><a href="/files/gone.yaml">b</a>')
    write('docs/new.html', '')
    expect(await siteProblems(folder)).toEqual([
      '/index.html: /docs/box#soak: no such place on the page',
      '/docs/box.html: /docs/gone: no such page',
      '/docs/box.html: /files/gone.yaml: no such page',
      '/docs/new.html: the search does not know it',
    ])
  } finally {
    rmSync(folder, { recursive: true, force: true })
  }
})

test('a table of words is marked for a phone with the names of its columns, a table of figures is not', () => {
  const token = (type: string, content = '') => {
    const attributes: Record<string, string> = {}
    const set = (name: string, value: string) => {
      attributes[name] = value
    }
    return { type, content, attributes, attrSet: set }
  }
  const tableOf = (...rows: readonly string[][]) => [
    token('table_open'),
    ...rows.flatMap((cells, at) =>
      cells.flatMap((cell) => [token(at === 0 ? 'th_open' : 'td_open'), token('inline', cell)]),
    ),
    token('table_close'),
  ]
  const words = tableOf(
    ['you see', '`why`', 'do'],
    ['x', 'y', 'a sentence that says in full what a person has to type next, and where'],
  )
  const figures = tableOf(
    ['a', 'b', 'c'],
    ['1', '2', '[3](a-link-that-is-longer-than-any-text-of-a-cell-of-this-table.md)'],
  )
  markWordyTables([...words, ...figures])
  const cells = words.filter(({ type }) => type === 'td_open').map(({ attributes }) => attributes['data-column'])
  expect(cells).toEqual(['you see', 'why', 'do'])
  expect(figures.every(({ attributes }) => Object.keys(attributes).length === 0)).toBe(true)
})
