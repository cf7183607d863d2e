import { readFileSync } from 'node:fs'

/** An ordinary account of this machine. */
export interface Account {
  readonly name: string
  readonly uid: number
  readonly gid: number
}

const CI_ACCOUNT = 'tg-tester'

/** The account made for these tests, else the first ordinary one; null where there is none. */
export function secondUser(): Account | null {
  const accounts = readFileSync('/etc/passwd', 'utf8')
    .split('\n')
    .map((line) => line.split(':'))
    .map(([name = '', , uid, gid]) => ({ name, uid: Number(uid), gid: Number(gid) }))
    .filter(({ uid }) => uid >= 1000 && uid < 60_000)
  return accounts.find(({ name }) => name === CI_ACCOUNT) ?? accounts[0] ?? null
}
