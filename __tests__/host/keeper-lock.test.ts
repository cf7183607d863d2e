import { existsSync, rmSync, symlinkSync, writeFileSync } from 'node:fs'
import { beforeEach, describe, expect, test } from '@jest/globals'
import {
  findKeepers,
  keeperPath,
  noteKeeper,
  openKeeperLock,
  readKeeper,
} from '../../src/host/keeper-lock.ts'
import { readPidNamespace } from '../../src/host/boot.ts'
import { controlName } from '../../src/host/root.ts'
import type { Root } from '../../src/host/root.ts'
import { useScene } from '../e2e/use-scene.ts'
import { caught } from '../helpers/caught.ts'
import { hold } from '../helpers/hold.ts'
import { anId } from '../helpers/lease.ts'
import { aRoot } from '../helpers/root.ts'

const scene = useScene()
let root: Root
let file: string
const id = anId()

beforeEach(() => {
  root = aRoot(scene())
  file = controlName(root, 'leases', `${id}.keeper`)
})

/** Has a process hold the lock, until it is released. */
async function held(): Promise<() => Promise<void>> {
  const command = 'exec 9>>"$1"; flock -x -n 9 || exit 1; echo ready; read'
  return (await hold(scene(), command, [file])).release
}

describe('a keeper is found', () => {
  test('for as long as it holds its lock, and never by a file alone', async () => {
    writeFileSync(file, '')
    expect(await findKeepers(root, [id])).toEqual(new Set())
    const release = await held()
    expect(await findKeepers(root, [anId(2), id])).toEqual(new Set([id]))
    await release()
    expect(await findKeepers(root, [id])).toEqual(new Set())
  })

  test('not where its lock’s file was deleted, which says nothing', async () => {
    const release = await held()
    rmSync(file)
    expect(await findKeepers(root, [id])).toEqual(new Set())
    expect(existsSync(file)).toBe(false)
    await release()
  })

  test('not by what was planted there', async () => {
    const release = await held()
    symlinkSync(file, controlName(root, 'leases', `${anId(2)}.keeper`))
    await scene().must('mkfifo', [controlName(root, 'leases', `${anId(3)}.keeper`)])
    expect(await findKeepers(root, [anId(2), anId(3)])).toEqual(new Set())
    await release()
  })

  test('among more of them than one call asks for', async () => {
    const ids = Array.from({ length: 450 }, (_, n) => anId(n + 2))
    for (const each of ids) writeFileSync(controlName(root, 'leases', `${each}.keeper`), '')
    const release = await held()
    expect(await findKeepers(root, [...ids, id])).toEqual(new Set([id]))
    await release()
  })
})

describe('the lock’s file', () => {
  test('is not made through a link, nor of what is no file', async () => {
    const elsewhere = `${scene().directory('elsewhere')}/made`
    symlinkSync(elsewhere, file)
    expect(caught(() => openKeeperLock(root, id))).toMatchObject({ code: 'ELOOP' })
    expect(existsSync(elsewhere)).toBe(false)
    rmSync(file)
    await scene().must('mkfifo', [file])
    expect(caught(() => openKeeperLock(root, id))).toHaveProperty(
      'message',
      expect.stringContaining('not a file'),
    )
  })

  test('tells which process it is, in the same pid namespace alone', () => {
    expect(readKeeper(root, id)).toBeNull()
    writeFileSync(keeperPath(root, id), '')
    expect(readKeeper(root, id)).toBeNull()
    noteKeeper(root, id, { pid: 4711, start: 12, pidNamespace: readPidNamespace() })
    expect(readKeeper(root, id)).toEqual({ pid: 4711, start: 12 })
    noteKeeper(root, id, { pid: 2, start: 3, pidNamespace: readPidNamespace() })
    expect(readKeeper(root, id)).toEqual({ pid: 2, start: 3 })
    noteKeeper(root, id, { pid: 2, start: 3, pidNamespace: 'pid:[1]' })
    expect(readKeeper(root, id)).toBeNull()
  })

  test.each(['1', '-5', '0', '1.5', '"7"'])('names no process %s', (pid) => {
    const text = `{"pid":${pid},"start":1,"pidNamespace":"${readPidNamespace()}"}`
    writeFileSync(file, text)
    expect(readKeeper(root, id)).toBeNull()
  })
})
