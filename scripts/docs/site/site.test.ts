import { readFileSync } from 'node:fs'
import { fileURLToPath } from 'node:url'
import { expect, test } from 'vitest'
import { inRepository } from '../pages.ts'
import { navigationOf, titleIn } from './navigation.ts'
import { siteLink } from './site-links.ts'
import { sitePages } from './site-pages.ts'

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
