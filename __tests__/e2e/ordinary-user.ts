import { chownSync, existsSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import * as path from 'node:path'
import { GuardedHost } from './guard.ts'
import type { User } from './runner/installation.ts'
import type { Scene } from './scene.ts'
import { secondUser } from './second-user.ts'

/** The account that ordinary runners have in these tests; it gets no rights from any of them. */
export function ordinaryUser(): User & { readonly name: string } {
  const account = secondUser()
  if (account === null) throw new Error('this machine has no ordinary user')
  return account
}

/** Another account, so that sudo for it changes nothing for tests that run at the same time. */
export const HELPED = 'nobody'

/** The ids of an account of this machine. */
export function idsOf(name: string): User {
  const line = readFileSync('/etc/passwd', 'utf8')
    .split('\n')
    .find((each) => each.startsWith(`${name}:`))
  const [, , uid, gid] = line?.split(':') ?? []
  if (uid === undefined) throw new Error(`this machine has no user ${name}`)
  return { uid: Number(uid), gid: Number(gid) }
}

/** A host whose root lies in a folder of that user's, who so may make it. */
export function hostOf(scene: Scene, { uid, gid }: User): GuardedHost {
  const directory = scene.directory('host')
  chownSync(directory, uid, gid)
  return new GuardedHost(scene, path.join(directory, 'targets'))
}

/** Lets `HELPED` give away, move and delete as root what the guard asks for, in this root alone. */
export function allowSudo(scene: Scene, root: string): void {
  const file = `/etc/sudoers.d/target-guard-test-${scene.id}`
  const commands = [
    String.raw`/usr/bin/chown [0-9]*\:[0-9]* /proc/[0-9]*/fd/[0-9]*`,
    `/usr/bin/mv -n -T -- ${root}/* ${root}/.target-guard/trash/*`,
    `/usr/bin/rm -rf --one-file-system -- ${root}/.target-guard/trash/*`,
  ]
  scene.defer(() => rmSync(file, { force: true }))
  writeFileSync(file, `${HELPED} ALL=(root) NOPASSWD: ${commands.join(', ')}\n`, { mode: 0o440 })
}

/** `uid:gid` of a file, with no link followed. */
export async function ownerOf(scene: Scene, file: string): Promise<string> {
  const { stdout } = await scene.must('stat', ['--format=%u:%g', '--', file])
  return stdout.trim()
}

/** The note that an entry of the trash is in quarantine; null while it is not. */
export function quarantineOf(
  host: GuardedHost,
  slot: string,
): { readonly reason: string; readonly command: string } | null {
  const file = path.join(host.root, `.target-guard/trash/${slot.slice(-24)}.quarantine`)
  if (!existsSync(file)) return null
  return JSON.parse(readFileSync(file, 'utf8')) as { reason: string; command: string }
}
