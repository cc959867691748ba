import { create } from 'zustand';

/** What tells people of like names apart, by user id; who is not in it has a name that nobody else here has. */
export const useNameTags = create<Readonly<Record<string, string>>>()(() => ({}));

const shortest = 4;
const remembered = 20_000;

const names = new Map<string, string>();
/** Ids by the look of their names. */
let looks = new Map<string, Set<string>>();
/** Until the table of look-alikes is there, only names that are the same are known to look the same. */
let look = (name: string): string => name.normalize('NFKC');
let loading: Promise<void> | undefined;

/** The ends of the ids, which are chance, as long as it takes for all of them to differ. */
function tagsOf(ids: ReadonlySet<string>): [string, string][] {
  const plain = [...ids].map((id): [string, string] => [id, id.replaceAll('-', '')]);
  for (let length = shortest; ; length += 2) {
    const tags = plain.map(([id, hex]): [string, string] => [id, hex.slice(-length)]);
    if (new Set(tags.map(([, tag]) => tag)).size === tags.length || length >= 32) return tags;
  }
}

function tagGroups(changed: Iterable<string>): void {
  const before = useNameTags.getState();
  const after = { ...before };
  for (const key of changed) {
    const ids = looks.get(key) ?? new Set();
    for (const id of ids) delete after[id];
    if (ids.size > 1) for (const [id, tag] of tagsOf(ids)) after[id] = tag;
  }
  const ids = Object.keys(after);
  const isSame = ids.length === Object.keys(before).length && ids.every((id) => after[id] === before[id]);
  if (!isSame) useNameTags.setState(after, true);
}

function place(id: string, name: string, changed: Set<string>): void {
  const key = look(name);
  names.set(id, name);
  looks.set(key, (looks.get(key) ?? new Set()).add(id));
  changed.add(key);
}

function displace(id: string, changed: Set<string>): void {
  const before = names.get(id);
  if (before === undefined) return;
  const key = look(before);
  const ids = looks.get(key);
  ids?.delete(id);
  if (ids?.size === 0) looks.delete(key);
  changed.add(key);
}

/** Takes in who is called what: everybody whose name may be shown here goes through this. */
export function noteNames(people: Iterable<{ user_id: string; display_name: string }>): void {
  const changed = new Set<string>();
  const gone: string[] = [];
  for (const { user_id, display_name } of people) {
    if (names.get(user_id) === display_name) continue;
    displace(user_id, changed);
    gone.push(user_id);
    place(user_id, display_name, changed);
  }
  if (changed.size === 0) return;
  if (names.size > remembered) forgetOldest(changed, gone);
  const before = useNameTags.getState();
  // Who left a group is in none that is tagged below, unless the new name is another's as well.
  const stale = gone.filter((id) => before[id] !== undefined);
  if (stale.length > 0)
    useNameTags.setState(Object.fromEntries(Object.entries(before).filter(([id]) => !stale.includes(id))), true);
  tagGroups(changed);
  if (names.size > 1) void loadLookAlikes();
}

function forgetOldest(changed: Set<string>, gone: string[]): void {
  for (const id of names.keys()) {
    if (names.size <= remembered) return;
    displace(id, changed);
    gone.push(id);
    names.delete(id);
  }
}

/** Fetches the table of characters that look alike, once there are two names that could. */
export function loadLookAlikes(): Promise<void> {
  loading ??= import('./skeleton').then(
    ({ skeletonOf }) => {
      look = skeletonOf;
      looks = new Map();
      const changed = new Set<string>();
      for (const [id, name] of names) place(id, name, changed);
      useNameTags.setState({}, true);
      tagGroups(changed);
    },
    () => {
      // Not reached now: asked for again with the next name.
      loading = undefined;
    },
  );
  return loading;
}

/** The tag of a person whose name somebody else here has too. */
export const useNameTag = (id: string): string | undefined => useNameTags((tags) => tags[id]);

/** A name as it is spoken or written in a sentence. */
export const taggedName = (name: string, tag: string | undefined): string => (tag === undefined ? name : `${name} #${tag}`);

/** A person's name as it is spoken or written in a sentence, told apart from another's where that is needed. */
export const useTaggedName = (id: string, name: string): string => taggedName(name, useNameTag(id));
