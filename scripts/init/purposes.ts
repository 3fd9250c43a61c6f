import type { Asked, Field } from '../run/asked.ts'

/** A use of a server, as a load to begin with. */
export interface Purpose {
  readonly title: string
  /** Fields of the scenario, as flags of `run` state them. */
  readonly fields: Readonly<Partial<Record<Field, string>>>
}

/** What `init` offers; each is a load that the bundled scenarios have for their models too, to be edited. */
export const purposes = {
  chat: {
    title: 'chat: 32 users at once, 512 tokens in, 256 out',
    fields: { concurrency: '32', inputTokens: '512', outputTokens: '256', slo: 'ttft=500,tpot=50' },
  },
  documents: {
    title: 'questions about documents (RAG): 16 at once, 4096 tokens in, 256 out',
    fields: { concurrency: '16', inputTokens: '4096', outputTokens: '256', slo: 'ttft=2000,tpot=50' },
  },
  batch: {
    title: 'batch work: as many tokens as the card gives, 256 at once, 512 tokens in, 512 out',
    fields: { concurrency: '256', inputTokens: '512', outputTokens: '512' },
  },
  single: {
    title: 'one user at a time: 512 tokens in, 256 out',
    fields: { concurrency: '1', inputTokens: '512', outputTokens: '256' },
  },
} as const satisfies Record<string, Purpose>
export type PurposeName = keyof typeof purposes
export const purposeNames = Object.keys(purposes) as PurposeName[]

/** The fields of a purpose, as if they had been typed at `--for`. */
export const askedFor = (name: PurposeName): Asked =>
  Object.fromEntries(
    Object.entries(purposes[name].fields).map(([field, text]) => [field, { flag: `--for ${name}`, text }]),
  )

/**
 * The purpose that an answer names: by its number in the list or by its name; the first one for an empty answer. Null for
 * anything else.
 */
export function purposeOf(answer: string): PurposeName | null {
  const word = answer.trim().toLowerCase()
  if (word === '') return purposeNames[0] as PurposeName
  return purposeNames.find((name, at) => word === name || word === String(at + 1)) ?? null
}
