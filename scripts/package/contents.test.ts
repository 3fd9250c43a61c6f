import { existsSync, globSync, readFileSync } from 'node:fs'
import { join, normalize } from 'node:path'
import { expect, test } from 'vitest'
import { projectRoot } from '../support/tool-info.ts'
import { commonContents } from './contents.ts'

test('a package holds the files that its documents tell people to use', async () => {
  // the folder that the code of `fleet run` reads, as the bundler finds it
  const program = { files: new Map(), reads: ['scripts/ansible/'], packages: [] }
  const contents = await commonContents(program, [])
  const links = globSync('docs/*.md', { cwd: projectRoot }).flatMap((page) =>
    [...readFileSync(join(projectRoot, page), 'utf8').matchAll(/\]\(\.\.\/([^)#]+\.(?:ya?ml|json|py|sh|txt))/g)].map(
      ([, path = '']) => normalize(path),
    ),
  )
  expect(links.filter((path) => existsSync(join(projectRoot, path)) && !contents.has(path))).toEqual([])
  // `kubectl apply -k` and `promtool test rules` need the whole folder
  for (const path of [
    'scripts/kubernetes/roles.yaml',
    'scripts/monitoring/alerts.yaml',
    'reports/quote/example-inputs.yaml',
  ])
    expect(contents.has(path), path).toBe(true)
  expect([...contents.keys()].filter((path) => path.endsWith('.test.ts'))).toEqual([])
})
