import type { Input } from './input.ts'

/**
 * Paths at which builds see their target dir and workspace, whatever runner and slot these are of: a
 * container that a step starts mounts them there, in every run.
 */
export interface ConstantPaths {
  target: string | null
  workspace: string | null
}

/** An input that is a path in a container; it need not be there on the host. */
export function constantPath(name: string): Input<string | null> {
  return {
    name,
    allowed: 'an absolute path without a “..”, such as /workspace/target',
    parse: (text) => (isConstantPath(text) ? text : undefined),
    whenEmpty: () => null,
  }
}

/** As Cargo writes it: no closing or doubled slash, and not the root of all. */
function isConstantPath(text: string): boolean {
  const [first, ...parts] = text.split('/')
  const isPlain = parts.every((part) => !['', '.', '..'].includes(part))
  return first === '' && parts.length > 0 && isPlain && !/\p{Cc}/u.test(text) && text.length <= 1024
}
