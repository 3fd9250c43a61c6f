import type { AttentionGroup } from '../../types.ts'

/** What a matrix is for: experts of which only some are read are counted apart, and routers are never quantised. */
export type Role = 'dense' | 'expert' | 'router'

/** One matrix product of a layer, `copies` times (once per expert). */
export interface Matrix {
  /** Its name in the checkpoint, below the layer: which formats a list of exceptions leaves out is decided by it. */
  readonly name: string
  readonly outputs: number
  readonly inputs: number
  readonly copies: number
  readonly role: Role
}

/** One layer, or its attention or feed-forward part. */
export interface Layer {
  /** The attention that it computes; null for none. */
  readonly attention: AttentionGroup | null
  /** Its matrix products. */
  readonly matrices: readonly Matrix[]
  /** Its other parameters: norms, biases, convolutions. */
  readonly others: number
  /** Of these, the ones that a token does not read: biases of other experts. */
  readonly unread?: number
}

/** Attention or feed-forward part of a layer. */
export type Part = Layer

/** A matrix that every token uses. */
export const dense = (name: string, outputs: number, inputs: number): Matrix => ({
  name,
  outputs,
  inputs,
  copies: 1,
  role: 'dense',
})

/** Parameters of all copies of a matrix. */
export const paramsOf = ({ outputs, inputs, copies }: Matrix): number => outputs * inputs * copies
