import type { AnyNode } from "acorn";

/** Every node of a tree, from the top, without recursion: trees of strangers are deep. */
export function listNodes(root: AnyNode): AnyNode[] {
  const nodes = [root];
  for (let next = 0; next < nodes.length; next++) {
    const node = nodes[next];
    for (const value of Object.values(node ?? {})) {
      if (isNode(value)) nodes.push(value);
      else if (Array.isArray(value)) {
        for (const item of value) if (isNode(item)) nodes.push(item);
      }
    }
  }
  return nodes;
}

function isNode(value: unknown): value is AnyNode {
  return typeof value === "object" && value !== null && "type" in value && "start" in value;
}
