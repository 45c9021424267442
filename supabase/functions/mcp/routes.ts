import * as z from "zod";
import { publicRoute, type Route, route } from "../_shared/route.ts";
import { describeResource, METADATA_PATH } from "./protocol/metadata.ts";
import { Message, ResourceMetadata } from "./protocol/schema.ts";
import { serve } from "./protocol/serve.ts";
import type { Place } from "./siblings/place.ts";

/** The Model Context Protocol over streamable HTTP, and what clients read before they sign in. */
export function createMcp(place: Place): readonly Route[] {
  return [
    publicRoute({
      method: "get",
      path: METADATA_PATH,
      summary: "Say who issues tokens for the MCP endpoint (RFC 9728)",
      accept: z.object({}),
      access: "public",
      budget: "read",
      reply: ResourceMetadata,
    }, () => Promise.resolve(describeResource(place))),
    route({
      method: "post",
      path: "/",
      summary: "Speak MCP: tools that manage agents and runs, and one for each published agent",
      accept: z.object({ body: Message }),
      headers: {
        "mcp-protocol-version": "the revision that is spoken, after the handshake of 2025",
        "mcp-session-id": "what the handshake of 2025 answered",
      },
      needs: "agents:read",
      budget: "read",
      reply: z.looseObject({}),
    }, ({ body }, call) => serve(body, call, place)),
  ];
}
