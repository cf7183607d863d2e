// Appends every announced call to TG_FAULT_LOG as a line `n op path`, or `n op path -> path`.
import { appendFileSync } from 'node:fs'
import { listenToFileCalls, unheard } from './file-calls.mjs'

const log = process.env.TG_FAULT_LOG
const append = appendFileSync

listenToFileCalls({
  before({ number, op, path, dest }) {
    const paths = dest === undefined ? path : `${path} -> ${dest}`
    // A script on a command line has lines of its own.
    unheard(() => append(log, `${number} ${op} ${paths.replaceAll('\n', ' ')}\n`))
  },
  after() {},
})
