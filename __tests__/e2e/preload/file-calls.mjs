// Lets a preload module stand between a program and its changes to files: every mutating function of
// node:fs (sync, callback, promises, FileHandle) and every start of a child process is announced with a
// number before it happens and after. The program itself knows nothing of it.
import { createRequire, syncBuiltinESMExports } from 'node:module'
import * as path from 'node:path'
import { fileURLToPath } from 'node:url'
import { isMainThread } from 'node:worker_threads'

const require = createRequire(import.meta.url)
const fs = require('node:fs')
const childProcess = require('node:child_process')

const { TG_FAULT_PROGRAM: program, TG_FAULT_ROOT: root = '/' } = process.env
const commandFiles = new Set(
  ['ENV', 'OUTPUT', 'PATH', 'STATE', 'STEP_SUMMARY'].map((name) => process.env[`GITHUB_${name}`]),
)

/** Functions whose first argument is the only path. */
const ONE_PATH = [
  'chmod',
  'chown',
  'lchmod',
  'lchown',
  'lutimes',
  'mkdir',
  'mkdtemp',
  'rm',
  'rmdir',
].concat(['truncate', 'unlink', 'utimes'])
/** Functions that change what two paths mean. */
const TWO_PATHS = ['copyFile', 'cp', 'link', 'rename']
/** Functions of an open file, by the names they have on a FileHandle. */
const OF_A_FILE = {
  fchmod: 'chmod',
  fchown: 'chown',
  fdatasync: 'datasync',
  fsync: 'sync',
  ftruncate: 'truncate',
  futimes: 'utimes',
  write: 'write',
  writev: 'writev',
}

/** Path of every open descriptor, whatever it was opened for. */
const openFiles = new Map()
/** Above 0 while a call that was announced runs: what it calls in turn belongs to it. */
let inside = 0
let count = 0
let listener

/**
 * Announces every call that touches a path below TG_FAULT_ROOT (or a command file of the step), and
 * every start of a process, to `before(call)`, which may throw, and to `after(call)`.
 * A call is `{ number, op, path, dest }`: numbers count from 1 in this process; `dest` only of two paths.
 * `halve(call)`, for writes, has only the first half of the data written.
 * Does nothing in worker threads, and in programs that TG_FAULT_PROGRAM (a regex on argv[1]) leaves out.
 */
export function listenToFileCalls(newListener) {
  if (!isMainThread) return
  if (program !== undefined && !new RegExp(program).test(process.argv[1] ?? '')) return
  listener = newListener
  patchSync()
  patchCallbacks()
  patchPromises()
  patchProcesses()
  syncBuiltinESMExports()
}

/** Runs `work` without announcing what it does. */
export function unheard(work) {
  inside += 1
  try {
    return work()
  } finally {
    inside -= 1
  }
}

function toPath(value) {
  if (value instanceof URL) return fileURLToPath(value)
  return typeof value === 'string' || Buffer.isBuffer(value)
    ? byName(path.resolve(String(value)))
    : undefined
}

/** A path through a directory that is held open, by the name that directory has now. */
function byName(file) {
  const found = new RegExp(`^(/proc/(?:self|${process.pid})/fd/\\d+)(/.*)?$`).exec(file)
  if (found === null) return file
  const [, descriptor = '', rest = ''] = found
  try {
    return fs.readlinkSync(descriptor) + rest
  } catch {
    return file
  }
}

function isWatched(file) {
  if (file === undefined) return false
  const below = root.endsWith('/') ? root : `${root}/`
  return file === root || file.startsWith(below) || commandFiles.has(file)
}

/** The call, if it is one to announce. */
function watch(op, file, dest) {
  if (inside > 0 || !(isWatched(file) || isWatched(dest))) return undefined
  return { op, path: file, dest }
}

function begin(call) {
  count += 1
  call.number = count
  listener.before(call)
  return call
}

const describe = {
  ...Object.fromEntries(ONE_PATH.map((op) => [op, (args) => watch(op, toPath(args[0]))])),
  ...Object.fromEntries(
    TWO_PATHS.map((op) => [op, (args) => watch(op, toPath(args[0]), toPath(args[1]))]),
  ),
  ...Object.fromEntries(
    Object.keys(OF_A_FILE).map((op) => [op, (args) => watch(op, openFiles.get(args[0]))]),
  ),
  symlink: (args) => watch('symlink', toPath(args[1])),
  open: (args) => (isWriting(args[1]) ? watch('open', toPath(args[0])) : undefined),
}

