import { spawnSync } from 'node:child_process'
import { cpSync, existsSync, mkdirSync, readFileSync, rmSync } from 'node:fs'
import { dirname, join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { siteProblems } from './check-site.ts'
import { pagePath } from './site-links.ts'
import { sitePages } from './site-pages.ts'

/**
 * Makes the static site of the documentation in dist/site: `npm run docs:site`. VitePress and what it needs are packages of
 * docs/site alone, so that no other command installs them. They are installed in dist, beside copies of the pages, because
 * VitePress looks for packages there; what is installed is kept until the lock file changes.
 */
const root = fileURLToPath(new URL('../../..', import.meta.url))
const source = join(root, 'docs/site')
const workshop = join(root, 'dist/site-build')
const lock = join(workshop, 'package-lock.json')

/** Runs a program in the workshop. Throws RangeError with what failed. */
function must(program: string, ...words: string[]): void {
  const { status } = spawnSync(program, words, { cwd: workshop, stdio: 'inherit' })
  if (status !== 0) throw new RangeError(`${program} ${words.join(' ')}: exit code ${status}`)
}

const isInstalled =
  existsSync(join(workshop, 'node_modules/vitepress')) &&
  readFileSync(lock).equals(readFileSync(join(source, 'package-lock.json')))

for (const stale of ['pages', '.vitepress']) rmSync(join(workshop, stale), { recursive: true, force: true })
cpSync(source, workshop, { recursive: true })
if (!isInstalled) must('npm', 'ci', '--prefer-offline', '--no-audit', '--no-fund', '--ignore-scripts')
for (const page of sitePages(root)) {
  const target = join(workshop, 'pages', pagePath(page))
  mkdirSync(dirname(target), { recursive: true })
  cpSync(join(root, page), target)
}
must('npm', 'run', '--silent', 'build')
const site = join(root, 'dist/site')
const problems = await siteProblems(site)
if (problems.length > 0) throw new RangeError(`the site has faults:\n${problems.join('\n')}`)
process.stdout.write(
  `the site is in ${site}: every link, anchor and copied file is there, and its search knows every page\n`,
)
