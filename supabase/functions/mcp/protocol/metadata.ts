import type { Place } from "../siblings/place.ts";
import type { ResourceMetadata } from "./schema.ts";

/** Below our address: hosted projects serve nothing of ours at their root. */
export const METADATA_PATH = "/.well-known/oauth-protected-resource";

/** Who issues tokens for us, as RFC 9728 says it. */
export function describeResource({ resource, issuer }: Place): ResourceMetadata {
  return {
    resource,
    authorization_servers: [issuer],
    bearer_methods_supported: ["header"],
    resource_name: "Cloister",
  };
}

/** What a client without a good credential is told beside the 401: where to read how to get one. */
export function challenge({ resource }: Place): string {
  return `Bearer resource_metadata="${resource}${METADATA_PATH}"`;
}
