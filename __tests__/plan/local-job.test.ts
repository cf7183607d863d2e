import { describe, expect, test } from '@jest/globals'
import { addressOf } from '../../src/plan/job.ts'
import { localJob } from '../../src/plan/local-job.ts'
import type { RunFacts, Workplace } from '../../src/plan/local-job.ts'
import { isSlotPath, slotPath } from '../../src/plan/naming.ts'
import { anId } from '../helpers/lease.ts'

const RUN: RunFacts = { wallMs: 1_767_225_600_000, pid: 4711, leg: '', within: null }

function aPlace(overrides: Partial<Workplace> = {}): Workplace {
  return {
    top: '/home/me/pool/fix the\nbug',
    identity: '/dev/sda1:/home/me/pool/fix the\nbug 42',
    common: '/home/me/demo/.git',
    remote: 'git@github.com:octo-org/demo.git',
    ...overrides,
  }
}

describe('a run outside workflows', () => {
  test('is of the repository of its remote, and of its worktree', () => {
    expect(localJob(aPlace(), RUN)).toEqual({
      owner: 'octo-org',
      repository: 'demo',
      prKey: expect.stringMatching(/^fix-the-bug-[0-9a-f]{12}$/),
      runId: '17672256000000004711',
      attempt: 1,
      workflow: '',
      job: 'run',
      leg: '',
      event: '',
      trusted: false,
    })
  })

  test.each([
    ['/home/me/demo/.git', /^demo-[0-9a-f]{12}$/],
    ['/srv/demo.git', /^demo-[0-9a-f]{12}$/],
    ['/home/me/plain folder', /^plain-folder-[0-9a-f]{12}$/],
    ['/', /^root-[0-9a-f]{12}$/],
  ])('without a remote that names one is local, by the folder %s', (common, name) => {
    for (const remote of [null, '/srv/git/demo.git']) {
      const { owner, repository } = localJob(aPlace({ common, remote }), RUN)
      expect([owner, repository]).toEqual(['local', expect.stringMatching(name)])
    }
  })

  test.each(['/', '/home/me/…', '/home/me/-', `/home/${'long'.repeat(60)}`, '/home/me/.git'])(
    'has a slot’s path in %j',
    (top) => {
      const job = localJob(aPlace({ top, common: top, remote: null, identity: top }), RUN)
      expect(isSlotPath(slotPath(addressOf(job, anId())))).toBe(true)
    },
  )

  test('shares its key with no other worktree, whatever that is called', () => {
    const keys = ['one', 'two'].map((identity) => localJob(aPlace({ identity }), RUN).prKey)
    expect(new Set(keys).size).toBe(2)
  })

  test('has a line of its own for each name, and within another', () => {
    const legs = [
      RUN,
      { ...RUN, leg: 'check' },
      { ...RUN, within: '' },
      { ...RUN, within: '0123456789ab' },
      { ...RUN, leg: 'check', within: '' },
    ].map((facts) => localJob(aPlace(), facts).leg)
    expect(new Set(legs).size).toBe(legs.length)
    expect(legs.slice(1).every((leg) => /^[0-9a-f]{12}$/.test(leg))).toBe(true)
    expect(localJob(aPlace(), { ...RUN, leg: ' check ' }).leg).toBe(legs[1])
  })
})
