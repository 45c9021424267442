import { useState } from "preact/hooks";
import { readJson } from "../schema/value.ts";
import { account } from "./session.ts";

/**
 * A value that somebody has typed, kept in this tab under a name of its own, so that it is still
 * there after another page or a reload, until they sign out. `undefined` is nothing typed.
 */
export function useKept(name: string): [unknown, (value: unknown) => void] {
  const key = `cloister.kept.${account.value?.id ?? ""}.${name}`;
  const [value, setValue] = useState<unknown>(() => recall(key));
  return [value, (next) => {
    setValue(next);
    try {
      if (next === undefined) sessionStorage.removeItem(key);
      else sessionStorage.setItem(key, JSON.stringify(next));
    } catch {
      // A full store: the page still has it.
    }
  }];
}

function recall(key: string): unknown {
  const text = sessionStorage.getItem(key);
  const read = text === null ? undefined : readJson(text);
  return read && "value" in read ? read.value : undefined;
}
