/** What a folder looks like from outside, without reading anything in it. */
export type Listing = ReadonlyMap<string, string>;

/** Long ago: a file system that notes reads only now and then notes the first one after this. */
const LONG_AGO = new Date("2001-01-01");

/** Lists a folder, all levels of it, with the times that reading or writing would change. */
export function list(folder: string): Listing {
  const listing = new Map<string, string>();
  const visit = (path: string) => {
    for (const { name, isDirectory } of Deno.readDirSync(path)) {
      const child = `${path}/${name}`;
      listing.set(child, describe(child));
      if (isDirectory) visit(child);
    }
  };
  visit(folder);
  return listing;
}

/** Makes a file look as if nobody had read it for years, so that a read shows. */
export function age(file: string): void {
  Deno.utimeSync(file, LONG_AGO, LONG_AGO);
}

/** What is different: which names came, went, were read or were written. */
export function compare(before: Listing, after: Listing): string[] {
  const names = new Set([...before.keys(), ...after.keys()]);
  return [...names].flatMap((name) => {
    const [was, is] = [before.get(name), after.get(name)];
    if (was === is) return [];
    const what = was === undefined ? "appeared" : is === undefined ? "is gone" : "was touched";
    return [`${name.slice(name.lastIndexOf("/") + 1)} ${what}`];
  });
}

/** Directories are read by whoever lists them, us included: their access time says nothing. */
function describe(path: string): string {
  const { isFile, size, ino, mode, atime, mtime, ctime } = Deno.lstatSync(path);
  const times = [isFile ? atime : null, mtime, ctime].map((time) => time?.getTime());
  return [size, ino, mode, ...times].join();
}
