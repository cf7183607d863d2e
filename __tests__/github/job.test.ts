import { mkdirSync, symlinkSync, writeFileSync } from 'node:fs'
import { describe, expect, test } from '@jest/globals'
import fc from 'fast-check'
import { readJob } from '../../src/github/job.ts'
import { GuardError } from '../../src/plan/guard-error.ts'
import { addressOf } from '../../src/plan/job.ts'
import type { Job } from '../../src/plan/job.ts'
import { isSlotPath, slotPath } from '../../src/plan/naming.ts'
import {
  mergeGroup,
  pullRequest,
  pullRequestTarget,
  push,
  schedule,
  workflowDispatch,
} from '../e2e/runner/events.ts'
import type { JobEvent } from '../e2e/runner/events.ts'
import { useScene } from '../e2e/use-scene.ts'
import { caught } from '../helpers/caught.ts'
import { anId } from '../helpers/lease.ts'
import { writeProgram } from '../helpers/program.ts'

const scene = useScene()

const RUNNER = {
  GITHUB_REPOSITORY: 'octo-org/demo',
  GITHUB_RUN_ID: '16123456789',
  GITHUB_RUN_ATTEMPT: '2',
  GITHUB_JOB: 'build',
}

/** The job of an event whose payload is this text. */
function jobOf(
  { name, ref }: Pick<JobEvent, 'name' | 'ref'>,
  payload: string | null,
  more: NodeJS.ProcessEnv = {},
): Job {
  const path = `${scene().directory('event')}/event.json`
  if (payload !== null) writeFileSync(path, payload)
  const event = { GITHUB_EVENT_NAME: name, GITHUB_REF: ref, GITHUB_EVENT_PATH: path }
  return readJob({ ...RUNNER, ...event, ...more }, '')
}

/** The key of an event that runs on the default branch. */
function keyOf(name: string, payload: unknown): string {
  return jobOf({ name, ref: 'refs/heads/main' }, JSON.stringify(payload)).prKey
}

function commentOn(number: number): unknown {
  return { issue: { number, pull_request: {} } }
}

