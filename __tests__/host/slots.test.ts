import {
  existsSync,
  lstatSync,
  mkdirSync,
  readdirSync,
  renameSync,
  rmdirSync,
  symlinkSync,
  writeFileSync,
} from 'node:fs'
import { dirname } from 'node:path'
import { describe, expect, test } from '@jest/globals'
import { deleteInPlace } from '../../src/host/deletion.ts'
import { controlName, openRoot } from '../../src/host/root.ts'
import type { Root } from '../../src/host/root.ts'
import { findSlot, listSlots, makeSlot, removeEmptyParents } from '../../src/host/slots.ts'
import { moveToTrash } from '../../src/host/trash.ts'
import { needs } from '../e2e/capabilities.ts'
import { useScene } from '../e2e/use-scene.ts'
import { caught } from '../helpers/caught.ts'
import { aLease, anId } from '../helpers/lease.ts'
import { listing } from '../helpers/listing.ts'
import { OPEN_ROOT, writeProgram } from '../helpers/program.ts'
import { PRECIOUS, aRoot } from '../helpers/root.ts'
import { hold } from '../helpers/hold.ts'

const scene = useScene()
const { slot, id } = aLease()
const keep = (): void => {}

/** The first `depth` components of the slot's path. */
function upTo(depth: number): string {
  return slot.split('/').slice(0, depth).join('/')
}

/** What lies in the root besides its own folder. */
function names(root: Root): string[] {
  return readdirSync(root.path).filter((name) => name !== '.target-guard')
}

test('whatever is put at the root’s path later, it is the root’s own slots that are made and taken', async () => {
  const root = aRoot(scene())
  const other = aRoot(scene(), scene().directory('other'))
  makeSlot(root, slot, keep)
  makeSlot(other, slot, keep)
  renameSync(root.path, `${root.path}.aside`)
  symlinkSync(other.path, root.path)
  const second = aLease({ id: anId(2) })
  makeSlot(root, second.slot, keep)
  expect(listSlots(root).slots.toSorted()).toEqual([slot, second.slot].toSorted())
  expect(moveToTrash(root, slot, id)).toBe(true)
  expect((await deleteInPlace(root, second.slot)).kind).toBe('deleted')
  removeEmptyParents(root, slot)
  expect([listSlots(root).slots, listSlots(other).slots]).toEqual([[], [slot]])
  expect(readdirSync(`${root.path}.aside/.target-guard/trash`)).toEqual([id])
})

describe('making a slot', () => {
  test('makes all directories, and has the run dir and the slot given away while they are empty', () => {
    const root = aRoot(scene())
    const given: string[] = []
    makeSlot(root, slot, (path, what) => {
      expect(readdirSync(path)).toEqual([])
      given.push(what)
    })
    expect(given).toEqual(['run-1001', slot])
    expect(lstatSync(`${root.path}/${slot}`).isDirectory()).toBe(true)
  })

  test('gives away nothing that was there before', () => {
    const root = aRoot(scene())
    makeSlot(root, slot, keep)
    const given: string[] = []
    const other = aLease({ id: anId(2) }).slot
    makeSlot(root, other, (_, what) => given.push(what))
    expect(given).toEqual([other])
  })

  test('never takes a slot that is there already', () => {
    const root = aRoot(scene())
    makeSlot(root, slot, keep)
    expect(caught(() => makeSlot(root, slot, keep))).toMatchObject({ code: 'EEXIST' })
  })

  test.each([1, 2, 3, 4])('follows no link planted for component %i', (depth) => {
    const root = aRoot(scene())
    const victim = scene().directory('victim')
    mkdirSync(`${root.path}/${upTo(depth - 1)}`, { recursive: true })
    symlinkSync(victim, `${root.path}/${upTo(depth)}`)
    const before = listing(victim)
    expect(() => makeSlot(root, slot, keep)).toThrow(/ENOTDIR|ELOOP/)
    expect(listing(victim)).toEqual(before)
  })

  test('leaves a link planted for the slot itself alone', () => {
    const root = aRoot(scene())
    const victim = scene().directory('victim')
    mkdirSync(`${root.path}/${upTo(4)}`, { recursive: true })
    symlinkSync(victim, `${root.path}/${slot}`)
    expect(caught(() => makeSlot(root, slot, keep))).toMatchObject({ code: 'EEXIST' })
  })

  needs('root').describe('as root in another user’s root', () => {
    test('gives that user what lies above the run dir', () => {
      const { path } = aRoot(scene())
      const root = { ...openRoot(path, PRECIOUS), uid: 1, gid: 1 }
      makeSlot(root, slot, keep)
      const owners = [1, 2, 3, 4, 5].map((depth) => lstatSync(`${path}/${upTo(depth)}`).uid)
      expect(owners).toEqual([1, 1, 1, 0, 0])
    })
  })

  test('succeeds while others remove the directories above it as soon as they are empty', async () => {
    const root = aRoot(scene())
    const script = writeProgram(
      scene(),
      `${OPEN_ROOT}
       import { removeEmptyParents } from './host/slots.js'
       console.log('ready')
       const pause = new Int32Array(new SharedArrayBuffer(4))
       for (;;) {
         removeEmptyParents(root, process.argv[3])
         Atomics.wait(pause, 0, 0, Math.random() / 2)
       }`,
    )
    const words = [process.execPath, script, root.path, slot]
    await hold(scene(), 'exec "$@"', words)
    // Thousands of passes in a second. Without any pause each would wait in the kernel for the very
    // moment at which a directory has been made, and win for ever.
    for (let round = 0; round < 100; round += 1) {
      expect(() => makeSlot(root, slot, keep)).not.toThrow()
      rmdirSync(`${root.path}/${slot}`)
    }
  }, 30_000)
})

