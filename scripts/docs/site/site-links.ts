import { posix } from 'node:path'

/** Where a link of a page leads on the site. */
export interface SiteLink {
  readonly href: string
  /** File of the repository that is no page, to be copied to this place below the root of the site. */
  readonly copy?: { readonly from: string; readonly to: string }
}

/** Files that browsers show by their ending; any other is text. */
const SHOWN = /\.(json|ya?ml|html|csv|txt|svg|png)$/

/**
 * Where a link of a page leads on the site: another page by its name, a file that is no page as a copy beside the pages. `page`
 * is the path of the page from the root of the repository; `isPage` says which Markdown files are pages.
 */
export function siteLink(page: string, target: string, { isPage }: { isPage: (file: string) => boolean }): SiteLink {
  if (/^([a-z][a-z0-9+.-]*:|#|\/\/)/i.test(target)) return { href: target }
  const [path = '', anchor] = target.split('#')
  const file = posix.normalize(posix.join(posix.dirname(page), path))
  if (isPage(file)) return { href: `/${pagePath(file)}${anchor === undefined ? '' : `#${anchor}`}` }
  const to = `files/${file}${SHOWN.test(file) ? '' : '.txt'}`
  return { href: `/${to}`, copy: { from: file, to } }
}

/** The path of a page on the site: `README.md` is the index of its folder. */
export const pagePath = (file: string): string => file.replace(/(^|\/)README\.md$/, '$1index.md')