function isWriting(flags) {
  const { O_APPEND, O_CREAT, O_RDWR, O_TRUNC, O_WRONLY } = fs.constants
  if (typeof flags === 'number') {
    return (flags & (O_APPEND | O_CREAT | O_RDWR | O_TRUNC | O_WRONLY)) !== 0
  }
  return typeof flags === 'string' && !['r', 'rs', 'sr'].includes(flags)
}

/** The arguments of a write that stops half-way, whichever of its forms was called. */
function halved({ whole = false }, [target, data, ...rest]) {
  if (typeof data === 'string' || Array.isArray(data)) {
    return [target, data.slice(0, data.length >> 1), ...rest]
  }
  const bytes = asBytes(data)
  if (whole) return [target, bytes.subarray(0, bytes.byteLength >> 1), ...rest]
  const callback = rest.filter((each) => typeof each === 'function')
  const [first, second, third] = rest.filter((each) => typeof each !== 'function')
  const range =
    typeof first === 'object' && first !== null
      ? first
      : { offset: first, length: second, position: third }
  const { offset = 0, position = null } = range
  const length = (range.length ?? bytes.byteLength - offset) >> 1
  return [target, bytes.subarray(offset, offset + length), 0, length, position, ...callback]
}

function prepared(call, args) {
  begin(call)
  const isWrite = call.op === 'write' || call.op === 'writev'
  return isWrite && listener.halve?.(call) === true ? halved(call, args) : args
}

function replace(object, name, make) {
  const original = object[name]
  if (typeof original !== 'function') return
  const replacement = make(original)
  for (const key of Reflect.ownKeys(original)) {
    const property = Object.getOwnPropertyDescriptor(original, key)
    if (key !== 'prototype') Object.defineProperty(replacement, key, property)
  }
  object[name] = replacement
}

function patchSync() {
  for (const [op, callOf] of Object.entries(describe)) {
    replace(fs, `${op}Sync`, (original) => (...args) => {
      const call = callOf(args)
      const result =
        call === undefined ? original(...args) : runSync(call, original, prepared(call, args))
      if (op === 'open') openFiles.set(result, toPath(args[0]))
      return result
    })
  }
  replace(fs, 'closeSync', (original) => (fd) => {
    openFiles.delete(fd)
    return original(fd)
  })
  // Taken apart into open and write, so that a fault can come between them, on every node alike.
  replace(fs, 'writeFileSync', (original) => writeWholeSync(original, 'w'))
  replace(fs, 'appendFileSync', (original) => writeWholeSync(original, 'a'))
}

function runSync(call, original, args) {
  try {
    return unheard(() => original(...args))
  } finally {
    listener.after(call)
  }
}

function writeWholeSync(original, defaultFlag) {
  return (target, data, options) => {
    const file = typeof target === 'number' ? openFiles.get(target) : toPath(target)
    if (watch('write', file) === undefined) return original(target, data, options)
    const { encoding, flag, flush, mode } = asOptions(options)
    const bytes = asBytes(data, encoding)
    const fd = typeof target === 'number' ? target : fs.openSync(target, flag ?? defaultFlag, mode)
    try {
      for (let offset = 0; offset < bytes.byteLength;) offset += fs.writeSync(fd, bytes, offset)
      if (flush === true) fs.fsyncSync(fd)
    } finally {
      if (fd !== target) fs.closeSync(fd)
    }
    return undefined
  }
}

function asOptions(options) {
  return (typeof options === 'string' ? { encoding: options } : options) ?? {}
}

function asBytes(data, encoding) {
  if (ArrayBuffer.isView(data)) return Buffer.from(data.buffer, data.byteOffset, data.byteLength)
  return Buffer.from(String(data), encoding ?? 'utf8')
}

