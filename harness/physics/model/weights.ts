import type { Model } from '../../catalogue/types.ts'

/** Embedding, output head and norms stay in 16 bits in every checkpoint of the catalogue. */
const headBytesOf = (model: Model): number => model.headBytesPerParam ?? 2

/** Parameters of the output head: hidden · vocab. */
export const headParams = (model: Model): number => model.hiddenSize * model.vocab

/** Bytes of all weights as stored: linear parameters in their format, embedding, head and norms in 16 bits unless the model says otherwise. */
export const weightBytes = (model: Model): number =>
  linearBytes(model, model.experts?.count ?? 0) + (model.totalParams - model.linearParams) * headBytesOf(model)

/** Bytes of the linear parameters that every token uses, and of so many routed experts of each layer. */
function linearBytes(model: Model, experts: number): number {
  const { shared, oneExpert } = linearParts(model)
  const bytes = model.experts?.bytesPerParam ?? model.linearBytesPerParam
  if (bytes === model.linearBytesPerParam) return (shared + oneExpert * experts) * bytes
  return shared * model.linearBytesPerParam + oneExpert * experts * bytes
}

/**
 * Distinct experts that a step of `tokens` tokens uses: with uniform routing E · (1 - (1 - k/E)^tokens), which
 * is an upper bound on the bytes read; at least k, which the physical limit uses.
 */
function expertsTouched(model: Model, tokens: number, bound: 'limit' | 'expected'): number {
  if (model.experts === null) return 1
  const { count, perToken } = model.experts
  return bound === 'limit' ? perToken : count * (1 - (1 - perToken / count) ** Math.max(1, tokens))
}

/**
 * Linear parameters that every token uses, and those of one routed expert over all layers: linear = shared + E · e and
 * active = shared + k · e.
 */
function linearParts(model: Model): { shared: number; oneExpert: number } {
  const { experts, linearParams, activeLinearParams } = model
  if (experts === null || experts.count === experts.perToken) return { shared: linearParams, oneExpert: 0 }
  const oneExpert = (linearParams - activeLinearParams) / (experts.count - experts.perToken)
  return { shared: activeLinearParams - experts.perToken * oneExpert, oneExpert }
}

/** Output head, norms and biases. The input embedding is a row lookup and not included unless it is also the head. */
function unquantisedParamsRead(model: Model): number {
  const rest = model.totalParams - model.linearParams - (model.unreadParams ?? 0)
  return model.tiedEmbeddings ? rest : rest - headParams(model)
}

/** Weight bytes that one decode step of `tokens` tokens reads: `q · linear + 2 · (head + norms)`. */
export function weightBytesRead(model: Model, tokens: number, bound: 'limit' | 'expected'): number {
  const linear = linearBytes(model, expertsTouched(model, tokens, bound))
  return linear + unquantisedParamsRead(model) * headBytesOf(model)
}
