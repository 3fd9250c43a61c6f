import { posix } from 'node:path'
import { pagePath } from './site-links.ts'

/** A group of pages at the side of the site. */
export interface NavigationGroup {
  readonly text: string
  readonly items: readonly { readonly text: string; readonly link: string }[]
}

/** A link to a page, with or without an anchor. */
const LINK = /\]\(([^)#\s]+\.md)(#[^)\s]*)?\)/g

/**
 * The pages at the side of the site, from docs/README.md: a group per heading, with the pages that its tables and lists link to. Of
 * several sections a page stands in the last that links to it as a whole, which lists it for itself; else in the last that links to
 * a part of it. `titleOf` gives the title of a page by its path from the root of the repository.
 */
export function navigationOf(contents: string, titleOf: (page: string) => string): NavigationGroup[] {
  const sections = contents
    .split(/^#{2,3} +/m)
    .slice(1)
    .map((section) => ({ text: section.split('\n')[0] ?? '', links: linksIn(section) }))
  const all = sections.flatMap(({ text, links }) => links.map((link) => ({ ...link, text })))
  const homeOf = (page: string) => {
    const links = all.filter((link) => link.page === page)
    return (links.findLast(({ isWhole }) => isWhole) ?? links.at(-1))?.text
  }
  const groups = sections.map(({ text, links }) => {
    const pages = [...new Set(links.map(({ page }) => page))]
    const own = pages.filter((page) => page !== 'README.md' && homeOf(page) === text)
    return { text, items: own.map((page) => ({ text: titleOf(page), link: `/${pagePath(page)}` })) }
  })
  return groups.filter(({ items }) => items.length > 0)
}

/** The pages that a text of docs/ links to, and whether as a whole. */
const linksIn = (text: string) =>
  [...text.matchAll(LINK)].map(([, path, anchor]) => ({
    page: posix.normalize(posix.join('docs', path!)),
    isWhole: anchor === undefined,
  }))

/** The first heading of a page, without marks of code. Throws RangeError for a page without one. */
export function titleIn(page: string, text: string): string {
  const [, title] = /^# +(.+)$/m.exec(text) ?? []
  if (title === undefined) throw new RangeError(`${page}: no heading`)
  return title.replaceAll('`', '')
}
