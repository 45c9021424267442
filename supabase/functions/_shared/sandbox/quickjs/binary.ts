import variant from "@jitl/quickjs-singlefile-mjs-release-sync";
import { pickReviewed } from "../metering/reviewed.ts";
import type { Bytes } from "../metering/writer.ts";

/** SHA-256 of the QuickJS build whose imports and exports `world.ts` and `exports.ts` name. */
const REVIEWED = "105c3bed22d457e43e3d1c3c1c6959fda62a8fe06f0fc8a985303c3a2be72232";
const REVIEWED_BYTES = 503_134;

/**
 * The bytes of the QuickJS build, exactly as they were reviewed; anything else is refused.
 *
 * The package carries them inside its loader and gives them to nobody but the compiler, so they are
 * taken on their way there. Nothing is compiled, and the loader fails; other callers notice nothing.
 */
export async function quickJsBinary(): Promise<Bytes> {
  const loader = await variant.importModuleLoader();
  const load: unknown = Reflect.get(loader, "default") ?? loader;
  if (typeof load !== "function") throw new Error("the QuickJS build has no loader");
  const taken: Bytes[] = [];
  const compile = WebAssembly.instantiate;
  const take = (source: unknown, imports: unknown) => {
    const isBuild = source instanceof Uint8Array && source.length === REVIEWED_BYTES;
    if (!isBuild) return Reflect.apply(compile, WebAssembly, [source, imports]);
    taken.push(new Uint8Array(source));
    return Promise.reject(new Error("taken"));
  };
  Reflect.set(WebAssembly, "instantiate", take);
  try {
    await Reflect.apply(load, undefined, [{ printErr() {} }]);
  } catch {
    // as it has to be: the build was taken
  } finally {
    Reflect.set(WebAssembly, "instantiate", compile);
  }
  return await pickReviewed(taken, REVIEWED);
}
