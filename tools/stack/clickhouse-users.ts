import { createHash, timingSafeEqual } from 'node:crypto';

/** Somebody who may sign in to the embedded ClickHouse. */
export interface ClickHouseUser {
  readonly name: string;
  readonly password: string;
  /** What the user may do, as after `GRANT`: `SELECT ON headwater.events`. All when left out. The engine itself enforces it. */
  readonly grants?: readonly string[];
  /** Short for a user who may only read. */
  readonly readonly?: boolean;
}

/** Files for the engine's `--config-file`. */
export interface AccessFiles {
  readonly config: string;
  readonly users: string;
}

const EVERYTHING = 'ALL ON *.*';
const READING = ['SELECT, SHOW ON *.*'];

/** Whether somebody is held to less than everything; without such a user the engine needs no access files. */
export const isRestricted = (user: ClickHouseUser): boolean => grantsOf(user) !== null;

/** The user with this name and password, or null. Takes as long for a wrong name as for a wrong password. */
export function userWith(
  users: readonly ClickHouseUser[],
  name: string,
  password: string,
): ClickHouseUser | null {
  const same = (left: string, right: string): boolean => timingSafeEqual(digestOf(left), digestOf(right));
  return (
    users.filter((user) => [same(user.name, name), same(user.password, password)].every(Boolean))[0] ?? null
  );
}

const digestOf = (text: string): Buffer => createHash('sha256').update(text).digest();

/** The statement that holds a fresh connection to what the user may do. Null: nothing to hold it to. */
export function assumeRole(users: readonly ClickHouseUser[], user: ClickHouseUser): string | null {
  return users.some(isRestricted) ? `SET ROLE ${roleOf(users, user)}` : null;
}

/**
 * The in-process engine knows one user, `default`, and cannot make others; but a file can give it roles, and a connection
 * can be set to one of them. So each user here is a role there, and an insufficient one is refused by the engine's own
 * access control.
 *
 * @param usersFile where `users` will be written
 */
export function accessFiles(users: readonly ClickHouseUser[], usersFile: string): AccessFiles {
  const roles = users.map((user) => {
    const grants = grantsOf(user) ?? [EVERYTHING];
    return `    <${roleOf(users, user)}><grants>${grants.map((grant) => `<query>GRANT ${xml(grant)}</query>`).join('')}</grants></${roleOf(users, user)}>`;
  });
  const path = xml(usersFile);
  return {
    config: `<clickhouse>
  <users_config>${path}</users_config>
  <user_directories><users_xml><path>${path}</path></users_xml></user_directories>
</clickhouse>
`,
    users: `<clickhouse>
  <profiles><default/></profiles>
  <quotas><default/></quotas>
  <roles>
    <everything><grants><query>GRANT ${EVERYTHING}</query></grants></everything>
${roles.join('\n')}
  </roles>
  <users>
    <default>
      <password></password>
      <networks><ip>::/0</ip></networks>
      <profile>default</profile>
      <quota>default</quota>
      <grants><query>GRANT ${['everything', ...users.map((user) => roleOf(users, user))].join(', ')}</query></grants>
    </default>
  </users>
</clickhouse>
`,
  };
}

const grantsOf = (user: ClickHouseUser): readonly string[] | null =>
  user.grants ?? (user.readonly === true ? READING : null);

/** A user's name may hold what a tag may not, so roles are numbered. */
const roleOf = (users: readonly ClickHouseUser[], user: ClickHouseUser): string =>
  `user_${String(users.indexOf(user))}`;

const entities: Readonly<Record<string, string>> = { '&': '&amp;', '<': '&lt;', '>': '&gt;' };
const xml = (text: string): string => text.replace(/[&<>]/g, (character) => entities[character] ?? '');
