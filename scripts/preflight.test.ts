import { readdirSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import { transformSync } from 'esbuild'
import { expect, test } from 'vitest'
import { projectRoot } from './support/tool-info.ts'

const read = (path: string): string => readFileSync(join(projectRoot, path), 'utf8')
const preflight = read('scripts/preflight.cjs')

test('every npm script first checks the version of Node', () => {
  const { scripts } = JSON.parse(read('package.json')) as { scripts: Record<string, string> }
  expect(Object.keys(scripts).length).toBeGreaterThan(15)
  const unchecked = Object.entries(scripts).filter(([, line]) => !line.startsWith('node scripts/preflight.cjs && '))
  expect(unchecked).toEqual([])
})

test('the oldest Node is the one that the dependencies require', () => {
  const { dependencies } = JSON.parse(read('package.json')) as { dependencies: Record<string, string> }
  const required = Object.keys(dependencies).flatMap((name) => {
    const { engines } = JSON.parse(read(`node_modules/${name}/package.json`)) as { engines?: { node?: string } }
    const [, major, minor = '0'] = /^>=\s*(\d+)(?:\.(\d+))?/.exec(engines?.node ?? '') ?? []
    return major === undefined ? [] : [Number(major) * 1000 + Number(minor)]
  })
  const [, major, minor] = /OLDEST = \[(\d+), (\d+)\]/.exec(preflight) ?? []
  expect(Number(major) * 1000 + Number(minor)).toBe(Math.max(...required))
})

test.each(readdirSync(join(projectRoot, 'scripts')).filter((name) => name.endsWith('.cjs')))(
  '%s is ES5, so that the oldest Node can read it',
  (name) => {
    const source = read(`scripts/${name}`)
    const as = (target: string) => transformSync(source, { target }).code
    // esbuild throws on what it cannot convert to ES5, and rewrites the rest
    expect(as('es5')).toBe(as('esnext'))
    expect(() => transformSync('const a = () => 1', { target: 'es5' })).toThrow('es5')
  },
)
