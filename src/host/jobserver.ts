import { fstatSync } from 'node:fs'

/** Node closes these on exec, whoever opened them; higher ones it leaves as they are. */
const CLOSED_UP_TO = 15

/**
 * Numbers of the open files by which make has its recipes share processors, where there are such:
 * a command that is told of them in its environment finds something at those numbers.
 */
export function jobserverFiles(environment: NodeJS.ProcessEnv): number[] {
  const words = ['MAKEFLAGS', 'CARGO_MAKEFLAGS', 'MFLAGS'].map((name) => environment[name] ?? '')
  const named = words.flatMap((text) =>
    Array.from(text.matchAll(/--jobserver-(?:auth|fds)=([0-9]{1,4}),([0-9]{1,4})(?= |$)/g)),
  )
  const numbers = named.flatMap(([, from, to]) => [Number(from), Number(to)])
  return [...new Set(numbers)].filter((file) => file > 2 && file <= CLOSED_UP_TO && isPipe(file))
}

function isPipe(file: number): boolean {
  try {
    return fstatSync(file).isFIFO()
  } catch {
    // Make has closed it: the recipe is not one that may build in parallel.
    return false
  }
}