describe('the job of', () => {
  test.each<[string, JobEvent, string, boolean]>([
    ['a pull request', pullRequest({ number: 42 }), '42', false],
    [
      'one closed by merge',
      pullRequest({ number: 42, merged: true, action: 'closed' }),
      '42',
      false,
    ],
    ['one from a fork', pullRequest({ number: 42, fork: 'someone/demo' }), '42', false],
    ['pull_request_target', pullRequestTarget({ number: 42 }), '42', false],
    ['a merge group', mergeGroup(42), '42', false],
    ['a push to main', push('main'), 'main', true],
    ['a push to another branch', push('dev'), 'dev', false],
    ['a push to a tag called main', push('refs/tags/main'), 'main', false],
    ['a schedule', schedule(), 'main', false],
    ['workflow_dispatch', workflowDispatch('main'), 'main', false],
  ])('%s', (_, event, prKey, trusted) => {
    expect(jobOf(event, JSON.stringify(event.payload))).toEqual({
      owner: 'octo-org',
      repository: 'demo',
      prKey,
      runId: '16123456789',
      attempt: 2,
      workflow: '',
      job: 'build',
      leg: '',
      event: event.name,
      trusted,
    })
  })

  test.each<[string, string, string]>([
    ['octo-org/demo/.github/workflows/ci.yml@refs/heads/main', 'CI', 'ci.yml'],
    ['octo-org/demo/.github/workflows/ci.yml@refs/pull/7/merge', 'CI', 'ci.yml'],
    ['octo-org/demo/.github/workflows/ci.yml@refs/heads/a@b/c@refs/d', '', 'ci.yml'],
    ['octo-org/demo/.github/workflows/ci@2.yml@refs/tags/v1', '', 'ci-2-yml-8e8bc5fb355f'],
    [`octo-org/demo/.github/workflows/ci.yml@${'a'.repeat(40)}`, '', 'ci.yml'],
    ['octo-org/demo/.github/workflows/ci.yml', '', 'ci.yml'],
    [
      'octo-org/rules/.github/workflows/ci.yml@refs/heads/main',
      '',
      'octo-org/rules/.github/workflows/ci.yml',
    ],
    ['', 'Nightly build', 'Nightly build'],
    ['@refs/heads/main', 'CI', 'CI'],
    ['', '', ''],
    ['', '::error::', 'error-4e8aa69ca8af'],
    ['', 'x'.repeat(101), `${'x'.repeat(40)}-c675a2e604b0`],
  ])('the workflow %j called %j is %s', (reference, name, workflow) => {
    const more = { GITHUB_WORKFLOW_REF: reference, GITHUB_WORKFLOW: name }
    expect(jobOf(push(), null, more).workflow).toBe(workflow)
  })

  test('a workflow has a short name on one line, whatever it is called', () => {
    const text = fc.string({ unit: 'binary', maxLength: 3000 })
    fc.assert(
      fc.property(text, text, (reference, name) => {
        const more = { GITHUB_WORKFLOW_REF: reference, GITHUB_WORKFLOW: name }
        expect(jobOf(push(), null, more).workflow).toMatch(/^[A-Za-z0-9_./ -]{0,100}$/)
      }),
    )
  })

  test('what runs on the default branch for a pull request, of which it takes nothing', () => {
    const run = { event: 'pull_request', head_branch: 'main', pull_requests: [{ number: 42 }] }
    const after = (fork: string | null): unknown => ({
      workflow_run: { ...run, head_repository: { full_name: fork } },
    })
    const keys = [
      keyOf('issue_comment', commentOn(42)),
      keyOf('issue_comment', commentOn(43)),
      ...['one/demo', 'two/demo', null].map((fork) => keyOf('workflow_run', after(fork))),
    ]
    expect(new Set([...keys, 'main', '42', '43']).size).toBe(8)
    expect(keyOf('issue_comment', commentOn(42))).toBe(keys[0])
  })

  test('the same events for nobody’s pull request', () => {
    expect(keyOf('issue_comment', { issue: { number: 42 } })).toBe('main')
    expect(keyOf('workflow_run', { workflow_run: { event: 'push', head_branch: 'x' } })).toBe(
      'main',
    )
  })

  test('a push to a branch with a slash', () => {
    expect(jobOf(push('feature/x'), '{}').prKey).toMatch(/^feature-x-[0-9a-f]{12}$/)
  })

  test('an event with the number at the top of its payload', () => {
    const event = { name: 'pull_request', ref: 'refs/heads/main' }
    expect(jobOf(event, '{"number":42}').prKey).toBe('42')
    expect(jobOf(event, '{"number":"42"}').prKey).toBe('main')
  })

  test.each([
    null,
    '',
    'null',
    '[]',
    '{',
    '{"pull_request":null}',
    '{"pull_request":{"number":"42; rm -rf /"},"repository":{"default_branch":7}}',
    '{"pull_request":{"number":-1},"repository":"x"}',
    '{"pull_request":{"number":1e99}}',
    '{"__proto__":{"number":42}}',
  ])('a push with the payload %j is read without it', (payload) => {
    const job = jobOf({ name: 'push', ref: 'refs/heads/main' }, payload)
    expect(job).toMatchObject({ prKey: 'main', trusted: false })
  })

  test('a payload of more than 32 MiB is read without it', () => {
    const path = `${scene().directory('event')}/event.json`
    writeFileSync(path, JSON.stringify(push('main').payload).padEnd(33 * 1024 * 1024))
    const event = { GITHUB_EVENT_NAME: 'push', GITHUB_REF: 'refs/heads/main' }
    const job = readJob({ ...RUNNER, ...event, GITHUB_EVENT_PATH: path }, '')
    expect(job).toMatchObject({ prKey: 'main', trusted: false })
  })

  test('a payload that is a directory is read without it', () => {
    const path = `${scene().directory('event')}/event.json`
    mkdirSync(path)
    const event = { GITHUB_EVENT_NAME: 'push', GITHUB_REF: 'refs/heads/main' }
    expect(readJob({ ...RUNNER, ...event, GITHUB_EVENT_PATH: path }, '').prKey).toBe('main')
  })

  test('a payload that is a link is read without it: a job may have put it there', () => {
    const base = scene().directory('event')
    writeFileSync(`${base}/other.json`, JSON.stringify(push('main').payload))
    symlinkSync('other.json', `${base}/event.json`)
    const event = { GITHUB_EVENT_NAME: 'push', GITHUB_REF: 'refs/heads/main' }
    const job = readJob({ ...RUNNER, ...event, GITHUB_EVENT_PATH: `${base}/event.json` }, '')
    expect(job).toMatchObject({ prKey: 'main', trusted: false })
  })

  test.each([
    ['a FIFO', ['mkfifo']],
    ['a link to what never ends', ['ln', '-s', '/dev/zero']],
  ])('a payload that is %s holds nobody up, and takes no memory', async (_, planting) => {
    const path = `${scene().directory('event')}/event.json`
    await scene().must('env', [...planting, path])
    const script = writeProgram(
      scene(),
      `import { readPayload } from './github/payload.js'
       console.log(JSON.stringify(readPayload(process.argv[2])))`,
    )
    // What is read without end must not take the host’s.
    const limits = ['--as=4000000000', '--cpu=20']
    const words = [...limits, 'timeout', '-s', 'KILL', '20', process.execPath, script, path]
    expect(await scene().run('prlimit', words)).toMatchObject({ exitCode: 0, stdout: '{}\n' })
  })

  test('a runner that says little is the first attempt of “job”', () => {
    const { GITHUB_REPOSITORY, GITHUB_RUN_ID } = RUNNER
    expect(readJob({ GITHUB_REPOSITORY, GITHUB_RUN_ID }, '')).toMatchObject({
      attempt: 1,
      job: 'job',
      trusted: false,
    })
  })

  test.each(['', 'null', '{}', ' null '])('a workflow without a matrix (%j) has no leg', (leg) => {
    expect(readJob(RUNNER, leg).leg).toBe('')
  })

  test('each leg of a matrix has its own', () => {
    const legs = ['{"os":"a"}', '{"os":"b"}'].map((leg) => readJob(RUNNER, leg).leg)
    expect(legs[0]).toMatch(/^[0-9a-f]{12}$/)
    expect(legs[0]).not.toBe(legs[1])
  })
})

