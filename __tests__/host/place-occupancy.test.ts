import { mkdirSync } from 'node:fs'
import * as path from 'node:path'
import { expect, test } from '@jest/globals'
import type { Occupancy } from '../../src/plan/evidence.ts'
import { needs } from '../e2e/capabilities.ts'
import { NO_DOCKER } from '../e2e/containers.ts'
import { secondUser } from '../e2e/second-user.ts'
import { stuckMount } from '../e2e/stuck-mount.ts'
import { useScene } from '../e2e/use-scene.ts'
import { waitFor } from '../e2e/wait-for.ts'
import { hold } from '../helpers/hold.ts'
import { writeProgram } from '../helpers/program.ts'

const scene = useScene()

/** A pool with one worktree, which anybody may look at. */
function aPool(): { pool: string; worktree: string } {
  const pool = scene().directory('pool')
  const worktree = path.join(pool, 'one')
  mkdirSync(worktree)
  return { pool, worktree }
}

/** A shell of root’s in the worktree, in a mount namespace of its own that is made by this command. */
async function enter(pool: string, command: string): Promise<void> {
  const script = `exec unshare --mount bash -c "$COMMAND"`
  const env = { COMMAND: command, POOL: pool, TOP: scene().directory('top') }
  await hold(scene(), script, [], { cwd: '/', env })
}

/** As docker and podman do, whose containers have a root of their own. */
const IN_CONTAINER = `mount -t tmpfs none "$TOP" && cd "$TOP" && mkdir usr proc pool host &&
  for each in bin sbin lib lib64; do ln -s usr/$each $each; done &&
  mount --bind /usr usr && mount --bind /proc proc && mount --bind "$POOL" pool &&
  pivot_root . host && umount -l /host &&
  cd /pool/one && echo ready && read`

/** As systemd does for a service that may write there alone, and has a folder of its own elsewhere. */
const IN_SERVICE = `mount -t tmpfs none "$TOP" && mount --bind "$POOL" "$POOL" &&
  cd "$POOL/one" && echo ready && read`

/** A program that tells of one place: words are what was given, the place, and the target dirs in it. */
const LOOKING = `import { lookIntoPlaces } from './host/place-occupancy.js'
const [base, path, ...targets] = process.argv.slice(2)
const places = { base, paths: [path, ...targets], targets }
const found = await lookIntoPlaces(places, { DOCKER_HOST: '${NO_DOCKER}' })
console.log(JSON.stringify(found.get(targets[0] ?? path)))`

needs('root', 'second-user').describe('to an ordinary user, who works', () => {
  test.each([
    ['in a container that has the pool is not known', IN_CONTAINER, true],
    ['in a service with mounts of its own is passed over', IN_SERVICE, false],
  ])('%s', async (_, command, isUnknown) => {
    const { pool, worktree } = aPool()
    await enter(pool, command)
    const program = writeProgram(scene(), LOOKING)
    const look = async (user: { uid: number; gid: number }): Promise<Occupancy> => {
      const { stdout } = await scene().must(process.execPath, [program, pool, worktree], user)
      return JSON.parse(stdout) as Occupancy
    }
    const unseen = expect.stringMatching(/^pid \d+ \(bash\) runs in a container .* root alone sees/)
    const byUser = await look(secondUser() ?? { uid: 65_534, gid: 65_534 })
    expect(byUser.unknown).toEqual(isUnknown ? [unseen] : [])
    const byRoot = await look({ uid: 0, gid: 0 })
    expect(byRoot).toMatchObject({
      inhabitants: [{ what: expect.stringContaining('works in') }],
      unknown: [],
    })
  })
})

needs('root', 'fuse').test(
  'a target dir with a stuck mount in it is not looked through',
  async () => {
    const mount = await stuckMount(scene())
    const target = path.dirname(mount.path)
    mkdirSync(path.join(target, 'debug/.fingerprint'), { recursive: true })
    await mount.freeze()
    const program = writeProgram(scene(), LOOKING)
    const words = [program, path.dirname(target), path.dirname(target), target]
    const looking = scene().start(process.execPath, words, { stdio: ['ignore', 'pipe', 'ignore'] })
    let said = ''
    looking.stdout?.setEncoding('utf8').on('data', (part: string) => (said += part))
    await waitFor(() => said !== '', { what: 'the answer' })
    expect(JSON.parse(said)).toMatchObject({ unknown: [`something is mounted at ${mount.path}`] })
  },
)
