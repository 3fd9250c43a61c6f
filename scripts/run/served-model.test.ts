import { expect, test } from 'vitest'
import { readModelList, type ServedModels } from '../../harness/endpoint/model-list.ts'
import { askedModel, chosenModel } from './served-model.ts'

const list = (...data: readonly object[]) => readModelList(JSON.stringify({ data })) as ServedModels
const URL = 'http://gpu1:8000'
const named = (text: string) => ({ flag: '--model', text })

test('one model is it, by its key where the catalogue knows its name or its root', () => {
  expect(chosenModel(URL, list({ id: 'our/Own-8B' }))).toEqual({
    name: 'our/Own-8B',
    label: 'Own-8B',
    from: 'model of http://gpu1:8000',
  })
  const known = { name: 'llama-3.1-8b-instruct-fp8', label: 'Llama 3.1 8B FP8' }
  const root = 'RedHatAI/Meta-Llama-3.1-8B-Instruct-FP8'
  expect(chosenModel(URL, list({ id: root }))).toMatchObject(known)
  expect(chosenModel(URL, list({ id: 'chat', root }))).toMatchObject(known)
})

test('several names of one checkpoint are one model', () => {
  expect(chosenModel(URL, list({ id: 'a', root: '/m' }, { id: 'b', root: '/m' }))).toMatchObject({ name: 'a' })
})

test('several models are listed, and one must be named', () => {
  const two = list({ id: 'base', root: '/m' }, { id: 'adapter', root: '/l', parent: 'base' })
  expect(() => chosenModel(URL, two)).toThrow(
    'endpoint http://gpu1:8000: serves 2 models: base, adapter; name one with --model',
  )
  expect(chosenModel(URL, two, named('adapter'))).toMatchObject({ name: 'adapter', from: '--model' })
  expect(() => chosenModel(URL, two, named('bse'))).toThrow(
    '--model bse: endpoint http://gpu1:8000 serves base, adapter; did you mean "base"?',
  )
})

test('a model of the catalogue that is named needs no server, by its key or by a name of its checkpoint', async () => {
  const known = { name: 'llama-3.1-8b-instruct-fp8', label: 'Llama 3.1 8B FP8', from: '--model' }
  for (const text of ['llama-3.1-8b-instruct-fp8', 'RedHatAI/Meta-Llama-3.1-8B-Instruct-FP8']) {
    expect(await askedModel({ model: named(text) }, null)).toEqual(known)
  }
  expect(await askedModel({ model: named('mine') }, null)).toMatchObject({ name: 'mine' })
  await expect(askedModel({}, null)).rejects.toThrow('requires --model KEY')
})

test('none is a failed environment', () => {
  expect(() => chosenModel(URL, list())).toThrow(expect.objectContaining({ code: 'environment' }))
})
