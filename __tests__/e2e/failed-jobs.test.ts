import { expect, test } from '@jest/globals'
import { smallProject } from '../fixtures/small-project.ts'
import { needs } from './capabilities.ts'
import { GuardedHost } from './guard.ts'
import { pullRequest } from './runner/events.ts'
import type { JobResult } from './runner/job-result.ts'
import { Runner } from './runner/runner.ts'
import { useScene } from './use-scene.ts'

const scene = useScene()

const COMMIT = `
  cargo generate-lockfile --offline
  git init --quiet && git add --all
  git -c user.name=t -c user.email=t@example.com commit --quiet --message first`

const seedOf = (result: JobResult): string | undefined => result.step('guard').outputs['seed']

needs('root', 'cargo').describe('after a job that built and then failed', () => {
  test.each([
    ['false', 'cold', 'cold'],
    ['true', 'inherit', 'cold'],
  ])(
    'with warm-on-failure %s the next push is %s, and a re-run %s',
    async (wanted, next, again) => {
      const host = new GuardedHost(scene())
      const runner = Runner.install(scene()).start()
      const { directory } = smallProject(scene().directory('repository'))
      await scene().must('bash', ['-c', COMMIT], { cwd: directory })
      const job = async (runId: string, attempt: number, more: string): Promise<JobResult> =>
        runner.job({
          event: pullRequest(),
          runId,
          attempt,
          steps: [
            { name: 'checkout', run: `rm -rf ./* .git; git clone --quiet ${directory} .` },
            host.step({ id: 'guard', with: { 'warm-on-failure': wanted } }),
            { name: 'build', run: `cargo build --quiet --offline${more}` },
          ],
        }).result

      expect((await job('101', 1, '; false')).conclusion).toBe('failure')
      const rerun = await job('101', 2, '; false')
      expect([rerun.conclusion, seedOf(rerun)]).toEqual(['failure', again])
      const pushed = await job('102', 1, '')
      expect([pushed.conclusion, seedOf(pushed)]).toEqual(['success', next])
    },
  )
})
