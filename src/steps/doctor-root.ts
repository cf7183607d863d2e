import { accessSync, constants, statfsSync } from 'node:fs'
import { OVERLAY, nearestExisting } from '../host/root-refusal.ts'
import { controlName, findRoot } from '../host/root.ts'
import type { Root } from '../host/root.ts'
import { errnoOf, messageOf } from '../plan/guard-error.ts'
import type { Settings } from '../plan/settings.ts'
import { describeMisplaced } from '../report/misplaced.ts'
import { commandWord } from '../report/shell.ts'
import type { Finding } from './doctor.ts'
import { preciousOf } from './runtime.ts'
import type { Runtime } from './runtime.ts'

const CHECK = 'root'

/** Whether the root is there, or can be made, by this user; null where there is none to look into. */
export function checkRoot(
  settings: Settings,
  runtime: Runtime,
): { root: Root | null; findings: Finding[] } {
  try {
    const root = findRoot(settings.root, preciousOf(runtime.environment))
    if (root === null) return { root, findings: [checkFuture(settings.root)] }
    return { root, findings: [checkWritable(root), ...checkFolders(root), checkFileSystem(root)] }
  } catch (error) {
    const mend = 'Set root (or TARGET_GUARD_ROOT) to a directory of its own on a local disk.'
    return { root: null, findings: [fail(messageOf(error), mend)] }
  }
}

function ok(text: string): Finding {
  return { check: CHECK, level: 'ok', text, mend: '' }
}

function fail(text: string, mend: string): Finding {
  return { check: CHECK, level: 'fail', text, mend }
}

/** Of a root that the first job is to make, or to set up where somebody has made the directory. */
function checkFuture(path: string): Finding {
  const near = nearestExisting(path)
  const isThere = near === path
  const what = isThere ? `${path} is empty` : `${path} is not there yet`
  const refusal = whyNotWritten(near)
  if (refusal === null) {
    if (isThere) return ok(`${what} and can be written: the first job sets it up`)
    return { check: CHECK, level: 'warn', text: what, mend: 'The first job makes it.' }
  }
  const give = isThere ? 'chown "$(id -u)"' : 'install -d -o "$(id -u)"'
  return unwritten(`${what}, and ${refusal.why}`, refusal, `sudo ${give} ${commandWord(path)}`)
}

function checkWritable(root: Root): Finding {
  const own = [[], ['leases'], ['trash']].map((parts) => controlName(root, ...parts))
  for (const path of [root.path, ...own]) {
    const refusal = whyNotWritten(path)
    if (refusal === null) continue
    const word = commandWord(root.path)
    const command = `sudo chown "$(id -u)" ${word} ${word}/.target-guard ${word}/.target-guard/*`
    return unwritten(refusal.why, refusal, command)
  }
  return ok(`${root.path} is there and can be written`)
}

function checkFolders(root: Root): Finding[] {
  return describeMisplaced(root).map(({ text, mend }) => fail(text, mend))
}

interface Refusal {
  /** what stands in the way, in words */
  why: string
  errno: string
}

/** By access(2), which writes nothing. */
function whyNotWritten(path: string): Refusal | null {
  try {
    accessSync(path, constants.W_OK | constants.X_OK)
    return null
  } catch (error) {
    const errno = errnoOf(error)
    if (errno === 'EROFS') return { why: `${path} is mounted read-only`, errno }
    if (errno !== 'EACCES') return { why: messageOf(error), errno }
    return { why: `uid ${process.geteuid?.() ?? '?'} may not write in ${path}`, errno }
  }
}

function unwritten(text: string, { errno }: Refusal, command: string): Finding {
  if (errno === 'EACCES') return fail(text, `As the runner’s user: ${command}`)
  const mount = errno === 'EROFS' ? 'Mount it writable (“dmesg” may say why it is not)' : 'Mend it'
  return fail(text, `${mount}, or set root to a directory on another disk.`)
}

function checkFileSystem(root: Root): Finding {
  const check = 'file system'
  if (statfsSync(root.path).type >>> 0 !== OVERLAY) {
    return { check, level: 'ok', text: 'it is a local disk', mend: '' }
  }
  return {
    check,
    level: 'warn',
    text: `${root.path} lies on an overlay: it goes with the container that the runner lives in`,
    mend: 'Mount a volume at the root.',
  }
}