describe('finding a slot', () => {
  test('tells what is there from what is not', () => {
    const root = aRoot(scene())
    expect(findSlot(root, slot)).toBe('missing')
    mkdirSync(`${root.path}/${upTo(3)}`, { recursive: true })
    expect(findSlot(root, slot)).toBe('missing')
    makeSlot(root, slot, keep)
    expect(findSlot(root, slot)).toBe('present')
  })

  test.each([1, 2, 3, 4])('is diverted by a link or a file in place of component %i', (depth) => {
    const root = aRoot(scene())
    makeSlot(root, slot, keep)
    const place = `${root.path}/${upTo(depth)}`
    const moved = `${scene().directory('moved')}/x`
    renameSync(place, moved)
    symlinkSync(moved, place)
    expect(findSlot(root, slot)).toBe('diverted')
    expect(() => moveToTrash(root, slot, id)).toThrow(/ENOTDIR|ELOOP/)
    expect(existsSync(controlName(root, 'trash', id))).toBe(false)
  })

  test('is diverted by a file on the way', () => {
    const root = aRoot(scene())
    writeFileSync(`${root.path}/octo-org`, '')
    expect(findSlot(root, slot)).toBe('diverted')
  })
})

describe('removing empty parents', () => {
  test('takes all that are empty, and not the root', () => {
    const root = aRoot(scene())
    makeSlot(root, slot, keep)
    rmdirSync(`${root.path}/${slot}`)
    removeEmptyParents(root, slot)
    expect(names(root)).toEqual([])
  })

  test('goes on above what somebody else has removed', () => {
    const root = aRoot(scene())
    mkdirSync(`${root.path}/${upTo(2)}`, { recursive: true })
    removeEmptyParents(root, slot)
    expect(names(root)).toEqual([])
  })

  test.each([1, 2, 3, 4])('stops at component %i where that holds something else', (depth) => {
    const root = aRoot(scene())
    mkdirSync(`${root.path}/${upTo(4)}`, { recursive: true })
    writeFileSync(`${root.path}/${upTo(depth)}/note`, '')
    removeEmptyParents(root, slot)
    expect(existsSync(`${root.path}/${upTo(depth)}/note`)).toBe(true)
    expect(existsSync(`${root.path}/${upTo(depth + 1)}`)).toBe(false)
  })

  test.each([1, 2, 3])('removes nothing behind a link for component %i', (depth) => {
    const root = aRoot(scene())
    const victim = `${scene().directory('victim')}/x`
    makeSlot(root, slot, keep)
    rmdirSync(`${root.path}/${slot}`)
    renameSync(`${root.path}/${upTo(depth)}`, victim)
    symlinkSync(victim, `${root.path}/${upTo(depth)}`)
    const before = listing(dirname(victim))
    removeEmptyParents(root, slot)
    expect(listing(dirname(victim))).toEqual(before)
  })
})

describe('listing the root', () => {
  test('tells slots from what is odd, and goes into neither slot nor link', () => {
    const root = aRoot(scene())
    const other = scene().directory('other')
    mkdirSync(`${other}/demo/7/run-1/build-1-${anId(9)}`, { recursive: true })
    makeSlot(root, slot, keep)
    mkdirSync(`${root.path}/${slot}/debug/deps`, { recursive: true })
    mkdirSync(`${root.path}/lost+found`)
    mkdirSync(`${root.path}/${upTo(4)}/not-a-slot`)
    symlinkSync(other, `${root.path}/linked`)
    writeFileSync(`${root.path}/octo-org/file`, '')
    const { slots, odd } = listSlots(root)
    expect(slots).toEqual([slot])
    expect(odd.toSorted()).toEqual([
      `linked`,
      `octo-org/demo/7/run-1001/not-a-slot`,
      `octo-org/file`,
    ])
  })

  test('finds nothing in a new root', () => {
    expect(listSlots(aRoot(scene()))).toMatchObject({ slots: [], odd: [] })
  })
})
