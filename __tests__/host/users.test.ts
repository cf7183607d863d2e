import { describe, expect, test } from '@jest/globals'
import { resolveOwner, resolveSetting } from '../../src/host/users.ts'
import { GuardError } from '../../src/plan/guard-error.ts'
import { needs } from '../e2e/capabilities.ts'
import { secondUser } from '../e2e/second-user.ts'
import { useScene } from '../e2e/use-scene.ts'
import { caught } from '../helpers/caught.ts'
import { aRoot } from '../helpers/root.ts'
import { writeProgram } from '../helpers/program.ts'

const scene = useScene()

describe('an owner', () => {
  test.each([
    ['1000', '1001', { uid: 1000, gid: 1001 }],
    ['root', 'root', { uid: 0, gid: 0 }],
    ['root', '12', { uid: 0, gid: 12 }],
    ['0', 'root', { uid: 0, gid: 0 }],
    ['root', null, { uid: 0, gid: 0 }],
    ['3999999999', null, { uid: 3_999_999_999, gid: 3_999_999_999 }],
  ])('%s:%s is %j', (user, group, ids) => {
    expect(resolveSetting({ user, group })).toEqual(ids)
  })

  test.each([
    ['no_such_user_here', null, 'the user "no_such_user_here"'],
    ['root', 'no_such_group_here', 'the group "no_such_group_here"'],
  ])('%s:%s is refused by name', (user, group, name) => {
    const error = caught(() => resolveSetting({ user, group }))
    expect(error).toBeInstanceOf(GuardError)
    expect(error).toMatchObject({ usage: true, message: expect.stringContaining(name) })
  })

  needs('second-user').describe('that is an account', () => {
    test('has its own group, whether it is named or numbered', () => {
      const { name, uid, gid } = secondUser() ?? { name: '', uid: 0, gid: 0 }
      expect(resolveSetting({ user: name, group: null })).toEqual({ uid, gid })
      expect(resolveSetting({ user: String(uid), group: null })).toEqual({ uid, gid })
    })
  })
})

describe('the owner by default', () => {
  needs('root').describe('for root', () => {
    test('is whoever owns the root directory', () => {
      const root = { ...aRoot(scene()), uid: 12, gid: 34 }
      expect(resolveOwner(null, root)).toEqual({ uid: 12, gid: 34 })
      expect(resolveOwner({ user: '5', group: '6' }, root)).toEqual({ uid: 5, gid: 6 })
    })
  })

  needs('root', 'second-user').describe('for an ordinary user', () => {
    test('is that user', async () => {
      const script = writeProgram(
        scene(),
        `import { resolveOwner } from './host/users.js'
         console.log(JSON.stringify(resolveOwner(null, { uid: 12, gid: 34 })))`,
      )
      const { uid, gid } = secondUser() ?? { uid: 0, gid: 0 }
      const { stdout } = await scene().must(process.execPath, [script], { uid, gid })
      expect(JSON.parse(stdout)).toEqual({ uid, gid })
    })
  })
})