function patchCallbacks() {
  for (const [op, callOf] of Object.entries(describe)) {
    replace(fs, op, (original) => (...args) => {
      const callback = args.at(-1)
      const call = typeof callback === 'function' ? callOf(args) : undefined
      const done = (error, ...results) => {
        if (call !== undefined) listener.after(call)
        if (op === 'open' && !error) openFiles.set(results[0], toPath(args[0]))
        callback(error, ...results)
      }
      if (typeof callback !== 'function') return original(...args)
      let ready = args
      try {
        if (call !== undefined) ready = prepared(call, args)
      } catch (error) {
        process.nextTick(callback, error)
        return undefined
      }
      return original(...ready.slice(0, -1), done)
    })
  }
  replace(fs, 'close', (original) => (fd, ...rest) => {
    openFiles.delete(fd)
    return original(fd, ...rest)
  })
}

function patchPromises() {
  const { promises } = fs
  for (const [op, callOf] of Object.entries(describe)) {
    replace(promises, op, (original) => async (...args) => {
      const call = callOf(args)
      const result = await runAsync(call, original, args)
      if (op === 'open') adopt(result, toPath(args[0]))
      return result
    })
  }
  replace(promises, 'writeFile', (original) => writeWhole(original, 'w'))
  replace(promises, 'appendFile', (original) => writeWhole(original, 'a'))
}

async function runAsync(call, original, args) {
  if (call === undefined) return original(...args)
  const ready = prepared(call, args)
  try {
    return await original(...ready)
  } finally {
    listener.after(call)
  }
}

function writeWhole(original, defaultFlag) {
  return async (target, data, options) => {
    const file = toPath(target)
    const isText = typeof data === 'string' || ArrayBuffer.isView(data)
    if (!isText || watch('write', file) === undefined) return original(target, data, options)
    const { encoding, flag, flush, mode } = asOptions(options)
    const handle = await fs.promises.open(target, flag ?? defaultFlag, mode)
    try {
      await handle.writeFile(asBytes(data, encoding))
      if (flush === true) await handle.sync()
    } finally {
      await handle.close()
    }
    return undefined
  }
}

let patchedHandles = false

/** Remembers a FileHandle's path, and patches the class when the first one is seen. */
function adopt(handle, file) {
  openFiles.set(handle.fd, file)
  if (patchedHandles) return
  patchedHandles = true
  const prototype = Object.getPrototypeOf(handle)
  for (const [op, name] of Object.entries(OF_A_FILE)) patchMethod(prototype, op, name, false)
  for (const name of ['appendFile', 'writeFile']) patchMethod(prototype, 'write', name, true)
  replace(
    prototype,
    'close',
    (original) =>
      function close() {
        openFiles.delete(this.fd)
        return original.call(this)
      },
  )
}

function patchMethod(prototype, op, name, whole) {
  replace(
    prototype,
    name,
    (original) =>
      async function method(...args) {
        const call = watch(op, openFiles.get(this.fd))
        if (call !== undefined) call.whole = whole
        return runAsync(call, (_, ...rest) => original.apply(this, rest), [this, ...args])
      },
  )
}

function patchProcesses() {
  // Everything that starts a process without waiting for it comes through here.
  replace(
    childProcess.ChildProcess.prototype,
    'spawn',
    (original) =>
      function spawn(options) {
        const call = { op: 'spawn', path: (options.args ?? [options.file]).join(' ') }
        try {
          begin(call)
        } catch (error) {
          return original.call(failing(this, error), { ...options, file: '/nonexistent/program' })
        }
        try {
          return original.call(this, options)
        } finally {
          listener.after(call)
        }
      },
  )
  replace(childProcess, 'spawnSync', (original) => (file, ...rest) => {
    const args = Array.isArray(rest[0]) ? rest[0] : []
    const call = { op: 'spawn', path: [file, ...args].join(' ') }
    try {
      begin(call)
    } catch (error) {
      return { error, pid: 0, output: null, stdout: null, stderr: null, status: null, signal: null }
    }
    return runSync(call, original, [file, ...rest])
  })
  for (const name of ['execFileSync', 'execSync']) {
    replace(childProcess, name, (original) => (file, ...rest) => {
      const args = Array.isArray(rest[0]) ? rest[0] : []
      const call = begin({ op: 'spawn', path: [file, ...args].join(' ') })
      return runSync(call, original, [file, ...rest])
    })
  }
}

/** Has a child that cannot be started report that error instead of its own. */
function failing(child, error) {
  const { emit } = child
  child.emit = (event, ...args) => emit.call(child, event, ...(event === 'error' ? [error] : args))
  return child
}
