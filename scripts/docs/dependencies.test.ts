import { readFileSync } from 'node:fs'
import { expect, test } from 'vitest'
import packageJson from '../../package.json' with { type: 'json' }
import { inRepository } from './pages.ts'

const page = readFileSync(inRepository('CONTRIBUTING.md'), 'utf8')

test('CONTRIBUTING.md has a reason for every dependency, and for no other', () => {
  const { dependencies, devDependencies, optionalDependencies } = packageJson
  const all = Object.keys({ ...dependencies, ...devDependencies, ...optionalDependencies })
  const section = page.slice(page.indexOf('## Dependencies'), page.indexOf('## Release'))
  const rows = section.split('\n').filter((line) => line.startsWith('| `'))
  const named = rows.flatMap((row) => [...row.split('|')[1]!.matchAll(/`([^`]+)`/g)].map(([, name]) => name!))
  expect(named.toSorted()).toEqual(all.toSorted())
})

test('every npm script that CONTRIBUTING.md names exists', () => {
  const named = [...page.matchAll(/npm run ([\w:]+)/g)].map(([, name]) => name!)
  expect(named.length).toBeGreaterThan(10)
  expect(named.filter((name) => !Object.hasOwn(packageJson.scripts, name))).toEqual([])
})
