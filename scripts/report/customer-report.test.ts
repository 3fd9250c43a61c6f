import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { saidIo } from '../../harness/testing/said-io.ts'
import { report } from '../actions/report.ts'
import { examples } from '../build-examples.ts'
import type { ReportFlags } from './report-flags.ts'

/** `report --for customer` without a process: what it prints, writes and refuses. */
let out = ''
beforeAll(async () => {
  out = await mkdtemp(join(tmpdir(), 'joulemark-customer-'))
})
afterAll(() => rm(out, { recursive: true }))

const runs = join(examples, 'runs')

async function run(flags: Partial<ReportFlags>, paths: readonly string[] = [runs]) {
  const { io, said } = saidIo()
  const code = await report(paths, { format: 'terminal', out, for: 'customer', ...flags }, io)
  return { code, ...said }
}

test('writes the three files beside those of the lab, and prints the page on a terminal', async () => {
  const { code, stdout, stderr } = await run({
    format: 'terminal,html,md,fragment',
    title: 'Two cards',
    author: 'Example Ltd',
  })
  expect(code).toBe(0)
  expect(stdout).toMatch(/^Two cards SIMULATED\n\nBy: Example Ltd\n/)
  expect(stderr.match(/^wrote .*$/gm)).toEqual(
    ['customer.html', 'customer.md', 'customer-fragment.html'].map((name) => `wrote ${join(out, name)}`),
  )
  expect(await readFile(join(out, 'customer.html'), 'utf8')).toContain('<title>Two cards (SIMULATED)</title>')
})

test('claims are printed only where they are asked for twice', async () => {
  await expect(run({ claims: 'article' })).rejects.toThrow(
    '--claims is not printed on a page for customers; add --with-claims',
  )
  await expect(run({ withClaims: true })).rejects.toThrow('--with-claims requires --claims FILE')
  expect((await run({ claims: 'article', withClaims: true })).stdout).toContain('PUBLISHED FIGURES, CHECKED')
  expect((await run({})).stdout).not.toContain('PUBLISHED FIGURES, CHECKED')
})

test.each([
  [{ format: 'csv' }, '--format csv with --for customer: known: terminal, md, html, fragment'],
  [{ title: ' ' }, '--title: expected a text'],
  [{ site: 'x'.repeat(201) }, '--site: 201 characters; expected at most 200'],
  [{ for: 'lab' as const, site: 'Example Ltd' }, '--site requires --for customer'],
])('refuses %j', async (flags, message) => {
  await expect(run(flags)).rejects.toThrow(message)
})

test('a logo becomes part of the page; one that acts, another file, and a file that is not there are refused', async () => {
  const svg = join(out, 'logo.svg')
  await writeFile(svg, '<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 9 9"><rect width="9" height="9"/></svg>')
  await run({ format: 'html', logo: svg })
  expect(await readFile(join(out, 'customer.html'), 'utf8')).toMatch(
    /<img class="logo" src="data:image\/svg\+xml;base64,/,
  )
  const acts = join(out, 'acts.svg')
  await writeFile(acts, '<svg xmlns="http://www.w3.org/2000/svg"><script>alert(1)</script></svg>')
  await expect(run({ logo: acts })).rejects.toThrow(`--logo ${acts}: this SVG is not embedded`)
  const other = join(out, 'other.png')
  await writeFile(other, 'no image')
  await expect(run({ logo: other })).rejects.toThrow(`--logo ${other}: expected a PNG, JPEG or SVG file`)
  await expect(run({ logo: join(out, 'none.png') })).rejects.toThrow(/--logo .*none\.png: ENOENT/)
  await expect(run({ logo: out })).rejects.toThrow(/--logo .*: (?:expected a file|EISDIR)/)
})

test('requires runs', async () => {
  await expect(run({}, [])).rejects.toThrow('report --for customer requires run folders, such as results')
})
