import * as z from "zod";

const RequestId = z.union([z.string().max(200), z.number()]);

/** A JSON-RPC message of a client; a list of them is none since revision 2025-06-18. */
export const Message = z.looseObject({
  jsonrpc: z.literal("2.0"),
  id: RequestId.optional(),
  method: z.string().max(200).optional(),
  params: z.looseObject({}).optional(),
}).meta({ id: "McpMessage", description: "A JSON-RPC message of the Model Context Protocol." });
export type Message = z.infer<typeof Message>;

/** A client's word that it waits no longer for a request of its session. */
export const Cancelled = z.looseObject({
  id: z.undefined().optional(),
  method: z.literal("notifications/cancelled"),
  params: z.looseObject({ requestId: RequestId }),
});

/** What RFC 9728 has clients read before they sign in. */
export const ResourceMetadata = z.object({
  resource: z.url().max(2_000),
  authorization_servers: z.array(z.url().max(2_000)).max(1),
  bearer_methods_supported: z.array(z.literal("header")).max(1),
  resource_name: z.string().max(100),
}).meta({ id: "McpResourceMetadata" });
export type ResourceMetadata = z.infer<typeof ResourceMetadata>;
