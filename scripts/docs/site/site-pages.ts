import { globSync } from 'node:fs'

/** The Markdown of the repository that is a page of the site. */
const PAGES = [
  'README.md',
  'CHANGELOG.md',
  'CONTRIBUTING.md',
  'scenarios/README.md',
  'reports/examples/README.md',
  'docs/**/*.md',
]
/** What makes the site is none of its pages. */
const SITE = 'docs/site/'

/** The pages of the site, by their paths from the root of the repository, in order. */
export const sitePages = (root: string): string[] =>
  PAGES.flatMap((pattern) => globSync(pattern, { cwd: root }))
    .filter((file) => !file.startsWith(SITE))
    .toSorted()
