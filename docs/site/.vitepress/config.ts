import { cpSync, existsSync, mkdirSync, readFileSync, statSync } from 'node:fs'
import { dirname, join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { defineConfig } from 'vitepress'
import { navigationOf, titleIn } from '../../../scripts/docs/site/navigation.ts'
import { siteLink } from '../../../scripts/docs/site/site-links.ts'
import { sitePages } from '../../../scripts/docs/site/site-pages.ts'
import { slugOf } from '../../../scripts/docs/site/slug.ts'
import { markWordyTables } from '../../../scripts/docs/site/wordy-tables.ts'

/** The site of docs/, which stays plain Markdown: all that is of the site is here and in scripts/docs/site. */
const root = fileURLToPath(new URL('../../..', import.meta.url))
const read = (file: string): string => readFileSync(join(root, file), 'utf8')
const pages = sitePages(root)
const isFile = (file: string): boolean => existsSync(join(root, file)) && statSync(join(root, file)).isFile()

/** Files that pages link to, by their place on the site; filled while the pages are rendered. */
const copies = new Map<string, string>()

export default defineConfig({
  title: 'joulemark',
  description: 'Live GPU benchmarks for vLLM: tokens/s, tokens per joule and £ per token, each with its error bar',
  lang: 'en-GB',
  head: [['link', { rel: 'icon', href: 'data:,' }]],
  srcDir: 'pages',
  outDir: join(root, 'dist/site'),
  lastUpdated: false,
  markdown: {
    anchor: { slugify: slugOf },
    languageAlias: { cron: 'bash' },
    config(md) {
      md.core.ruler.push('wordy-tables', ({ tokens }) => markWordyTables(tokens))
      md.core.ruler.push('site-links', ({ tokens, env }) => {
        const page = String(env.relativePath).replace(/(^|\/)index\.md$/, '$1README.md')
        const links = tokens.flatMap(({ children }) => children ?? []).filter(({ type }) => type === 'link_open')
        for (const link of links) {
          const { href, copy } = siteLink(page, link.attrGet('href') ?? '', { isPage: (file) => pages.includes(file) })
          link.attrSet('href', href)
          if (copy === undefined) continue
          if (!isFile(copy.from)) throw new Error(`${page}: ${copy.from}: no such file`)
          copies.set(copy.to, copy.from)
          link.attrSet('target', '_self')
        }
      })
    },
  },
  buildEnd({ outDir }) {
    for (const [to, from] of copies) {
      mkdirSync(dirname(join(outDir, to)), { recursive: true })
      cpSync(join(root, from), join(outDir, to))
    }
  },
  vite: { build: { chunkSizeWarningLimit: 1500 } },
  themeConfig: {
    search: { provider: 'local' },
    outline: [2, 3],
    notFound: {
      title: 'Page not found',
      quote: 'It was moved or renamed. Search for it (Ctrl K), or begin with the documentation.',
      linkText: 'Documentation',
      linkLabel: 'to the documentation',
      link: '/docs/',
    },
    sidebar: [...navigationOf(read('docs/README.md'), (page) => titleIn(page, read(page)))],
    nav: [
      { text: 'Documentation', link: '/docs/' },
      { text: 'Commands', link: '/docs/commands' },
      { text: 'Changes', link: '/CHANGELOG' },
    ],
  },
})