describe('a variable of another form', () => {
  test.each([
    ['GITHUB_REPOSITORY', ''],
    ['GITHUB_REPOSITORY', 'demo'],
    ['GITHUB_REPOSITORY', '../demo'],
    ['GITHUB_REPOSITORY', 'octo-org/..'],
    ['GITHUB_REPOSITORY', 'octo-org/demo/x'],
    ['GITHUB_REPOSITORY', '.target-guard/trash'],
    ['GITHUB_REPOSITORY', 'octo org/demo\n'],
    ['GITHUB_RUN_ID', ''],
    ['GITHUB_RUN_ID', '1/../..'],
    ['GITHUB_RUN_ID', '-1'],
    ['GITHUB_RUN_ATTEMPT', '0'],
    ['GITHUB_RUN_ATTEMPT', '1;id'],
  ])('%s=%j is refused by name and value', (name, value) => {
    const error = caught(() => readJob({ ...RUNNER, [name]: value }, ''))
    expect(error).toBeInstanceOf(GuardError)
    expect(error).toMatchObject({
      usage: true,
      message: expect.stringContaining(`${name} is ${JSON.stringify(value)}.`),
    })
  })

  test('never leads out of the root, whatever the runner says', () => {
    fc.assert(
      fc.property(fc.string(), fc.string(), fc.string(), (ref, job, eventName) => {
        const environment = { GITHUB_REF: ref, GITHUB_JOB: job, GITHUB_EVENT_NAME: eventName }
        const found = readJob({ ...RUNNER, ...environment }, '')
        expect(isSlotPath(slotPath(addressOf(found, anId())))).toBe(true)
      }),
    )
  })
})
