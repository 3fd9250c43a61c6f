import { eventFields } from './event-fields.ts'
import type { SmiField } from './field.ts'
import { identityFields } from './identity-fields.ts'
import { readingFields } from './reading-fields.ts'

/** Everything that this nvidia-smi answers to, in the order of its help. */
export const smiFields: readonly SmiField[] = [...identityFields, ...eventFields, ...readingFields]

/** The field that answers to this name. */
export const findField = (name: string): SmiField | undefined =>
  smiFields.find((candidate) => candidate.names.includes(name))
