import { createRequire } from 'node:module'

/** A document of `nvidia-smi -q -x` as xml2js gives it without arrays: a node is text, an object, or an array of either. */
export type XmlNode = string | { readonly [name: string]: XmlNode } | readonly XmlNode[] | undefined

type ParseString = (xml: string, options: object, done: (error: Error | null, document: XmlNode) => void) => void

/** The parser that node-nvidia-smi itself uses, found from where that package stands: one parser, one behaviour. */
const requireHere = createRequire(import.meta.url)
const { parseString } = createRequire(requireHere.resolve('node-nvidia-smi'))('xml2js') as { parseString: ParseString }

/** Parses the output of `nvidia-smi -q -x` with the options of node-nvidia-smi. Rejects when it is no XML. */
export function parseSmiXml(xml: string): Promise<XmlNode> {
  return new Promise((resolve, reject) => {
    parseString(xml, { explicitArray: false, trim: true }, (error, document) => {
      if (error) reject(error)
      else resolve(document)
    })
  })
}

/** The node at a path of element names; the first one where there are several. Own keys only: `__proto__` is text here. */
export function nodeAt(node: XmlNode, ...path: readonly string[]): XmlNode {
  let here = first(node)
  for (const name of path) {
    if (typeof here !== 'object' || Array.isArray(here) || !Object.hasOwn(here, name)) return undefined
    here = first((here as { readonly [name: string]: XmlNode })[name])
  }
  return here
}

/** The text at a path, or undefined where there is none: an element with attributes keeps its text under `_`. */
export function textAt(node: XmlNode, ...path: readonly string[]): string | undefined {
  const found = nodeAt(node, ...path)
  if (typeof found === 'string') return found
  const inner = nodeAt(found, '_')
  return typeof inner === 'string' ? inner : undefined
}

/** All nodes of one name: xml2js gives an object for one, an array for several. */
export function allAt(node: XmlNode, name: string): readonly XmlNode[] {
  const here = first(node)
  if (typeof here !== 'object' || Array.isArray(here) || !Object.hasOwn(here, name)) return []
  const found = (here as { readonly [name: string]: XmlNode })[name]
  return Array.isArray(found) ? found : [found]
}

const first = (node: XmlNode): XmlNode => (Array.isArray(node) ? node[0] : node)
