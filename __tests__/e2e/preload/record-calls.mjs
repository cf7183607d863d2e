// Appends every announced call to TG_FAULT_LOG as a line `n op path`, or `n op path -> path`, and behind a
// tab the way through the program that led to it.
import { appendFileSync } from 'node:fs'
import { listenToFileCalls, unheard } from './file-calls.mjs'

const log = process.env.TG_FAULT_LOG
const append = appendFileSync
Error.stackTraceLimit = 100

/** Where in the program, line by line, outermost last. */
function way() {
  const { stack } = new Error('only for its stack')
  return [...stack.matchAll(/\/dist\/(\w+\/[\w.]+:\d+:\d+)/g)].map(([, place]) => place).join(' ')
}

listenToFileCalls({
  before({ number, op, path, dest }) {
    const paths = dest === undefined ? path : `${path} -> ${dest}`
    // A script on a command line has lines of its own.
    const line = `${number} ${op} ${paths.replaceAll(/[\n\t]/g, ' ')}\t${way()}\n`
    unheard(() => append(log, line))
  },
  after() {},
})
