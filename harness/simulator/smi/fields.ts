import { eventFields } from './event-fields.ts'
import type { SmiField } from './field.ts'
import { identityFields } from './identity-fields.ts'
import { readingFields } from './reading-fields.ts'

/** All fields of this nvidia-smi, in the order of its help. */
export const smiFields: readonly SmiField[] = [...identityFields, ...eventFields, ...readingFields]

/** The field with this name. */
export const findField = (name: string): SmiField | undefined =>
  smiFields.find((candidate) => candidate.names.includes(name))
