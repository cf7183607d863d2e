import {
  chmodSync,
  chownSync,
  existsSync,
  mkdirSync,
  rmSync,
  rmdirSync,
  symlinkSync,
  utimesSync,
  writeFileSync,
} from 'node:fs'
import { describe, expect, test } from '@jest/globals'
import { withHostLock } from '../../src/host/host-lock.ts'
import type { Root } from '../../src/host/root.ts'
import { needs } from '../e2e/capabilities.ts'
import { secondUser } from '../e2e/second-user.ts'
import { useScene } from '../e2e/use-scene.ts'
import { OPEN_ROOT, writeProgram } from '../helpers/program.ts'
import { aRoot } from '../helpers/root.ts'

const scene = useScene()

function lockOf(root: Root): string {
  return `${root.path}/.target-guard/host.lock.lock`
}

/** The budget, and what a busy machine may add. */
const MARGIN_MS = 2500

describe('work under the host lock', () => {
  test('is done once, and the lock is given back', async () => {
    const root = aRoot(scene())
    let done = 0
    const locked = await withHostLock(root, () => {
      expect(existsSync(lockOf(root))).toBe(true)
      done += 1
      return 'result'
    })
    expect(done).toBe(1)
    expect(locked).toMatchObject({ value: 'result', problem: null })
    expect(locked.heldMs).not.toBeNull()
    expect(existsSync(lockOf(root))).toBe(false)
  })

  test('that fails gives the lock back too, and fails', async () => {
    const root = aRoot(scene())
    const failing = withHostLock(root, () => {
      throw new Error('no')
    })
    await expect(failing).rejects.toThrow('no')
    expect(existsSync(lockOf(root))).toBe(false)
  })

  test('that had its lock broken is done all the same', async () => {
    const root = aRoot(scene())
    const { value } = await withHostLock(root, () => {
      rmdirSync(lockOf(root))
      return 'result'
    })
    expect(value).toBe('result')
  })

  test('takes over a lock whose holder is gone', async () => {
    const root = aRoot(scene())
    mkdirSync(lockOf(root))
    utimesSync(lockOf(root), 1000, 1000)
    expect(await withHostLock(root, () => 1)).toMatchObject({ value: 1, problem: null })
  })

  test('needs no host.lock: it may be gone', async () => {
    const root = aRoot(scene())
    rmSync(`${root.path}/.target-guard/host.lock`)
    expect(await withHostLock(root, () => 1)).toMatchObject({ value: 1, problem: null })
  })

  test('of eight processes at once is done by one after the other', async () => {
    const root = aRoot(scene())
    const script = writeProgram(
      scene(),
      `${OPEN_ROOT}
       import { withHostLock } from './host/host-lock.js'
       import { appendFileSync } from 'node:fs'
       const log = process.argv[3]
       for (let round = 0; round < 5; round += 1) {
         const { problem } = await withHostLock(root, () => {
           appendFileSync(log, process.pid + ' in\\n')
           const until = performance.now() + 2
           while (performance.now() < until);
           appendFileSync(log, process.pid + ' out\\n')
         })
         if (problem !== null) console.log(problem)
       }`,
    )
    const log = `${scene().directory()}/log`
    const words = [script, root.path, log]
    const runs = Array.from({ length: 8 }, async () => scene().must(process.execPath, words))
    const said = await Promise.all(runs)
    expect(said.map(({ stdout }) => stdout).join('')).toBe('')
    const { stdout } = await scene().must('cat', [log])
    const lines = stdout.trim().split('\n')
    expect(lines).toHaveLength(80)
    for (let at = 0; at < lines.length; at += 2) {
      expect(lines[at + 1]).toBe(lines[at]?.replace('in', 'out'))
    }
  }, 60_000)
})

describe('without the lock the work is done all the same, once, in time, with the reason', () => {
  /** What may lie where the lock would be made. */
  const planted: Record<string, (lock: string) => void> = {
    'a file': (lock) => writeFileSync(lock, ''),
    'a directory with a file in it': (lock) => {
      mkdirSync(lock)
      writeFileSync(`${lock}/file`, '')
      utimesSync(lock, 1000, 1000)
    },
    'a link to a directory': (lock) => symlinkSync('/', lock),
    'a dangling link': (lock) => symlinkSync('/nowhere', lock),
    'a lock from the future': (lock) => {
      mkdirSync(lock)
      const future = Date.now() / 1000 + 86_400
      utimesSync(lock, future, future)
    },
  }

  test(`where somebody has planted ${Object.keys(planted).join(', ')}`, async () => {
    const cases = Object.entries(planted).map(([what, plant]) => {
      const root = aRoot(scene())
      plant(lockOf(root))
      return { what, root, count: 0 }
    })
    const outcomes = await Promise.all(
      cases.map(async (each) => {
        const locked = await withHostLock(each.root, () => {
          each.count += 1
          return each.what
        })
        expect(locked.value).toBe(each.what)
        expect(locked.problem).not.toBe('')
        // A file of that age is a holder that died: then the lock is taken over, which is as good.
        if (locked.problem === null) return null
        expect(locked.heldMs).toBeNull()
        return locked
      }),
    )
    expect(cases.map(({ count }) => count)).toEqual(cases.map(() => 1))
    expect(outcomes.filter((each) => each !== null)).not.toEqual([])
    for (const each of outcomes) expect(each?.waitedMs ?? 0).toBeLessThan(5000 + MARGIN_MS)
  }, 30_000)

  needs('root', 'second-user').describe('for an ordinary user', () => {
    test('where the lock cannot be made; and the process ends in that time', async () => {
      const root = aRoot(scene())
      const control = `${root.path}/.target-guard`
      const { uid, gid } = secondUser() ?? { uid: 65_534, gid: 65_534 }
      chownSync(control, 0, 0)
      chmodSync(control, 0o555)
      const script = writeProgram(
        scene(),
        `${OPEN_ROOT}
       import { withHostLock } from './host/host-lock.js'
         let count = 0
         const { problem } = await withHostLock(root, () => { count += 1 })
         console.log(count, problem === null)`,
      )
      const started = performance.now()
      const words = [script, root.path]
      const { stdout } = await scene().must(process.execPath, words, { uid, gid })
      expect(stdout).toBe('1 false\n')
      expect(performance.now() - started).toBeLessThan(5000 + MARGIN_MS)
    }, 30_000)
  })
})
