import { posix } from 'node:path'
import { pagePath } from './site-links.ts'

/** A group of pages at the side of the site. */
export interface NavigationGroup {
  readonly text: string
  readonly items: readonly { readonly text: string; readonly link: string }[]
}

/** A link to a page, with or without an anchor. */
const LINK = /\]\(([^)#\s]+\.md)(?:#[^)\s]*)?\)/g

/**
 * The pages at the side of the site, from docs/README.md: a group per heading, with the pages that its tables and lists link to. A page
 * that several sections name stands in the last of them, which is the one that lists it for itself. `titleOf` gives the title of a
 * page by its path from the root of the repository.
 */
export function navigationOf(contents: string, titleOf: (page: string) => string): NavigationGroup[] {
  const sections = contents
    .split(/^#{2,3} +/m)
    .slice(1)
    .map((section) => ({ text: section.split('\n')[0] ?? '', pages: linkedFrom(section) }))
  const groups = sections.map(({ text, pages }, index) => {
    const later = sections.slice(index + 1).flatMap((section) => section.pages)
    const own = pages.filter((page) => page !== 'README.md' && !later.includes(page))
    return { text, items: own.map((page) => ({ text: titleOf(page), link: `/${pagePath(page)}` })) }
  })
  return groups.filter(({ items }) => items.length > 0)
}

/** The pages that a text of docs/ links to, each once. */
const linkedFrom = (text: string): string[] => [
  ...new Set([...text.matchAll(LINK)].map(([, path]) => posix.normalize(posix.join('docs', path!)))),
]

/** The first heading of a page, without marks of code. Throws RangeError for a page without one. */
export function titleIn(page: string, text: string): string {
  const [, title] = /^# +(.+)$/m.exec(text) ?? []
  if (title === undefined) throw new RangeError(`${page}: no heading`)
  return title.replaceAll('`', '')
}
