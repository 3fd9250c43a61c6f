import { readdirSync, readFileSync } from 'node:fs'
import { expect, test } from 'vitest'
import { parse, parseAllDocuments } from 'yaml'
import { kubernetesErrors } from '../../harness/testing/kubernetes-schema.ts'

const here = new URL('.', import.meta.url)
const read = (name: string): string => readFileSync(new URL(name, here), 'utf8')
const { resources } = parse(read('kustomization.yaml')) as { readonly resources: readonly string[] }
const objects = resources.flatMap((file) =>
  parseAllDocuments(read(file)).map(
    (each) => each.toJS() as { readonly kind: string; readonly metadata: { readonly name: string } },
  ),
)

test('the base names every file of it', () => {
  const files = readdirSync(here).filter((name) => name.endsWith('.yaml') && name !== 'kustomization.yaml')
  expect([...resources].toSorted()).toEqual(files.toSorted())
})

test.each(objects.map((each) => [each.kind, each.metadata.name, each] as const))(
  '%s %s is valid by the schema that Kubernetes publishes',
  (_, __, each) => {
    expect(kubernetesErrors(each)).toEqual([])
  },
)
