import { existsSync, globSync, readFileSync } from 'node:fs'
import { dirname, join, relative } from 'node:path'
import { fileURLToPath } from 'node:url'
import { expect, test } from 'vitest'
import { slugOf } from './site/slug.ts'

const root = fileURLToPath(new URL('../..', import.meta.url))
const read = (file: string): string => readFileSync(join(root, file), 'utf8')
const pages = [
  'README.md',
  'CONTRIBUTING.md',
  'CHANGELOG.md',
  'scenarios/README.md',
  ...globSync('docs/**/*.md', { cwd: root }),
]
const sources = globSync('{harness,reports,scripts}/**/*.ts', { cwd: root })

/** A page without its blocks and spans of code, in which nothing is a link or a heading. */
const prose = (page: string): string =>
  page.replace(/^```[\s\S]*?^```/gm, '').replace(/`[^`\n]*`/g, (code) => code.replaceAll(/[[\]()#<]/g, ''))

/** The anchors of a page, as GitHub makes them from its headings. */
function anchorsOf(page: string): Set<string> {
  const headings = [...prose(page).matchAll(/^#{1,6} +(.+?) *$/gm)].map(([, heading]) => heading!)
  const slugs = headings.map(slugOf)
  return new Set(
    slugs.map((slug, at) =>
      slugs.indexOf(slug) === at ? slug : `${slug}-${slugs.slice(0, at).filter((each) => each === slug).length}`,
    ),
  )
}

/** What is wrong with a link of a page to another place of the repository; null for a good one. */
function faultOf(from: string, target: string): string | null {
  const [path = '', anchor] = target.split('#')
  const file = path === '' ? from : relative(root, join(root, dirname(from), path))
  if (!existsSync(join(root, file))) return `${from}: ${target}: no such file`
  if (anchor === undefined || !file.endsWith('.md')) return null
  return anchorsOf(read(file)).has(anchor) ? null : `${from}: ${target}: no such heading`
}

test('the rules of this test find what is wrong', () => {
  expect(anchorsOf('# A `b` c: d\n## Same\n```\n# code\n```\n## Same\n')).toEqual(
    new Set(['a-b-c-d', 'same', 'same-1']),
  )
  expect(faultOf('docs/metrics.md', '#energy')).toBeNull()
  expect(faultOf('docs/metrics.md', '#nowhere')).toContain('no such heading')
  expect(faultOf('docs/metrics.md', 'nowhere.md')).toContain('no such file')
})

test.each(pages)('every relative link of %s leads to a file, and to a heading of it', (page) => {
  const links = [...prose(read(page)).matchAll(/\]\(([^)\s]+)\)/g)].map(([, target]) => target!)
  const inside = links.filter((target) => !/^(https?|mailto):/.test(target))
  expect(inside.map((target) => faultOf(page, target)).filter((fault) => fault !== null)).toEqual([])
})

test('docs/README.md leads to every page of docs/', () => {
  const linked = [...prose(read('docs/README.md')).matchAll(/\]\(([^)#\s]+)/g)].map(([, path]) => `docs/${path}`)
  const others = pages.filter((page) => page.startsWith('docs/') && page !== 'docs/README.md')
  expect(others.filter((page) => !linked.includes(page))).toEqual([])
})

test('every page of docs/ that the code names exists, with its heading', () => {
  const named = sources.flatMap((file) =>
    [...read(file).matchAll(/(?<![\w/])docs\/[\w/-]+\.md(?:#[\w-]+)?/g)].map(([target]) => target),
  )
  const faults = [...new Set(named)].map((target) => faultOf('README.md', target)).filter((fault) => fault !== null)
  expect(faults).toEqual([])
})

test.each(pages.filter((page) => /^(docs\/|CONTRIBUTING)/.test(page)))(
  'every file of the project that %s names exists',
  (page) => {
    const named = [...read(page).matchAll(/`((?:harness|reports|scripts|scenarios|docs)\/[\w./-]*)`/g)].map(
      ([, path]) => path!,
    )
    const there = (path: string) => existsSync(join(root, path)) || existsSync(join(root, `${path}.ts`))
    expect(named.filter((path) => !there(path))).toEqual([])
  },
)
