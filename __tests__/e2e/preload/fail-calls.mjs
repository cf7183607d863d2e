// Has every call whose `op path` (or `op path -> path`) matches the regex TG_FAULT_MATCH fail with
// TG_FAULT_ERRNO, such as ENOSPC; with TG_FAULT_AT only the call of that number, with TG_FAULT_TIMES only
// the first so many of them, with TG_FAULT_SKIP not the first so many. What `statfs path` matches fails too,
// although it changes nothing and so has no number.
import { createRequire, syncBuiltinESMExports } from 'node:module'
import { constants } from 'node:os'
import { getSystemErrorMap } from 'node:util'
import { listenToFileCalls } from './file-calls.mjs'

const { TG_FAULT_AT, TG_FAULT_ERRNO, TG_FAULT_MATCH } = process.env
const { TG_FAULT_PROGRAM, TG_FAULT_SKIP = '0', TG_FAULT_TIMES = 'Infinity' } = process.env
const pattern = new RegExp(TG_FAULT_MATCH)
let skip = Number(TG_FAULT_SKIP)
let left = Number(TG_FAULT_TIMES)

function strikes(call) {
  if (!pattern.test(call)) return false
  skip -= 1
  if (skip >= 0) return false
  left -= 1
  return left >= 0
}

/** Where libuv's name of the system call is not the function's. */
const SYSCALLS = { copyFile: 'copyfile', futimes: 'futime', lutimes: 'lutime', utimes: 'utime' }
const WITHOUT_PATH = new Set(['fchmod', 'fchown', 'fdatasync', 'fsync', 'ftruncate', 'futimes'])
  .add('write')
  .add('writev')

const errno = -constants.errno[TG_FAULT_ERRNO]
// libuv knows no name for some, such as EDQUOT: then node has this in the place of both.
const unknown = `Unknown system error ${errno}`
const [code, text] = getSystemErrorMap().get(errno) ?? [unknown, unknown]

function systemError({ op, path, dest }) {
  if (op === 'spawn') {
    const [file, ...spawnargs] = path.split(' ')
    const error = new Error(`spawn ${file} ${code}`)
    return Object.assign(error, { errno, code, syscall: `spawn ${file}`, path: file, spawnargs })
  }
  const syscall = SYSCALLS[op] ?? op
  if (WITHOUT_PATH.has(op)) {
    return Object.assign(new Error(`${code}: ${text}, ${syscall}`), { errno, code, syscall })
  }
  const paths = dest === undefined ? `'${path}'` : `'${path}' -> '${dest}'`
  const error = new Error(`${code}: ${text}, ${syscall} ${paths}`)
  Object.assign(error, { errno, code, syscall, path })
  return dest === undefined ? error : Object.assign(error, { dest })
}

listenToFileCalls({
  before(call) {
    const paths = call.dest === undefined ? call.path : `${call.path} -> ${call.dest}`
    if (TG_FAULT_AT !== undefined && call.number !== Number(TG_FAULT_AT)) return
    if (strikes(`${call.op} ${paths}`)) throw systemError(call)
  },
  after() {},
})

if (TG_FAULT_PROGRAM === undefined || new RegExp(TG_FAULT_PROGRAM).test(process.argv[1] ?? '')) {
  const fs = createRequire(import.meta.url)('node:fs')
  const { statfsSync } = fs
  fs.statfsSync = (path, ...rest) => {
    if (strikes(`statfs ${path}`)) throw systemError({ op: 'statfs', path })
    return statfsSync(path, ...rest)
  }
  syncBuiltinESMExports()
}
