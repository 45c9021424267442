import * as z from "zod";
import { type Route, route } from "../../_shared/route.ts";
import { liftBlock } from "./lift.ts";
import { Block, Blocks, ByAddress } from "./schema.ts";

/** Blocks: addresses that are refused for what came from them. They lie where the limiter lies. */
export const blocks: readonly Route[] = [
  route({
    method: "get",
    path: "/blocks",
    summary: "List the addresses that are blocked",
    accept: z.object({}),
    needs: "admin",
    budget: "read",
    reply: Blocks,
    faults: ["limiter_unavailable"],
  }, async (_, { platform }) => ({
    data: Block.array().parse(await platform.limits.blocks.list()),
  })),
  route(
    {
      method: "delete",
      path: "/blocks/:address",
      summary: "Lift the block of an address",
      accept: z.object({ params: ByAddress }),
      needs: "admin",
      budget: "write",
      status: 204,
    },
    ({ params }, { db, platform }) =>
      liftBlock({ db, blocks: platform.limits.blocks }, params.address),
  ),
];
