import { chownSync, mkdirSync } from 'node:fs'
import { expect, test } from '@jest/globals'
import { openRoot } from '../../src/host/root.ts'
import { PRECIOUS } from '../helpers/root.ts'
import { needs } from './capabilities.ts'
import { tool } from './guard.ts'
import { ordinaryUser } from './ordinary-user.ts'
import type { User } from './runner/installation.ts'
import { smallDisk } from './small-disk.ts'
import { useScene } from './use-scene.ts'

const scene = useScene()

interface Told {
  exitCode: number | null
  level: string
  text: string
  mend: string
}

/** What doctor says of a root, to a user. */
async function told(root: string, user: User | null): Promise<Told> {
  const words = [tool, 'doctor', '--json', '--root', root]
  const options = { env: { HOME: '/nonexistent' }, ...(user === null ? {} : user) }
  const { exitCode, stdout } = await scene().run(process.execPath, words, options)
  const findings = JSON.parse(stdout) as (Omit<Told, 'exitCode'> & { check: string })[]
  const found = findings.find(({ check }) => check === 'root')
  if (found === undefined) throw new Error(stdout)
  const { level, text, mend } = found
  return { exitCode, level, text, mend }
}

needs('root', 'second-user').describe('doctor, of a root', () => {
  test.each([
    ['absent', '/not there/deep', 'is not there yet', 'install -d -o'],
    ['empty', '/an empty one', 'is empty', 'chown'],
  ])('that is %s and that this user cannot make, fails', async (_, name, state, command) => {
    const { uid, gid } = ordinaryUser()
    const above = scene().directory('above')
    const folder = `${above}${name}`
    if (state === 'is empty') mkdirSync(folder)
    const near = state === 'is empty' ? folder : above
    expect(await told(folder, { uid, gid })).toEqual({
      exitCode: 1,
      level: 'fail',
      text: `${folder} ${state}, and uid ${uid} may not write in ${near}`,
      mend: `As the runner’s user: sudo ${command} "$(id -u)" '${folder}'`,
    })
  })

  test('that is absent or empty and can be made, tells which', async () => {
    const { uid, gid } = ordinaryUser()
    const folder = scene().directory('own')
    chownSync(folder, uid, gid)
    expect(await told(`${folder}/deep/er`, { uid, gid })).toMatchObject({
      level: 'warn',
      text: `${folder}/deep/er is not there yet`,
    })
    expect(await told(folder, { uid, gid })).toMatchObject({
      level: 'ok',
      text: `${folder} is empty and can be written: the first job sets it up`,
    })
  })

  test('that another user owns, tells what to give', async () => {
    const { uid, gid } = ordinaryUser()
    const folder = `${scene().directory('other')}/a b`
    openRoot(folder, PRECIOUS)
    const { level, text, mend } = await told(folder, { uid, gid })
    expect([level, text]).toEqual(['fail', `uid ${uid} may not write in ${folder}`])
    const command = /^As the runner’s user: sudo (.*)$/.exec(mend)?.[1] ?? ''
    await scene().must('sh', ['-c', command.replace('$(id -u)', String(uid))])
    expect(await told(folder, { uid, gid })).toMatchObject({ level: 'ok' })
  })

  test('on a disk that is mounted read-only, does not blame its owner', async () => {
    const disk = await smallDisk(scene(), 'tmpfs')
    mkdirSync(`${disk}/empty`)
    openRoot(`${disk}/root`, PRECIOUS)
    await scene().must('mount', ['-o', 'remount,ro', disk])
    const mend = expect.stringMatching(/^Mount it writable/)
    for (const name of ['root', 'empty']) {
      const text = expect.stringContaining(`${disk}/${name} is mounted read-only`)
      expect(await told(`${disk}/${name}`, null)).toEqual({
        exitCode: 1,
        level: 'fail',
        text,
        mend,
      })
    }
    const text = `${disk}/absent is not there yet, and ${disk} is mounted read-only`
    expect(await told(`${disk}/absent`, null)).toMatchObject({ level: 'fail', text, mend })
  })
})
